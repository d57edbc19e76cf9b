#include "cli/report/browser/answer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <orochi/recording.hpp>

#include "analysis/heads.hpp"
#include "cli/report/sequence.hpp"
#include "core/as_size.hpp"
#include "data/input_encoder.hpp"
#include "data/unknown_tokens.hpp"

namespace orochi {

using nlohmann::ordered_json;

ordered_json browser_answer(const Model& model, std::span<const std::string> texts,
                            std::span<const HeadAt> off) {
  const InputEncoder encoder(model.config.data, model.preprocessing, model.task->level());
  Sequences data = encoder.none();
  ordered_json json;
  json["cut"] = encoder.append_line(fmt::format("{}", fmt::join(texts, "\t")), data) && data.window == 0;
  json["unknown_note"] = unknown_note(data, model.preprocessing);
  std::vector<Scalar> outputs;  // [items, K]
  std::vector<AttentionRecord> records = record_sequence(model, data, 0, &outputs, false);
  add_answer(json["all_heads"], *model.task, outputs);
  if (!off.empty()) {
    Index widest = 0;
    for (const AttentionRecord& record : records) widest = std::max(widest, record.options.head_dim);
    const std::vector<Scalar> zeros(as_size(widest), 0);
    std::vector<HeadReplacement> replacements;
    for (const HeadAt& head : off) replacements.push_back({head.layer, head.head, zeros});
    records = record_sequence(model, data, 0, &outputs, false, replacements);
  }
  json["outputs"] = outputs;
  add_answer(json, *model.task, outputs);
  std::vector<std::pair<Index, Index>> made;  // layer, rows
  for (const AttentionRecord& record : records) made.emplace_back(record.layer, record.length);
  add_rows(json, model, data, 0, texts, std::move(records), 1);
  json["attention"] = ordered_json::array();  // the layer of each that is drawn
  for (const auto& [layer, rows] : made)
    if (rows == json["length"]) json["attention"].push_back(layer);
  return json;
}

}  // namespace orochi
