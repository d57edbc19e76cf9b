#include "cli/report/sequence.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/report/drawings.hpp"
#include "cli/report/row_names.hpp"
#include "core/as_size.hpp"
#include "core/utf8.hpp"
#include "data/windows.hpp"

namespace orochi {

using nlohmann::ordered_json;

std::string shown(const std::string& text, std::size_t most) {
  std::size_t at = 0;
  for (std::size_t n = 0; n < most && at < text.size(); ++n) utf8::decode(text, at);
  return utf8::escape(text.substr(0, at)) + (at < text.size() ? " ..." : "");
}

namespace {

constexpr std::size_t most_named_classes = 5;  // of one sequence

/// [[label, p] ...]: the largest, and the target's.
ordered_json largest_probabilities(const std::vector<std::string>& names, const std::vector<double>& p,
                                   const std::string& target) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return p[x] > p[y]; });
  auto json = ordered_json::array();
  for (std::size_t n = 0; n < order.size(); ++n)
    if (n < most_named_classes || names[order[n]] == target)
      json.push_back({shown(names[order[n]], longest_name), std::round(p[order[n]] * 1e6) / 1e6});
  return json;
}

/// The rows' pieces as a text: without what marks them as beginning or going on with a word, and with a blank
/// before each word. Empty where tokens are no pieces.
std::vector<std::string> joined_pieces(std::span<const RowName> names) {
  if (std::ranges::none_of(names, &RowName::continues)) return {};
  std::vector<std::string> result;
  for (const RowName& name : names) {
    std::string_view text = name.text;
    for (const std::string_view mark : {"##", "\xE2\x96\x81", "\xC4\xA0"})  // the last two: a blank
      if (text.starts_with(mark)) text.remove_prefix(mark.size());
    result.push_back(fmt::format("{}{}", name.continues || result.empty() ? "" : " ",
                                 shown(std::string(text), longest_name)));
  }
  return result;
}

}  // namespace

void add_answer(ordered_json& json, const Task& task, std::span<const Scalar> outputs,
                const std::string& target) {
  const Prediction prediction = task.predict(outputs);
  json["prediction"] = shown(prediction.text(task.level() == Level::row ? " " : ","), longest_text);
  json["probabilities"] = task.level() == Level::sequence
                              ? largest_probabilities(task.score_names(), prediction.scores, target)
                              : ordered_json::array();
  if (task.level() == Level::sequence) return;
  json["row_labels"] = ordered_json::array();
  for (const std::string& label : prediction.labels) json["row_labels"].push_back(shown(label, longest_name));
}

Index add_rows(ordered_json& json, const Model& trained, const Sequences& data, Index i,
               std::span<const std::string> texts, std::vector<AttentionRecord> records,
               std::size_t sequences) {
  const std::vector<RowName> names = row_names(trained, data, i, texts);
  std::erase_if(records,
                [&](const AttentionRecord& r) { return r.length != std::ssize(names); });  // other rows
  const Windows windows = windows_of(data, i);
  Index maps = 0;
  for (const AttentionRecord& record : records) maps += record.options.num_heads;
  const Index rows = std::min<Index>(drawable_rows(maps * static_cast<Index>(sequences)), std::ssize(names));
  json["length"] = names.size();
  json["class_token"] = std::ssize(names) - windows.rows(0);
  json["windows"] = windows.count();
  json["rows"] = ordered_json::array();
  json["unknown"] = ordered_json::array();
  for (Index t = 0; t < rows; ++t) {
    json["rows"].push_back(shown(names[as_size(t)].text, longest_name));
    if (names[as_size(t)].unknown) json["unknown"].push_back(t);
  }
  if (const auto joined = joined_pieces(std::span(names).first(as_size(rows))); !joined.empty())
    json["joined"] = joined;
  json["layers"] = maps_json(records, rows);
  return rows;
}

}  // namespace orochi
