#include "data/raw_files.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include <fmt/format.h>

#include "data/target_file.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

/// Under whatever names.
bool are_same(const std::string& a, const std::string& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) || fs::path(a).lexically_normal() == fs::path(b).lexically_normal();
}

void refuse_second_naming(std::size_t file, FileErrors& errors) {
  for (std::size_t other = 0; other < file; ++other) {
    const std::string& path = errors.of_file(other).path();
    if (!are_same(path, errors.of_file(file).path())) continue;
    return errors.of_file(file).add(
        fmt::format("is data.train[{}] and data.train[{}], {}; name each file once", other, file, path));
  }
}

template <class Element>
void move_to(Column<Element>& all, Column<Element>& more) {
  all.insert(all.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
}

/// Of a list that is empty where every sequence has `otherwise`.
template <class Element>
void move_to(Column<Element>& all, Index size, Column<Element>& more, Index more_size,
             const Element& otherwise) {
  if (all.empty() && more.empty()) return;
  all.resize(static_cast<std::size_t>(size), otherwise);
  move_to(all, more);
  all.resize(static_cast<std::size_t>(size + more_size), otherwise);
}

void append(RawSplit& all, RawSplit more) {
  move_to(all.lines, all.size(), more.lines, more.size(), Index{0});
  move_to(all.weights, all.size(), more.weights, more.size(), 1.0);
  move_to(all.groups, all.size(), more.groups, more.size(), std::string());
  move_to(all.targets, more.targets);
  for (std::size_t i = 0; i < more.texts.size(); ++i) all.texts.push_back(more.texts[i]);
  move_to(all.values, more.values);
  const Index rows = all.offsets.back();
  for (std::size_t i = 1; i < more.offsets.size(); ++i) all.offsets.push_back(rows + more.offsets[i]);
  all.missing += more.missing;
}

}  // namespace

RawSplit read_raw_files(const DataConfig& config, const Readers& readers, const Targets& targets,
                        FileErrors& errors) {
  RawSplit all = read_raw(config, readers, targets, errors.of_file(0));
  if (errors.files() == 1) return all;
  all.sources.push_back({all.path, 0});
  for (std::size_t file = 1; file < errors.files(); ++file) {
    FileErrors& own = errors.of_file(file);
    refuse_second_naming(file, errors);
    if (!own.empty()) continue;
    if (errors.of_file(0).empty()) own.read_beside(errors.of_file(0).path());
    RawSplit more = read_raw(config, readers, targets, own);
    if (own.empty() && errors.of_file(0).empty())
      check_shape(more, all.path, all.channels, all.num_texts, own);
    all.sources.push_back({own.path(), all.size()});
    if (errors.empty()) append(all, std::move(more));
  }
  all.path = errors.path();
  return all;
}

std::vector<std::string> RawSplit::paths() const {
  if (sources.empty()) return {path};
  std::vector<std::string> all;
  for (const SourceFile& source : sources) all.push_back(source.path);
  return all;
}

std::size_t RawSplit::source_of(Index sequence) const {
  const auto next =
      std::upper_bound(sources.begin(), sources.end(), sequence,
                       [](Index number, const SourceFile& source) { return number < source.first; });
  return sources.empty() ? 0 : static_cast<std::size_t>(next - sources.begin() - 1);
}

std::string RawSplit::location(Index sequence) const {
  const SourceFile source = sources.empty() ? SourceFile{path, 0} : sources[source_of(sequence)];
  if (lines.empty()) return fmt::format("{}: sequence {}", source.path, sequence - source.first);
  return fmt::format("{}:{}", source.path, lines[static_cast<std::size_t>(sequence)]);
}

}  // namespace orochi
