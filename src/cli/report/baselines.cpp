#include "cli/report/baselines.hpp"

#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "baseline/baseline.hpp"
#include "cli/model_lines.hpp"
#include "cli/text.hpp"

namespace orochi {
namespace {

using nlohmann::ordered_json;

ordered_json row(const std::string& title, const std::string& settings, const ordered_json& figures,
                 const std::vector<MetricInfo>& metrics) {
  ordered_json numbers = ordered_json::array();
  for (const MetricInfo& metric : metrics)
    if (figures.contains(metric.name))
      numbers.push_back(figures.at(metric.name).is_number() ? figures.at(metric.name) : nullptr);
  return {{"title", escape(title)}, {"settings", escape(settings)}, {"figures", numbers}};
}

}  // namespace

ordered_json baselines_content(const std::string& run, const Model& trained) {
  const std::vector<MetricInfo>& metrics = trained.metrics;
  if (!has_baselines()) return nullptr;
  const ordered_json hint{
      {"hint", fmt::format("not compared with simple models: `orochi baseline {}` does, and after it `orochi "
                           "report {}` has the table",
                           escape(shell_word(run)), escape(shell_word(run)))}};
  try {
    std::ifstream file(run + "/baseline.json");
    const ordered_json written = ordered_json::parse(file), &encoder = written.at("encoder");
    if (encoder.at("step") != trained.progress.step) return hint;
    const auto part = encoder.at("part").get<std::string>();
    ordered_json json{{"part", escape(part)},
                      {"sentence", escape(encoder.at("sentence").get<std::string>())},
                      {"metrics", ordered_json::array()},
                      {"rows", {row(model_word(trained), "", encoder.at("figures"), metrics)}}};
    for (const MetricInfo& metric : metrics)
      if (encoder.at("figures").contains(metric.name)) json["metrics"].push_back(escape(metric.title));
    for (const ordered_json& baseline : written.at("baselines"))
      json["rows"].push_back(row(baseline.at("title").get<std::string>(),
                                 baseline.at("settings").get<std::string>(), baseline.at(part), metrics));
    return json;
  } catch (const ordered_json::exception&) {
    return hint;
  }
}

}  // namespace orochi
