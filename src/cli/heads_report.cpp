#include "cli/heads_report.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/table.hpp"
#include "data/file_errors.hpp"

namespace orochi {
namespace {

constexpr std::size_t most_pairs = 5;

nlohmann::ordered_json interval_json(const Estimate& interval) {
  return {{"value", interval.value}, {"low", interval.low}, {"high", interval.high}};
}

std::string interval_text(const Estimate& interval, double scale, int digits) {
  return fmt::format("{:+.{}f} [{:+.{}f}, {:+.{}f}]", scale * interval.value, digits, scale * interval.low,
                     digits, scale * interval.high, digits);
}

std::string head_name(const HeadFigures& head) { return fmt::format("{}.{}", head.layer + 1, head.head + 1); }

/// The pairs of heads whose maps are most alike.
std::string alike(const Ablation& ablation) {
  const std::size_t n = ablation.heads.size();
  std::vector<std::size_t> pairs;  // a n + b, a < b
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = a + 1; b < n; ++b) pairs.push_back(a * n + b);
  std::stable_sort(pairs.begin(), pairs.end(), [&](std::size_t a, std::size_t b) {
    return ablation.similarity[a] > ablation.similarity[b];
  });
  pairs.resize(std::min(pairs.size(), most_pairs));
  Table table({{"heads alike", Align::left}, {"correlation of maps"}});
  for (const std::size_t pair : pairs)
    table.add({head_name(ablation.heads[pair / n]) + " and " + head_name(ablation.heads[pair % n]),
               fmt::format("{:.3f}", ablation.similarity[pair])});
  return pairs.empty() ? "" : "\n" + table.text();
}

}  // namespace

std::string ablation_text(const Ablation& ablation, const Task& task) {
  const std::string score = task.score_name();
  const bool in_points = task.higher_score_is_better();
  Table table({{"layer"},
               {"head"},
               {score + " without"},
               {in_points ? "points lost [95 %]" : score + " gained [95 %]"},
               {"loss without"},
               {"loss gained [95 %]"},
               {"importance"},
               {"entropy"},
               {"distance"}});
  const auto add = [&](const std::string& layer, const std::string& head, const WithoutPart& without,
                       const std::string& importance, const std::string& entropy,
                       const std::string& distance) {
    table.add({layer, head, fmt::format("{:.4f}", without.score),
               interval_text(without.score_drop, in_points ? 100 : 1, in_points ? 2 : 4),
               fmt::format("{:.4f}", without.loss), interval_text(without.loss_rise, 1, 4), importance,
               entropy, distance});
  };
  for (const HeadFigures& head : ablation.heads)
    add(std::to_string(head.layer + 1), std::to_string(head.head + 1), head,
        fmt::format("{:.4f}", head.importance), fmt::format("{:.2f}", head.entropy),
        fmt::format("{:.1f}", head.distance));
  if (ablation.linear_model) add("linear", "model", *ablation.linear_model, "", "", "");
  return fmt::format("all heads: {} {:.4f}, loss {:.4f} on {}\n\n", score, ablation.score, ablation.loss,
                     counted(ablation.sequences, "sequence")) +
         table.fitted(2) + alike(ablation);
}

nlohmann::ordered_json ablation_json(const Ablation& ablation, const Task& task) {
  const std::string score = task.score_name();
  const std::string worse = score + (task.higher_score_is_better() ? "_drop" : "_rise");
  nlohmann::ordered_json json{
      {"sequences", ablation.sequences}, {score, ablation.score}, {"loss", ablation.loss}};
  json["heads"] = nlohmann::ordered_json::array();
  const auto add_without = [&](nlohmann::ordered_json& to, const WithoutPart& without) {
    to[score] = without.score;
    to["loss"] = without.loss;
    to[worse] = interval_json(without.score_drop);
    to["loss_rise"] = interval_json(without.loss_rise);
  };
  for (const HeadFigures& head : ablation.heads) {
    nlohmann::ordered_json one{{"layer", head.layer + 1}, {"head", head.head + 1}};
    add_without(one, head);
    one["importance"] = head.importance;
    one["entropy"] = head.entropy;
    one["distance"] = head.distance;
    json["heads"].push_back(one);
  }
  if (ablation.linear_model) add_without(json["linear_model"], *ablation.linear_model);
  json["similarity"] = nlohmann::ordered_json::array();
  const auto n = std::ssize(ablation.heads);
  for (Index i = 0; i < n; ++i) {
    const auto row = ablation.similarity.begin() + i * n;
    json["similarity"].push_back(std::vector<double>(row, row + n));
  }
  return json;
}

}  // namespace orochi
