// HDF5 files of every shape, type and layout, made by libhdf5 as the input's bytes say: our reader of whole
// files. Of damaged ones libhdf5 is the reader, which this would test in our place.
#include "io/hdf5.hpp"

#include <cstring>
#include <string>
#include <vector>

#include <hdf5.h>

#include "data/readers/hdf5_datasets.hpp"
#include "reader.hpp"

namespace {

using orochi::hdf5::Hid;

/// Takes choices off the input; 0 when it is used up.
class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  std::uint8_t byte() { return at_ < size_ ? data_[at_++] : std::uint8_t{0}; }
  std::size_t below(std::size_t bound) { return byte() % bound; }
  std::size_t left() const { return size_ - at_; }

 private:
  const std::uint8_t* data_;
  std::size_t size_, at_ = 0;
};

hid_t string_type(std::size_t size, bool spaces) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, size);
  if (size != H5T_VARIABLE) H5Tset_strpad(type, spaces ? H5T_STR_SPACEPAD : H5T_STR_NULLPAD);
  return type;
}

Hid chosen_type(Choices& choices) {
  const hid_t numbers[] = {H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_STD_I8LE,
                           H5T_STD_U8LE,   H5T_STD_I16BE,  H5T_STD_U16LE,  H5T_STD_I32LE,
                           H5T_STD_I64LE,  H5T_STD_U64BE,  H5T_STD_B8LE,   H5T_STD_REF_OBJ};
  const std::size_t choice = choices.below(16);
  if (choice < std::size(numbers)) return Hid(H5Tcopy(numbers[choice]), H5Tclose);
  if (choice == 12) return Hid(H5Tcreate(H5T_OPAQUE, 1 + choices.below(9)), H5Tclose);
  if (choice == 13) return Hid(string_type(H5T_VARIABLE, false), H5Tclose);
  return Hid(string_type(1 + choices.below(9), choice == 14), H5Tclose);
}

std::vector<hsize_t> chosen_shape(Choices& choices, std::size_t usual_rank) {
  const bool odd = choices.below(16) == 15;
  std::vector<hsize_t> shape(odd ? choices.below(4) : usual_rank);
  for (hsize_t& extent : shape) extent = choices.below(8);
  if (odd && !shape.empty()) shape[0] <<= choices.below(61);
  return shape;
}

Hid chosen_layout(Choices& choices, const std::vector<hsize_t>& shape) {
  Hid properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  const std::size_t choice = choices.below(8);
  if (choice == 1) H5Pset_layout(properties.get(), H5D_COMPACT);
  if (choice < 2 || shape.empty()) return properties;
  std::vector<hsize_t> chunk;
  for (std::size_t i = 0; i < shape.size(); ++i) chunk.push_back(1 + choices.below(9));
  H5Pset_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data());
  if (choice & 2) H5Pset_shuffle(properties.get());
  if (choice & 4) H5Pset_deflate(properties.get(), 1);
  return properties;
}

void add_dataset(hid_t file, const char* name, std::size_t rank, Choices& choices) {
  const std::vector<hsize_t> shape = chosen_shape(choices, rank);
  const Hid type = chosen_type(choices);
  const Hid space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose);
  const Hid properties = chosen_layout(choices, shape);
  const Hid dataset(
      H5Dcreate2(file, name, type.get(), space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT), H5Dclose);
  const hssize_t count = dataset ? H5Sget_simple_extent_npoints(space.get()) : 0;
  if (count <= 0 || count > 1024 || choices.below(16) == 15) return;
  const std::size_t width = H5Tget_size(type.get());
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(count) * width);
  const bool pointers = H5Tis_variable_str(type.get()) > 0;
  const bool ascending = choices.below(2) == 0;  // as offsets are
  std::vector<std::string> texts(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    texts[i].assign(choices.below(4), static_cast<char>(choices.byte()));
    const char* pointer = texts[i].c_str();
    if (pointers) std::memcpy(bytes.data() + i * width, &pointer, sizeof pointer);
    for (std::size_t j = 0; j < width && !pointers; ++j)
      bytes[i * width + j] = ascending ? static_cast<std::uint8_t>(j == 0 ? i : 0) : choices.byte();
  }
  H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data());
}

std::vector<std::uint8_t> make_file(Choices& choices) {
  const Hid access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_core(access.get(), 1 << 16, false);
  if (choices.below(2) == 1) H5Pset_libver_bounds(access.get(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  const Hid file(H5Fcreate("fuzz", H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose);
  add_dataset(file.get(), "values", 2, choices);
  add_dataset(file.get(), "offsets", 1, choices);
  add_dataset(file.get(), "labels", 1, choices);
  if (choices.below(4) == 1) add_dataset(file.get(), "weights", 1, choices);
  if (choices.below(4) == 1) add_dataset(file.get(), "groups", 1, choices);
  H5Fflush(file.get(), H5F_SCOPE_GLOBAL);
  std::vector<std::uint8_t> image(
      static_cast<std::size_t>(std::max<ssize_t>(H5Fget_file_image(file.get(), nullptr, 0), 0)));
  H5Fget_file_image(file.get(), image.data(), image.size());
  return image;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Choices choices(data, size);
  std::vector<std::uint8_t> image;
  {
    const orochi::hdf5::ScopedErrorSilence silence;
    image = make_file(choices);
  }
  static const orochi::fuzz::MemoryFile file;
  // In this process, not in a child: what it reaches is to be seen.
  orochi::FileErrors errors(file.hold(image.data(), image.size()));
  const orochi::fuzz::Labels labels(choices.below(4));
  orochi::RawSplit raw = orochi::read_hdf5_datasets(errors.path(), labels, errors, [] {});
  if (errors.empty()) orochi::check_hdf5_contents(raw, labels, errors);
  if (errors.empty()) orochi::fuzz::check_accepted(raw, false);
  return 0;
}
