#include "io/checkpoint_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <orochi/error.hpp>

#include "io/checkpoint_format.hpp"

namespace orochi::checkpoint {
namespace {

using hdf5::Kind;
using hdf5::Stored;

struct Expected {
  Kind kind;
  bool scalar;
};

struct KindOf {
  Kind operator()(std::uint64_t Progress::*) const { return Kind::uint64; }
  Kind operator()(std::int64_t Progress::*) const { return Kind::int64; }
  Kind operator()(double Progress::*) const { return Kind::float64; }
};

// Everything but the tensors.
std::map<std::string, Expected> header_datasets(std::int64_t version) {
  std::map<std::string, Expected> expected = {
      {"config", {Kind::text, true}},
      {"labels", {Kind::text, false}},
      {"vocabulary", {Kind::text, false}},
      {"channels", {Kind::int64, true}},
      {"checksums/train", {Kind::text, true}},
      {"checksums/validation", {Kind::text, true}},
      {"normalisation/mean", {Kind::float32, false}},
      {"normalisation/deviation", {Kind::float32, false}},
  };
  for (const ProgressField& field : progress_fields)
    expected.insert({std::string("progress/") + field.name, {std::visit(KindOf{}, field.member), true}});
  if (version == 1)
    for (const std::string_view name : new_in_2) expected.erase(std::string(name));
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

void check_header_dataset(const Stored& found, const Expected& expected, const std::string& where) {
  if (found.kind != expected.kind)
    throw usage_error(fmt::format("{} is {} where the format has {}", where, hdf5::kind_name(found.kind),
                                  hdf5::kind_name(expected.kind)));
  if (found.scalar != expected.scalar || found.shape.size() > 1)
    throw usage_error(fmt::format("{} has shape {} where the format has {}", where, shape_text(found.shape),
                                  expected.scalar ? "one value" : "one dimension"));
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
                                                              const std::string& file, std::int64_t version) {
  const std::map<std::string, Expected> expected = header_datasets(version);
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
