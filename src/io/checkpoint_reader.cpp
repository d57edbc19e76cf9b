#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "io/checkpoint_format.hpp"

namespace orochi {

using hdf5::Stored;

static_assert(std::endian::native == std::endian::little, "numbers are copied as the file has them");

struct CheckpointReader::Impl {
  std::string path;
  std::vector<unsigned char> image;
  hdf5::Contents contents;
  std::map<std::string, std::vector<TensorSlot>> groups;
  CheckpointHeader header;

  explicit Impl(const std::string& checkpoint_path);
  void check_version() const;
  void read_header();
  void read_state(const std::string& name, const Stored& stored);
  void check_progress() const;
  void copy(const std::string& name, void* values) const;
  std::vector<std::string> texts(const Stored& stored) const;
  template <typename Number>
  std::vector<Number> numbers(const Stored& stored) const;
  const std::vector<TensorSlot>& group(const std::string& name) const;
  void check_slots(const std::string& group_name, std::span<const TensorSlot> wanted) const;
};

CheckpointReader::Impl::Impl(const std::string& checkpoint_path)
    : path(checkpoint_path),
      image(checkpoint::load_image(path)),
      contents(hdf5::read_structure(image, path)) {
  check_version();
  groups = checkpoint::check_datasets(contents.datasets, path);
  read_header();
}

void CheckpointReader::Impl::check_version() const {
  const auto format = contents.attributes.find("format");
  if (format == contents.attributes.end() || format->second.kind != hdf5::Kind::text ||
      texts(format->second).front() != checkpoint::format_name)
    throw usage_error(fmt::format("'{}' is an HDF5 file, but not an Orochi checkpoint", path));
  const auto version = contents.attributes.find("format_version");
  if (version == contents.attributes.end() || version->second.kind != hdf5::Kind::int64)
    throw usage_error(fmt::format("'{}' has no readable attribute 'format_version'", path));
  std::int64_t number = 0;
  std::memcpy(&number, image.data() + version->second.offset, sizeof number);
  if (number != checkpoint::format_version)
    throw usage_error(
        fmt::format("'{}' has checkpoint format {}; this program reads format {}: use the program that "
                    "wrote it, or train again",
                    path, number, checkpoint::format_version));
  if (contents.attributes.size() != 2)
    throw usage_error(
        fmt::format("'{}' has {} attributes where the format has 2", path, contents.attributes.size()));
}

// `values` has room for the dataset, whose kind was checked against the format.
void CheckpointReader::Impl::copy(const std::string& name, void* values) const {
  const Stored& stored = contents.datasets.at(name);
  if (stored.bytes() > 0) std::memcpy(values, image.data() + stored.offset, stored.bytes());
}

std::vector<std::string> CheckpointReader::Impl::texts(const Stored& stored) const {
  std::vector<std::string> values(stored.count());
  const unsigned char* row = image.data() + stored.offset;  // [count, element_size], filled up with NUL
  for (std::string& value : values) {
    value.assign(row, std::find(row, row + stored.element_size, 0));
    row += stored.element_size;
  }
  return values;
}

template <typename Number>
std::vector<Number> CheckpointReader::Impl::numbers(const Stored& stored) const {
  std::vector<Number> values(stored.count());
  if (!values.empty()) std::memcpy(values.data(), image.data() + stored.offset, stored.bytes());
  return values;
}

// "state/tokenizer/vocabulary". Any numbers: the component knows which of them it can use.
void CheckpointReader::Impl::read_state(const std::string& name, const Stored& stored) {
  const auto [component, list] = checkpoint::state_names(name);
  State& state = header.state[component];
  if (stored.kind == hdf5::Kind::text) state.set(list, texts(stored));
  if (stored.kind == hdf5::Kind::float64) state.set(list, numbers<double>(stored));
  if (stored.kind == hdf5::Kind::int64) state.set(list, numbers<std::int64_t>(stored));
}

void CheckpointReader::Impl::read_header() {
  header.config = texts(contents.datasets.at("config")).front();
  header.train_checksum = texts(contents.datasets.at("checksums/train")).front();
  header.validation_checksum = texts(contents.datasets.at("checksums/validation")).front();
  for (const auto& [name, stored] : contents.datasets)
    if (name.starts_with("state/")) read_state(name, stored);
  for (const auto& field : checkpoint::progress_fields) {
    const std::string name = std::string("progress/") + field.name;
    std::visit([&](auto member) { copy(name, &(header.progress.*member)); }, field.member);
  }
  check_progress();
}

void CheckpointReader::Impl::check_progress() const {
  for (const auto& field : checkpoint::progress_fields) {
    const auto is_reachable = [&](auto member) {
      const auto value = header.progress.*member;
      using Value = std::remove_const_t<decltype(value)>;
      if constexpr (std::is_same_v<Value, std::uint64_t>) return value <= std::uint64_t{1} << 62;
      if constexpr (std::is_same_v<Value, std::int64_t>) return value >= -1;
      // Of the metric, only the next comparison takes note.
      if constexpr (std::is_same_v<Value, double>)
        return std::isfinite(value) || member == &Progress::best_metric;
    };
    if (!std::visit(is_reachable, field.member))
      throw usage_error(
          fmt::format("'{}': dataset '/progress/{}' holds a number that no run reaches", path, field.name));
  }
}

const std::vector<TensorSlot>& CheckpointReader::Impl::group(const std::string& name) const {
  const auto found = groups.find(name);
  if (found == groups.end()) throw usage_error(fmt::format("'{}' has no group '/{}'", path, name));
  return found->second;
}

void CheckpointReader::Impl::check_slots(const std::string& group_name,
                                         std::span<const TensorSlot> wanted) const {
  std::map<std::string, std::vector<Index>> found;
  for (const TensorSlot& slot : group(group_name)) found[slot.name] = slot.shape;
  for (const TensorSlot& slot : wanted) {
    const auto match = found.find(slot.name);
    if (match == found.end())
      throw usage_error(
          fmt::format("'{}': '/{}' lacks the tensor '{}', which the model has", path, group_name, slot.name));
    if (match->second != slot.shape)
      throw usage_error(fmt::format("'{}': tensor '{}' of '/{}' has shape {} where the model has {}", path,
                                    slot.name, group_name, checkpoint::shape_text(match->second),
                                    checkpoint::shape_text(slot.shape)));
    found.erase(match);
  }
  if (!found.empty())
    throw usage_error(fmt::format("'{}': '/{}' holds the tensor '{}', which the model has not", path,
                                  group_name, found.begin()->first));
}

CheckpointReader::CheckpointReader(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
CheckpointReader::~CheckpointReader() = default;
CheckpointReader::CheckpointReader(CheckpointReader&&) noexcept = default;
CheckpointReader& CheckpointReader::operator=(CheckpointReader&&) noexcept = default;

const CheckpointHeader& CheckpointReader::header() const { return impl_->header; }

std::vector<std::string> CheckpointReader::groups() const {
  std::vector<std::string> paths;
  for (const auto& [path, slots] : impl_->groups) paths.push_back(path);
  return paths;
}

bool CheckpointReader::has(const std::string& group) const { return impl_->groups.contains(group); }

void CheckpointReader::read(const std::string& group, std::span<const TensorSlot> slots,
                            std::span<float> values) const {
  impl_->check_slots(group, slots);
  for (const TensorSlot& slot : slots) {
    const Index count = checkpoint::number_count(slot.shape);
    if (slot.offset < 0 || count > std::ssize(values) - slot.offset)
      throw failure(
          fmt::format("tensor '{}' does not fit the {} numbers it is read into", slot.name, values.size()));
    const std::span<float> target =
        values.subspan(static_cast<std::size_t>(slot.offset), static_cast<std::size_t>(count));
    impl_->copy(group + "/" + checkpoint::tensor_path(slot.name), target.data());
    const Index found = checkpoint::first_not_finite(target);
    if (found >= 0)
      throw usage_error(
          fmt::format("'{}': tensor '{}' of '/{}' holds NaN or infinity at {}; use the checkpoint "
                      "before it",
                      impl_->path, slot.name, group, found));
  }
}

std::vector<TensorSlot> CheckpointReader::slots(const std::string& group) const {
  return impl_->group(group);
}

}  // namespace orochi
