// orochi inspect: what a checkpoint holds. It needs no layers, so it opens the checkpoint of any program.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>

#include "cli/metrics_report.hpp"
#include "cli/table.hpp"
#include "cli/test_data.hpp"
#include "cli/text.hpp"
#include "cli/toml_json.hpp"
#include "cli/verbs.hpp"
#include "core/name_prefix.hpp"
#include "data/file_errors.hpp"
#include "io/checkpoint.hpp"
#include "io/toml.hpp"
#include "layers/linear_model.hpp"

namespace orochi {
namespace {

/// Figures of one parameter's numbers.
struct ParameterSummary {
  std::string name;
  std::vector<Index> shape;
  Index count = 0;
  double mean = 0, deviation = 0, least = 0, most = 0;
};

ParameterSummary summarise(const TensorSlot& slot, std::span<const float> values) {
  ParameterSummary result{slot.name, slot.shape, static_cast<Index>(values.size())};
  if (values.empty()) return result;
  const auto n = static_cast<double>(values.size());
  for (const float value : values) result.mean += static_cast<double>(value) / n;
  for (const float value : values) {
    const double off = static_cast<double>(value) - result.mean;
    result.deviation += off * off / n;
  }
  result.deviation = std::sqrt(result.deviation);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  result.least = static_cast<double>(*least);
  result.most = static_cast<double>(*most);
  return result;
}

std::vector<ParameterSummary> summaries(const CheckpointReader& reader) {
  std::vector<TensorSlot> slots = reader.slots("parameters");
  std::vector<std::size_t> sizes;
  Index total = 0;
  for (TensorSlot& slot : slots) {
    slot.offset = total;
    Index size = 1;
    for (const Index extent : slot.shape) size *= extent;
    sizes.push_back(static_cast<std::size_t>(size));
    total += size;
  }
  std::vector<float> values(static_cast<std::size_t>(total));  // flat
  reader.read("parameters", slots, values);
  std::vector<ParameterSummary> result;
  for (std::size_t i = 0; i < slots.size(); ++i)
    result.push_back(summarise(slots[i], std::span<const float>(values).subspan(
                                             static_cast<std::size_t>(slots[i].offset), sizes[i])));
  return result;
}

Index total_count(const std::vector<ParameterSummary>& parameters) {
  Index total = 0;
  for (const ParameterSummary& parameter : parameters) total += parameter.count;
  return total;
}

/// train.freeze, from the text alone: whoever reads all of a config needs its components.
std::vector<std::string> frozen_prefixes(const std::string& config) {
  const TomlDocument document = parse_toml(config);
  const TomlValue* train = find_value(document.table, "train");
  const auto* keys = train == nullptr ? nullptr : std::get_if<TomlTable>(&train->data);
  const TomlValue* freeze = keys == nullptr ? nullptr : find_value(*keys, "freeze");
  const auto* list = freeze == nullptr ? nullptr : std::get_if<TomlList>(&freeze->data);
  std::vector<std::string> prefixes;
  if (list == nullptr) return prefixes;
  for (const TomlValue& element : *list)
    if (const auto* prefix = std::get_if<std::string>(&element.data)) prefixes.push_back(*prefix);
  return prefixes;
}

bool is_frozen(const ParameterSummary& parameter, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return begins_with_part(parameter.name, prefix); });
}

Index frozen_count(const std::vector<ParameterSummary>& parameters,
                   const std::vector<std::string>& prefixes) {
  Index count = 0;
  for (const ParameterSummary& parameter : parameters)
    if (is_frozen(parameter, prefixes)) count += parameter.count;
  return count;
}

/// Of linear models beside encoders.
Index linear_model_count(const std::vector<ParameterSummary>& parameters) {
  Index count = 0;
  for (const ParameterSummary& parameter : parameters)
    if (is_of_linear_model(parameter.name)) count += parameter.count;
  return count;
}

std::vector<std::string> moments(const CheckpointReader& reader) {
  constexpr std::string_view optimizer = "optimizer/";
  std::vector<std::string> names;
  for (const std::string& group : reader.groups())
    if (group.starts_with(optimizer)) names.push_back(group.substr(optimizer.size()));
  return names;
}

