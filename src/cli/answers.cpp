#include "cli/answers.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>

#include "cli/text.hpp"
#include "core/as_size.hpp"

namespace orochi {

using nlohmann::ordered_json;

namespace {

/// One item's numbers [K], by name where they have names.
template <class Number>
ordered_json named(const std::vector<std::string>& names, std::span<const Number> numbers) {
  if (names.empty()) return std::vector<Number>(numbers.begin(), numbers.end());
  if (names.size() != numbers.size())
    throw failure(
        fmt::format("[task] expected a score for each of {} names, found {}", names.size(), numbers.size()));
  ordered_json json = ordered_json::object();
  for (std::size_t k = 0; k < numbers.size(); ++k) json[names[k]] = numbers[k];
  return json;
}

/// Of a sequence, or a list of all rows'.
template <class Number>
ordered_json by_item(const Task& task, std::size_t width, std::span<const Number> numbers) {
  const std::vector<std::string> names = task.score_names();
  if (task.level() == Level::sequence) return named(names, numbers);
  auto rows = ordered_json::array();
  for (std::size_t at = 0; at < numbers.size(); at += width)
    rows.push_back(named(names, numbers.subspan(at, width)));
  return rows;
}

}  // namespace

std::string answer_text(const Task& task, const Prediction& prediction) {
  const std::string answer = escape(prediction.text(task.level() == Level::row ? " " : ","));
  const std::vector<std::string> names = task.score_names();
  const bool is_one = task.level() == Level::sequence && prediction.labels.size() == 1;
  const auto at = is_one ? std::find(names.begin(), names.end(), prediction.labels.front()) : names.end();
  if (at == names.end() || prediction.scores.size() != names.size()) return answer.empty() ? "none" : answer;
  return fmt::format("{} with probability {:.3f}", answer, prediction.scores[as_size(at - names.begin())]);
}

ordered_json answer_json(const Task& task, const Prediction& prediction) {
  const std::string name = task.answer_name();
  ordered_json json;
  if (prediction.values.empty())
    json[name] = prediction.labels;
  else
    json[name] = prediction.values;
  if (!task.answers_list())
    json[name] = json[name].empty() ? ordered_json() : ordered_json(json[name].front());
  if (!prediction.scores.empty())
    json["probabilities"] =
        by_item(task, task.score_names().size(), std::span<const double>(prediction.scores));
  return json;
}

ordered_json outputs_json(const Task& task, std::span<const Scalar> outputs) {
  return by_item(task, as_size(task.outputs()), outputs);
}

}  // namespace orochi
