#include "data/readers/hdf5_datasets.hpp"

#include <cstring>
#include <filesystem>
#include <new>
#include <optional>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "io/hdf5.hpp"

namespace orochi {
namespace {

constexpr const char* layout = "expected datasets values [N, channels], offsets [B + 1] and labels [B]";

/// The best that deflate can do is about 1032 : 1, so a filtered dataset may be that much larger than its
/// file.
constexpr hsize_t best_compression = 1100;

struct Dataset {
  hdf5::Hid id, type, creation;
  H5T_class_t kind = H5T_NO_CLASS;
  std::vector<hsize_t> shape;

  std::size_t size() const {
    std::size_t product = 1;
    for (const hsize_t extent : shape) product *= extent;
    return product;
  }
};

/// The filters that libhdf5 has in itself. For any other it would look for a library to load and run.
bool is_known(H5Z_filter_t filter) {
  return filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_FLETCHER32;
}

/// What in the way a dataset is stored leads out of the file, or nothing.
std::string storage_error(const Dataset& dataset) {
  const hid_t creation = dataset.creation.get();
  if (hdf5::check(H5Pget_external_count(creation), "external files") > 0)
    return "keeps its numbers in another file (external storage); expected them in this one";
  if (H5Pget_layout(creation) == H5D_VIRTUAL)
    return "is put together from other datasets (virtual); expected one with numbers of its own";
  const int filters = hdf5::check(H5Pget_nfilters(creation), "filters");
  for (int i = 0; i < filters; ++i) {
    std::size_t no_values = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(creation, static_cast<unsigned>(i), nullptr, &no_values, nullptr, 0, nullptr, nullptr);
    if (!is_known(filter))
      return fmt::format("has the filter {}; expected none but deflate (gzip), shuffle and fletcher32",
                         filter);
  }
  return {};
}

bool fits(const std::vector<hsize_t>& shape, hsize_t room) {
  for (const hsize_t extent : shape) {
    if (extent > room) return false;
    if (extent > 0) room /= extent;
  }
  return true;
}

std::string shape_text(const std::vector<hsize_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

/// What the dataset claims to be that the file cannot hold, or nothing; asked before any memory is reserved
/// for it. A chunk is unpacked whole.
std::string size_error(const Dataset& dataset, hsize_t file_bytes) {
  hsize_t room = file_bytes / std::max<std::size_t>(H5Tget_size(dataset.type.get()), 1);
  if (hdf5::check(H5Pget_nfilters(dataset.creation.get()), "filters") > 0) room *= best_compression;
  std::vector<hsize_t> chunk(dataset.shape.size());
  const bool is_chunked = H5Pget_layout(dataset.creation.get()) == H5D_CHUNKED;
  if (is_chunked)
    hdf5::check(H5Pget_chunk(dataset.creation.get(), static_cast<int>(chunk.size()), chunk.data()), "chunks");
  const bool shape_fits = fits(dataset.shape, room);
  if (shape_fits && (!is_chunked || fits(chunk, room))) return {};
  return fmt::format("claims shape {}{}, but the file has only {}; it is damaged or incomplete",
                     shape_text(dataset.shape), shape_fits ? " in chunks of " + shape_text(chunk) : "",
                     counted(static_cast<Index>(file_bytes), "byte"));
}

/// Opens a dataset and looks at its shape; what is wrong with it is an error, and the result is empty.
std::optional<Dataset> open_dataset(hid_t file, const char* name, std::size_t rank, hsize_t file_bytes,
                                    FileErrors& errors, std::size_t most_rank = 0) {
  if (H5Lexists(file, name, H5P_DEFAULT) <= 0) {
    errors.add(fmt::format("no dataset \"{}\"; {}", name, layout));
    return std::nullopt;
  }
  H5L_info_t link{};
  hdf5::check(H5Lget_info(file, name, &link, H5P_DEFAULT), name);
  if (link.type != H5L_TYPE_HARD) {
    errors.add(fmt::format("\"{}\" is a link, which may lead out of the file; {}", name, layout));
    return std::nullopt;
  }
  Dataset dataset;
  dataset.id = hdf5::Hid(H5Dopen2(file, name, H5P_DEFAULT), H5Dclose);
  if (!dataset.id) {
    errors.add(fmt::format("dataset \"{}\" cannot be opened: {}; {}", name, hdf5::error_text(), layout));
    return std::nullopt;
  }
  dataset.type = hdf5::own(H5Dget_type(dataset.id.get()), H5Tclose, name);
  dataset.kind = H5Tget_class(dataset.type.get());
  const hdf5::Hid space = hdf5::own(H5Dget_space(dataset.id.get()), H5Sclose, name);
  dataset.shape.resize(static_cast<std::size_t>(hdf5::check(H5Sget_simple_extent_ndims(space.get()), name)));
  H5Sget_simple_extent_dims(space.get(), dataset.shape.data(), nullptr);
  dataset.creation = hdf5::own(H5Dget_create_plist(dataset.id.get()), H5Pclose, name);
  if (dataset.shape.size() < rank || dataset.shape.size() > std::max(rank, most_rank)) {
    errors.add(fmt::format("dataset \"{}\" has shape {}; {}", name, shape_text(dataset.shape), layout));
    return std::nullopt;
  }
  std::string wrong = storage_error(dataset);
  if (wrong.empty()) wrong = size_error(dataset, file_bytes);
  if (!wrong.empty()) {
    errors.add(fmt::format("dataset \"{}\" {}", name, wrong));
    return std::nullopt;
  }
  return dataset;
}

const char* kind_words(H5T_class_t kind) {
  if (kind == H5T_INTEGER) return "integers";
  if (kind == H5T_FLOAT) return "floats";
  if (kind == H5T_STRING) return "strings";
  return "values of another type";
}

bool has_type(const Dataset& dataset, const char* name, std::initializer_list<H5T_class_t> allowed,
              const char* words, FileErrors& errors) {
  for (const H5T_class_t kind : allowed) {
    if (dataset.kind == kind) return true;
  }
  errors.add(fmt::format("dataset \"{}\" holds {}; expected {}", name, kind_words(dataset.kind), words));
  return false;
}

void read_all(const Dataset& dataset, hid_t type, void* memory, const char* name) {
  const herr_t status = H5Dread(dataset.id.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, memory);
  // The sizes of dataset and chunk have been checked: it is not the file that asks for too much.
  if (status < 0 && hdf5::lacked_memory()) throw std::bad_alloc();
  hdf5::check(status, fmt::format("dataset \"{}\"", name));
}

/// The memory that libhdf5 reserves for strings of variable length.
class VariableStrings {
 public:
  explicit VariableStrings(const Dataset& dataset) : dataset_(dataset), strings_(dataset.size(), nullptr) {
    read_all(dataset, dataset.type.get(), strings_.data(), "labels");
  }
  ~VariableStrings() {
    const hid_t space = H5Dget_space(dataset_.id.get());
    H5Dvlen_reclaim(dataset_.type.get(), space, H5P_DEFAULT, strings_.data());
    H5Sclose(space);
  }
  VariableStrings(const VariableStrings&) = delete;
  VariableStrings& operator=(const VariableStrings&) = delete;

  const std::vector<char*>& get() const { return strings_; }

 private:
  const Dataset& dataset_;
  std::vector<char*> strings_;  // [B]; null for an empty string
};

Column<std::string> read_fixed_strings(const Dataset& dataset) {
  const std::size_t width = H5Tget_size(dataset.type.get());
  const bool is_space_padded = H5Tget_strpad(dataset.type.get()) == H5T_STR_SPACEPAD;
  std::vector<char> bytes(dataset.size() * width);  // [B, width]
  read_all(dataset, dataset.type.get(), bytes.data(), "labels");
  Column<std::string> labels;
  labels.reserve(dataset.size());
  for (std::size_t at = 0; at < bytes.size(); at += width) {
    std::string label(bytes.data() + at, strnlen(bytes.data() + at, width));
    if (is_space_padded) label.erase(label.find_last_not_of(' ') + 1);
    labels.push_back(std::move(label));
  }
  return labels;
}

template <class Number>
Column<std::string> read_numbers(const Dataset& dataset, hid_t type) {
  std::vector<Number> numbers(dataset.size());  // [B]
  read_all(dataset, type, numbers.data(), "labels");
  Column<std::string> labels;
  labels.reserve(numbers.size());
  const std::size_t width = dataset.shape.size() == 2 ? dataset.shape[1] : 1;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::string text = fmt::format("{}", numbers[i]);  // of a float as many digits as it takes
    if (i % width == 0)
      labels.push_back(text);
    else
      labels.back() += "," + text;
  }
  return labels;
}

Column<std::string> read_labels(const Dataset& dataset) {
  if (dataset.kind == H5T_INTEGER && H5Tget_sign(dataset.type.get()) == H5T_SGN_NONE)
    return read_numbers<std::uint64_t>(dataset, H5T_NATIVE_UINT64);  // as int64 the largest would all be one
  if (dataset.kind == H5T_INTEGER) return read_numbers<std::int64_t>(dataset, H5T_NATIVE_INT64);
  if (dataset.kind == H5T_FLOAT) return read_numbers<double>(dataset, H5T_NATIVE_DOUBLE);
  if (H5Tis_variable_str(dataset.type.get()) <= 0) return read_fixed_strings(dataset);
  const VariableStrings strings(dataset);
  Column<std::string> labels;
  for (const char* label : strings.get()) labels.emplace_back(label == nullptr ? "" : label);
  return labels;
}

/// What a file may have besides: a weight, and a group, of each sequence.
void read_extras(hid_t file, hsize_t file_bytes, RawSplit& raw, FileErrors& errors) {
  std::optional<Dataset> weights, groups;
  if (H5Lexists(file, "weights", H5P_DEFAULT) > 0)
    weights = open_dataset(file, "weights", 1, file_bytes, errors);
  if (H5Lexists(file, "groups", H5P_DEFAULT) > 0)
    groups = open_dataset(file, "groups", 1, file_bytes, errors);
  if (weights) has_type(*weights, "weights", {H5T_INTEGER, H5T_FLOAT}, "integers or floats", errors);
  if (groups) has_type(*groups, "groups", {H5T_INTEGER, H5T_STRING}, "integers or strings", errors);
  if (!errors.empty()) return;
  if (weights && weights->size() > 0) {
    raw.weights.resize(weights->size());
    read_all(*weights, H5T_NATIVE_DOUBLE, raw.weights.data(), "weights");
  }
  if (groups && groups->size() > 0) raw.groups = read_labels(*groups);
}

void read_datasets(hid_t file, hsize_t file_bytes, const Targets& targets, RawSplit& raw,
                   FileErrors& errors) {
  const bool numbers = targets.are_numbers();
  const std::optional<Dataset> values = open_dataset(file, "values", 2, file_bytes, errors);
  const std::optional<Dataset> offsets = open_dataset(file, "offsets", 1, file_bytes, errors);
  std::optional<Dataset> labels;
  if (targets.are_in_file()) labels = open_dataset(file, "labels", 1, file_bytes, errors, numbers ? 2 : 1);
  if (values) has_type(*values, "values", {H5T_INTEGER, H5T_FLOAT}, "integers or floats", errors);
  if (offsets) has_type(*offsets, "offsets", {H5T_INTEGER}, "integers", errors);
  if (labels && numbers)
    has_type(*labels, "labels", {H5T_INTEGER, H5T_FLOAT, H5T_STRING}, "numbers or strings", errors);
  if (labels && !numbers)
    has_type(*labels, "labels", {H5T_INTEGER, H5T_STRING}, "integers or strings", errors);
  if (!errors.empty()) return;
  if (values->size() == 0 || offsets->size() == 0 || (labels && labels->size() == 0)) {
    errors.add(fmt::format("values has shape {}, offsets {}, labels {}; expected one sequence or more",
                           shape_text(values->shape), shape_text(offsets->shape),
                           labels ? shape_text(labels->shape) : "none"));
    return;
  }
  raw.channels = static_cast<Index>(values->shape[1]);
  if (labels)
    raw.targets = read_labels(*labels);
  else
    raw.targets.resize(offsets->size() - 1);
  raw.offsets.resize(offsets->size());
  read_all(*offsets, H5T_NATIVE_INT64, raw.offsets.data(), "offsets");
  raw.values.resize(values->size());
  read_all(*values, H5T_NATIVE_FLOAT, raw.values.data(), "values");
  read_extras(file, file_bytes, raw, errors);
}

hdf5::Hid open_hdf5(const std::string& path) {
  return hdf5::own(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose,
                   "not an HDF5 file, or a damaged one");
}

}  // namespace

Hdf5Size claimed_hdf5_size(const std::string& path, const std::function<void()>& opened) {
  const hdf5::ScopedErrorSilence silence;
  FileErrors errors(path);
  try {
    const hdf5::Hid file = open_hdf5(path);
    opened();
    const hsize_t file_bytes = std::filesystem::file_size(path);
    const std::optional<Dataset> values = open_dataset(file.get(), "values", 2, file_bytes, errors);
    const std::optional<Dataset> labels = open_dataset(file.get(), "labels", 1, file_bytes, errors, 2);
    if (values && labels) return {values->size(), labels->size()};
  } catch (const Error&) {  // whoever reads the file says what is wrong
  }
  return {};
}

RawSplit read_hdf5_datasets(const std::string& path, const Targets& targets, FileErrors& errors,
                            const std::function<void()>& opened) {
  static_assert(sizeof(Index) == sizeof(std::int64_t), "offsets are read as 64-bit integers");
  RawSplit raw;
  raw.path = path;
  const hdf5::ScopedErrorSilence silence;
  try {
    const hdf5::Hid file = open_hdf5(path);
    opened();
    read_datasets(file.get(), std::filesystem::file_size(path), targets, raw, errors);
  } catch (const Error& error) {
    errors.add(fmt::format("{}; make it anew or copy it again", error.what()));
  }
  return raw;
}

}  // namespace orochi