std::string parameter_table(const std::vector<ParameterSummary>& parameters) {
  Table table({{"parameter", Align::left}, {"shape"}, {"count"}, {"mean"}, {"std"}, {"least"}, {"most"}});
  for (const ParameterSummary& p : parameters)
    table.add({p.name, fmt::format("{}", fmt::join(p.shape, " x ")), grouped(p.count),
               fmt::format("{:.4f}", p.mean), fmt::format("{:.4f}", p.deviation),
               fmt::format("{:.4f}", p.least), fmt::format("{:.4f}", p.most)});
  return table.text();
}

/// A list of a component's state; empty where it keeps none of that name and kind.
template <class List>
List list_of(const CheckpointHeader& header, const std::string& component, const std::string& name) {
  const auto state = header.state.find(component);
  if (state == header.state.end() || !state->second.has(name)) return {};
  const List* list = std::get_if<List>(&state->second.values().at(name));
  return list == nullptr ? List() : *list;
}

using Texts = std::vector<std::string>;
Texts labels_of(const CheckpointHeader& header) { return list_of<Texts>(header, "task", "labels"); }
std::size_t vocabulary_size(const CheckpointHeader& header) {
  return list_of<Texts>(header, "tokenizer", "vocabulary").size();
}
std::int64_t channels_of(const CheckpointHeader& header) {
  const auto channels = list_of<std::vector<std::int64_t>>(header, "data", "channels");
  return channels.empty() ? 0 : channels.front();
}

struct KindName {
  const char* operator()(const Texts&) const { return "texts"; }
  const char* operator()(const std::vector<double>&) const { return "numbers"; }
  const char* operator()(const std::vector<std::int64_t>&) const { return "integers"; }
};

Index count_of(const State::Value& value) {
  return std::visit([](const auto& list) { return static_cast<Index>(list.size()); }, value);
}

std::string state_table(const CheckpointHeader& header) {
  Table table({{"component", Align::left}, {"state", Align::left}, {"kind", Align::left}, {"count"}});
  for (const auto& [component, state] : header.state)
    for (const auto& [name, value] : state.values())
      table.add({component, name, std::visit(KindName{}, value), grouped(count_of(value))});
  return table.text();
}

/// The values themselves where they are few, else their count.
nlohmann::ordered_json state_json(const CheckpointHeader& header) {
  constexpr Index few = 16;
  auto json = nlohmann::ordered_json::object();
  for (const auto& [component, state] : header.state)
    for (const auto& [name, value] : state.values()) {
      nlohmann::ordered_json& entry = json[component][name];
      if (count_of(value) > few) {
        entry = count_of(value);
      } else {
        std::visit([&](const auto& list) { entry = list; }, value);
      }
    }
  return json;
}

