// Which datasets a checkpoint has.
#include <algorithm>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "io/checkpoint_format.hpp"

namespace orochi::checkpoint {
namespace {

using hdf5::Kind;
using hdf5::Stored;

struct KindOf {
  Kind operator()(std::uint64_t Progress::*) const { return Kind::uint64; }
  Kind operator()(std::int64_t Progress::*) const { return Kind::int64; }
  Kind operator()(double Progress::*) const { return Kind::float64; }
};

// Everything but state and tensors; each one value.
std::map<std::string, Kind> header_datasets() {
  std::map<std::string, Kind> expected = {
      {"config", Kind::text},
      {"checksums/train", Kind::text},
      {"checksums/validation", Kind::text},
  };
  for (const ProgressField& field : progress_fields)
    expected.insert({std::string("progress/") + field.name, std::visit(KindOf{}, field.member)});
  return expected;
}

// "optimizer/first_moment/encoder/0/..." -> "optimizer/first_moment"; empty outside of the groups.
std::string group_of(const std::string& path) {
  std::size_t slash = path.find('/');
  if (path.starts_with("optimizer/")) slash = path.find('/', slash + 1);
  if (slash == std::string::npos) return {};
  const std::string group = path.substr(0, slash);
  return is_group_path(group) ? group : std::string();
}

void check_header_dataset(const Stored& found, Kind expected, const std::string& where) {
  if (found.kind != expected)
    throw usage_error(fmt::format("{} is {} where the format has {}", where, hdf5::kind_name(found.kind),
                                  hdf5::kind_name(expected)));
  if (!found.scalar)
    throw usage_error(
        fmt::format("{} has shape {} where the format has one value", where, shape_text(found.shape)));
}

// Which lists a component keeps is its own affair.
void check_state(const Stored& found, const std::string& where) {
  if (found.kind != Kind::text && found.kind != Kind::float64 && found.kind != Kind::int64)
    throw usage_error(fmt::format("{} is {}; a state holds UTF-8 text, float64 and int64", where,
                                  hdf5::kind_name(found.kind)));
  if (found.shape.size() != 1)
    throw usage_error(
        fmt::format("{} has shape {}; a state has one dimension", where, shape_text(found.shape)));
}

void check_tensor(const Stored& found, const std::string& where) {
  if (found.kind != Kind::float32)
    throw usage_error(
        fmt::format("{} is {} where the format has float32", where, hdf5::kind_name(found.kind)));
  if (found.scalar || found.count() < 1)
    throw usage_error(fmt::format("{} has shape {}; tensors have one or two dimensions of 1 or more", where,
                                  shape_text(found.shape)));
}

// The optimizer's numbers are one for each of the parameters'.
void check_alike(const std::vector<TensorSlot>& parameters, const std::string& group,
                 const std::vector<TensorSlot>& slots, const std::string& file) {
  const auto alike = [](const TensorSlot& a, const TensorSlot& b) {
    return a.name == b.name && a.shape == b.shape;
  };
  if (!std::equal(parameters.begin(), parameters.end(), slots.begin(), slots.end(), alike))
    throw usage_error(fmt::format("'{}': the tensors of '/{}' are not those of '/parameters'", file, group));
}

// The tensor at `path`, by its name below its group.
TensorSlot slot_of(const std::string& path, const std::string& group, const Stored& found) {
  std::string name = path.substr(group.size() + 1);
  std::replace(name.begin(), name.end(), '/', '.');
  return {name, found.shape, 0};
}

}  // namespace

std::map<std::string, std::vector<TensorSlot>> check_datasets(const std::map<std::string, Stored>& datasets,
                                                              const std::string& file) {
  const std::map<std::string, Kind> expected = header_datasets();
  std::map<std::string, std::vector<TensorSlot>> groups;
  for (const auto& [path, found] : datasets) {
    const std::string where = fmt::format("'{}': dataset '/{}'", file, path);
    const auto known = expected.find(path);
    const std::string group = group_of(path);
    if (known != expected.end()) {
      check_header_dataset(found, known->second, where);
    } else if (!group.empty()) {
      check_tensor(found, where);
      groups[group].push_back(slot_of(path, group, found));
    } else if (!state_names(path).first.empty()) {
      check_state(found, where);
    } else {
      throw usage_error(where + " is not known to the format");
    }
  }
  for (const auto& [path, kind] : expected)
    if (!datasets.contains(path))
      throw usage_error(fmt::format("'{}': dataset '/{}' is missing", file, path));
  if (!groups.contains("parameters"))
    throw usage_error(fmt::format("'{}': group '/parameters' is missing", file));
  for (const auto& [group, slots] : groups) check_alike(groups.at("parameters"), group, slots, file);
  return groups;
}

}  // namespace orochi::checkpoint
