// A checkpoint as bytes: an HDF5 file built in memory, then the trailer.
#include <fmt/format.h>

#include <orochi/error.hpp>

#include "io/checkpoint_format.hpp"
#include "io/image_builder.hpp"

namespace orochi {
namespace {

using hdf5::ImageBuilder;

void refuse_nul(const std::string& what, std::span<const std::string> values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i].find('\0') != std::string::npos)
      throw usage_error(
          fmt::format("{} {} holds a NUL character, which a checkpoint cannot store; remove it from the data",
                      what, i + 1));
}

void check_header(const CheckpointHeader& header) {
  refuse_nul("config text", {&header.config, 1});
  for (const auto& [component, state] : header.state)
    for (const auto& [name, value] : state.values())
      if (const auto* texts = std::get_if<std::vector<std::string>>(&value))
        refuse_nul(fmt::format("state {}.{}: text", component, name), *texts);
}

struct AddList {
  ImageBuilder& image;
  std::string path;
  void operator()(const std::vector<std::string>& values) const { image.texts(path, values); }
  template <typename Number>
  void operator()(const std::vector<Number>& values) const {
    const Index count = std::ssize(values);
    image.tensor(path, {&count, 1}, values.data());
  }
};

void add_header(ImageBuilder& image, const CheckpointHeader& header) {
  image.attribute("format", checkpoint::format_name);
  image.attribute("format_version", checkpoint::format_version);
  image.text("config", header.config);
  for (const auto& [component, state] : header.state)
    for (const auto& [name, value] : state.values())
      std::visit(AddList{image, checkpoint::state_path(component, name)}, value);
  image.text("checksums/train", header.train_checksum);
  image.text("checksums/validation", header.validation_checksum);
  for (const auto& field : checkpoint::progress_fields)
    std::visit(
        [&](auto member) {
          image.tensor(std::string("progress/") + field.name, {}, &(header.progress.*member));
        },
        field.member);
}

void add_group(ImageBuilder& image, const TensorGroup& group, std::span<const TensorSlot> slots) {
  if (!checkpoint::is_group_path(group.path))
    throw failure(fmt::format("'{}' is no group of a checkpoint; those are 'parameters' and 'optimizer/NAME'",
                              group.path));
  for (const TensorSlot& slot : slots) {
    const Index count = checkpoint::number_count(slot.shape);
    if (slot.shape.empty() || slot.shape.size() > 2 || count < 1 || slot.offset < 0 ||
        count > std::ssize(group.values) - slot.offset)
      throw failure(fmt::format("tensor '{}' of shape {} at {} does not fit the {} numbers of '{}'",
                                slot.name, checkpoint::shape_text(slot.shape), slot.offset,
                                group.values.size(), group.path));
    image.tensor(group.path + "/" + checkpoint::tensor_path(slot.name), slot.shape,
                 group.values.data() + slot.offset);
  }
}

}  // namespace

std::vector<unsigned char> checkpoint_image(const CheckpointHeader& header, std::span<const TensorSlot> slots,
                                            std::span<const TensorGroup> groups) {
  const hdf5::ScopedErrorSilence silence;
  check_header(header);
  ImageBuilder image;
  add_header(image, header);
  for (const TensorGroup& group : groups) add_group(image, group, slots);
  std::vector<unsigned char> bytes = image.bytes(checkpoint::trailer_size);
  const checkpoint::Trailer trailer = checkpoint::make_trailer(bytes);
  bytes.insert(bytes.end(), trailer.begin(), trailer.end());
  return bytes;
}

}  // namespace orochi