std::string as_text(const std::string& path, const CheckpointReader& reader) {
  const CheckpointHeader& header = reader.header();
  const std::vector<ParameterSummary> parameters = summaries(reader);
  const Progress& progress = header.progress;
  std::vector<std::string> labels;
  for (const std::string& label : labels_of(header)) labels.push_back(escape(label));
  std::string text = "# config\n" + inert_lines(header.config) + "\n# parameters\n" +
                     parameter_table(parameters) + "\n# state\n" + state_table(header) + "\n";
  text += fmt::format("file        {}, {} bytes\n", escape(path),
                      grouped(static_cast<Index>(std::filesystem::file_size(path))));
  if (!labels.empty()) text += fmt::format("labels      {}: {}\n", labels.size(), fmt::join(labels, ", "));
  const auto channels = static_cast<Index>(channels_of(header));
  const auto tokens = static_cast<Index>(vocabulary_size(header));
  text += channels > 0 ? fmt::format("input       numbers, {}\n", counted(channels, "channel"))
          : tokens > 0 ? fmt::format("input       text, a vocabulary of {}\n", counted(tokens, "token"))
                       : std::string("input       text\n");
  text += fmt::format("progress    step {}, epoch {}, {} into it\n", progress.step, progress.epoch,
                      counted(static_cast<Index>(progress.position), "sequence"));
  if (progress.skipped_steps > 0)
    text +=
        fmt::format("left out    {} of these steps, which gave no finite numbers\n", progress.skipped_steps);
  text += progress.best_step < 0
              ? std::string("best        none yet\n")
              : fmt::format("best        {:.4f} on validation, {} since; best.h5 is of step {}\n",
                            progress.best_metric, counted(static_cast<Index>(progress.stale_epochs), "epoch"),
                            progress.best_step);
  const std::vector<std::string> present = moments(reader);
  text += fmt::format("optimizer   {}\n",
                      present.empty() ? "no moments" : fmt::format("{}", fmt::join(present, ", ")));
  const Index total = total_count(parameters);
  if (const std::vector<std::string> frozen = frozen_prefixes(header.config); !frozen.empty())
    text += fmt::format("frozen      {} numbers, of {}\n", grouped(frozen_count(parameters, frozen)),
                        escape(fmt::format("{}", fmt::join(frozen, ", "))));
  if (const Index count = linear_model_count(parameters); count > 0)
    text += fmt::format("beside it   {} numbers, of a linear model beside the encoder\n", grouped(count));
  return text + fmt::format("parameters  {} numbers, {} bytes\n", grouped(total), grouped(4 * total));
}

nlohmann::ordered_json as_json(const std::string& path, const CheckpointReader& reader) {
  const CheckpointHeader& header = reader.header();
  const std::vector<ParameterSummary> parameters = summaries(reader);
  const Progress& progress = header.progress;
  nlohmann::ordered_json json{{"file", path},
                              {"bytes", std::filesystem::file_size(path)},
                              {"config", to_json(parse_toml(header.config).table)},
                              {"labels", labels_of(header)},
                              {"vocabulary_size", vocabulary_size(header)},
                              {"channels", channels_of(header)},
                              {"state", state_json(header)}};
  json["progress"] = {{"step", progress.step},
                      {"epoch", progress.epoch},
                      {"position", progress.position},
                      {"best_step", progress.best_step},
                      {"best_metric", progress.best_metric},
                      {"stale_epochs", progress.stale_epochs},
                      {"skipped_steps", progress.skipped_steps}};
  json["checksums"] = {{"train", header.train_checksum}, {"validation", header.validation_checksum}};
  json["optimizer"] = moments(reader);
  json["parameter_count"] = total_count(parameters);
  json["parameter_bytes"] = 4 * total_count(parameters);
  const std::vector<std::string> frozen = frozen_prefixes(header.config);
  json["frozen_count"] = frozen_count(parameters, frozen);
  json["parameters"] = nlohmann::ordered_json::array();
  for (const ParameterSummary& p : parameters)
    json["parameters"].push_back({{"name", p.name},
                                  {"shape", p.shape},
                                  {"count", p.count},
                                  {"mean", p.mean},
                                  {"std", p.deviation},
                                  {"least", p.least},
                                  {"most", p.most},
                                  {"frozen", is_frozen(p, frozen)}});
  return json;
}

int call_inspect(const Extensions&, const Arguments& arguments, Output& out) {
  const std::string path = checkpoint_of(arguments);
  const CheckpointReader reader(path);
  out.write(arguments.has("--json") ? dump_json(as_json(path, reader), 2) + "\n" : as_text(path, reader));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb inspect_verb() {
  Verb verb;
  verb.name = "inspect";
  verb.summary = "show what a checkpoint holds";
  verb.description =
      "Prints the config, a table of the parameters (shape, count, mean, deviation, least and most), what "
      "each component keeps, the labels in their order, the size of the vocabulary, how far training had "
      "come and which optimizer moments are there.";
  verb.words = {checkpoint_word()};
  verb.options = {json_option("one JSON object in place of the tables")};
  verb.examples = {"inspect runs/splice/best.h5", "inspect runs/splice/last.h5 --json"};
  verb.call = call_inspect;
  return verb;
}

}  // namespace orochi
