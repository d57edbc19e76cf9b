#include "cli/head_drawing.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "analysis/head_survey.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "core/utf8.hpp"

namespace orochi {
namespace {

constexpr std::array<const char*, 5> shades = {" ", "░", "▒", "▓", "█"};
constexpr std::size_t label_width = 10;  // characters

/// The characters of a label that a terminal shows, at most label_width.
std::vector<std::string> characters(const std::string& label) {
  const std::string shown = escape(label == " " ? "_" : label);
  std::vector<std::string> result;
  for (std::size_t at = 0; at < shown.size() && result.size() < label_width;) {
    const std::size_t start = at;
    utf8::decode(shown, at);
    result.push_back(shown.substr(start, at - start));
  }
  return result;
}

/// The labels of the keys, written downwards above their columns.
std::string header(const std::vector<std::vector<std::string>>& labels, std::size_t cell) {
  std::size_t longest = 0;
  for (const auto& label : labels) longest = std::max(longest, label.size());
  std::string text;
  for (std::size_t i = 0; i < longest; ++i) {
    std::string line(label_width + 1, ' ');
    for (const auto& label : labels) {
      const std::size_t blank = longest - label.size();  // they end beside the map
      line += i < blank ? " " : label[i - blank];
      line += std::string(cell - 1, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

/// [cells, cells]: the largest weight of the `share` x `share` neighbors that a cell shows.
std::vector<Scalar> pooled(const Scalar* map, Index t, Index share, Index cells) {
  std::vector<Scalar> result(static_cast<std::size_t>(cells * cells), 0);
  for (Index q = 0; q < t; ++q)
    for (Index k = 0; k < t; ++k) {
      Scalar& cell = result[static_cast<std::size_t>(q / share * cells + k / share)];
      cell = std::max(cell, map[q * t + k]);
    }
  return result;
}

}  // namespace

std::vector<std::string> labels_of(const AttentionRecord& record, const std::vector<std::string>& rows) {
  if (std::ssize(rows) == record.length) return rows;
  std::vector<std::string> numbers;
  for (Index t = 0; t < record.length; ++t) numbers.push_back(std::to_string(t + 1));
  return numbers;
}

std::string draw_map(const AttentionRecord& record, Index head, const std::vector<std::string>& rows,
                     Index widest) {
  const std::vector<std::string> labels = labels_of(record, rows);
  const Index t = record.length, share = (t + widest - 1) / widest, cells = (t + share - 1) / share;
  const std::vector<Scalar> weights = pooled(record.map.data() + head * t * t, t, share, cells);
  const auto most = static_cast<double>(*std::max_element(weights.begin(), weights.end()));
  std::vector<std::vector<std::string>> shown;  // [cells]
  for (Index i = 0; i < cells; ++i) shown.push_back(characters(labels[static_cast<std::size_t>(i * share)]));
  const std::size_t cell = cells * 2 <= widest ? 2 : 1;
  std::string text = header(shown, cell);
  for (Index q = 0; q < cells; ++q) {
    const std::vector<std::string>& label = shown[static_cast<std::size_t>(q)];
    std::string line(label_width - label.size(), ' ');
    line += fmt::format("{} ", fmt::join(label, ""));
    for (Index k = 0; k < cells; ++k) {
      const auto weight = static_cast<double>(weights[static_cast<std::size_t>(q * cells + k)]);
      const double part = most > 0 ? weight / most : 0;  // rows that no pooling looks at may overflow
      const auto shade = static_cast<std::size_t>(std::min(part * shades.size(), shades.size() - 1.0));
      for (std::size_t i = 0; i < cell; ++i) line += shades[shade];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  std::string scale;
  for (std::size_t i = 1; i < shades.size(); ++i)
    scale += fmt::format("  {} {:.3f}", shades[i], most * static_cast<double>(i) / shades.size());
  text += fmt::format("rows: queries; columns: keys; weight at least{}\n", scale);
  if (share > 1)
    text += fmt::format("each cell stands for {} x {} rows: the largest weight among them\n", share, share);
  return text;
}

std::string heads_table(std::span<const AttentionRecord> records, const std::vector<std::string>& rows) {
  Table table({{"layer"}, {"head"}, {"entropy"}, {"distance"}, {"strongest link", Align::left}, {"weight"}});
  for (const AttentionRecord& record : records) {
    const Index t = record.length;
    const std::vector<std::string> labels = labels_of(record, rows);
    for (Index h = 0; h < record.options.num_heads; ++h) {
      const Scalar* map = record.map.data() + h * t * t;
      const Index at = std::max_element(map, map + t * t) - map;
      table.add({std::to_string(record.layer + 1), std::to_string(h + 1),
                 fmt::format("{:.2f}", mean_entropy(map, t)), fmt::format("{:.1f}", mean_distance(map, t)),
                 fmt::format("{} ({}) -> {} ({})", labels[static_cast<std::size_t>(at / t)], at / t + 1,
                             labels[static_cast<std::size_t>(at % t)], at % t + 1),
                 fmt::format("{:.3f}", map[at])});
    }
  }
  return table.text();
}

}  // namespace orochi
