#include "cli/evaluation_report.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/table.hpp"
#include "core/as_size.hpp"
#include "data/file_errors.hpp"

namespace orochi {
namespace {

/// The groups that are not empty, with the mean score of each; `group_of` [B].
std::vector<Group> group(const std::vector<std::string>& names, const std::vector<std::size_t>& group_of,
                         const std::vector<double>& scores) {
  std::vector<Group> groups;
  for (const std::string& name : names) groups.push_back({name});
  for (std::size_t b = 0; b < scores.size(); ++b) {
    groups[group_of[b]].count += 1;
    groups[group_of[b]].score += scores[b];
  }
  for (Group& one : groups) one.score /= static_cast<double>(one.count);
  std::erase_if(groups, [](const Group& one) { return one.count == 0; });
  return groups;
}

}  // namespace

std::string figures_text(const std::vector<NamedFigure>& figures) {
  std::vector<Table::Column> columns;
  std::vector<std::string> cells;
  for (const NamedFigure& figure : figures) {
    columns.push_back({figure.title});
    cells.push_back(fraction(figure.value));
  }
  Table table(columns);
  table.add(std::move(cells));
  return figures.empty() ? "" : "\n" + table.text();
}

nlohmann::ordered_json figures_json(const std::vector<NamedFigure>& figures) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const NamedFigure& figure : figures) json[figure.name] = figure.value;
  return json;
}

std::vector<Group> by_length(const Sequences& data, const std::vector<double>& scores) {
  std::vector<Index> lengths;  // [B]
  for (Index b = 0; b < data.size(); ++b) lengths.push_back(data.length(b));
  std::vector<Index> sorted = lengths;
  std::sort(sorted.begin(), sorted.end());
  std::vector<Index> upper;  // the longest of each group
  std::vector<std::string> names;
  for (std::size_t quarter = 1; quarter <= 4 && !sorted.empty(); ++quarter) {
    const Index last = sorted[(sorted.size() * quarter + 3) / 4 - 1];
    if (!upper.empty() && last == upper.back()) continue;
    const auto first = upper.empty() ? sorted.begin() : std::ranges::upper_bound(sorted, upper.back());
    names.push_back(*first == last ? grouped(last) : grouped(*first) + " to " + grouped(last));
    upper.push_back(last);
  }
  std::vector<std::size_t> group_of;
  for (const Index length : lengths)
    group_of.push_back(as_size(std::ranges::lower_bound(upper, length) - upper.begin()));
  return group(names, group_of, scores);
}

std::vector<Group> by_unknown(const Sequences& data, const Tokenizer& tokenizer,
                              const std::vector<double>& scores) {
  std::vector<std::size_t> group_of;
  for (Index b = 0; b < data.size(); ++b) {
    const auto first = data.tokens.begin() + data.offsets[as_size(b)];
    const auto unknown = std::count(first, first + data.length(b), tokenizer.unknown());
    group_of.push_back(unknown == 0 ? 0 : 10 * unknown <= data.length(b) ? 1 : 2);
  }
  if (std::ranges::count(group_of, 0U) == data.size()) return {};
  return group({"none", "up to 10 %", "more"}, group_of, scores);
}

std::string sure_text(double least, const SureAnswers& sure) {
  Table table({{"probability"}, {"answers"}, {"coverage"}, {"accuracy"}});
  table.add({fmt::format("{} or more", least), grouped(sure.count), fraction(sure.coverage),
             fraction(sure.accuracy)});
  return "\n" + table.text();
}

nlohmann::ordered_json sure_json(double least, const SureAnswers& sure) {
  return {{"probability", least},
          {"count", sure.count},
          {"coverage", sure.coverage},
          {"accuracy", sure.accuracy}};
}

std::string suspects_text(const SuspectList& list) {
  const std::size_t shown = std::min(list.most, list.all.size());
  if (list.all.empty()) return "\nno label is suspect\n";
  Table table({{"place", Align::left},
               {"label", Align::left},
               {"probability"},
               {"more likely", Align::left},
               {"probability"}});
  for (const Suspect& one : std::span(list.all).first(shown))
    table.add({list.places.location(one.item), list.labels[as_size(one.label)], fraction(one.probability),
               list.labels[as_size(one.other)], fraction(one.of_other)});
  return fmt::format("\nsuspected labels, {} of {}:\n", shown, grouped(std::ssize(list.all))) + table.text();
}

nlohmann::ordered_json suspects_json(const SuspectList& list) {
  auto json = nlohmann::ordered_json::array();
  for (const Suspect& one : std::span(list.all).first(std::min(list.most, list.all.size())))
    json.push_back({{"place", list.places.location(one.item)},
                    {"label", list.labels[as_size(one.label)]},
                    {"probability", one.probability},
                    {"other", list.labels[as_size(one.other)]},
                    {"other_probability", one.of_other}});
  return {{"count", list.all.size()}, {"list", json}};
}

std::string groups_text(const std::string& title, const std::string& score,
                        const std::vector<Group>& groups) {
  Table table({{title, Align::left}, {"sequences"}, {score}});
  for (const Group& one : groups) table.add({one.name, grouped(one.count), fraction(one.score)});
  return groups.empty() ? "" : "\n" + table.text();
}

nlohmann::ordered_json groups_json(const std::string& score, const std::vector<Group>& groups) {
  auto json = nlohmann::ordered_json::array();
  for (const Group& one : groups)
    json.push_back({{"group", one.name}, {"count", one.count}, {score, one.score}});
  return json;
}

}  // namespace orochi
