// orochi explain: one sequence's way through an attention layer, in numbers.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>
#include <orochi/model.hpp>
#include <orochi/ops.hpp>

#include "analysis/heads.hpp"
#include "cli/head_drawing.hpp"
#include "cli/metrics_report.hpp"
#include "cli/model_lines.hpp"
#include "cli/one_sequence.hpp"
#include "cli/table.hpp"
#include "cli/test_data.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "inference/model_file.hpp"
#include "run/machine_memory.hpp"

namespace orochi {
namespace {

/// A matrix to be shown: rows [n, cols] that lie `ld` apart.
struct Shown {
  const Scalar* data;
  Index rows, cols, ld;
};

Shown columns(const std::vector<Scalar>& rows, Index width, Index first, Index count) {
  return {rows.data() + first, std::ssize(rows) / width, count, width};
}

nlohmann::ordered_json matrix_json(const Shown& m) {
  auto json = nlohmann::ordered_json::array();
  for (Index i = 0; i < m.rows; ++i) {
    auto row = nlohmann::ordered_json::array();
    for (Index j = 0; j < m.cols; ++j) {
      const Scalar value = m.data[i * m.ld + j];
      row.push_back(std::isfinite(value) ? nlohmann::ordered_json(value)
                                         : nlohmann::ordered_json());  // hidden: null
    }
    json.push_back(std::move(row));
  }
  return json;
}

/// What is in the text: the first `most` rows and columns.
class Page {
 public:
  Page(const std::vector<std::string>& tokens, Index most) : tokens_(tokens), most_(most) {}

  /// Under a heading; columns are numbered, or bear the rows' names where a column is a row's (scores,
  /// filter).
  std::string matrix(const std::string& heading, const Shown& m, bool by_key = false) const {
    std::vector<Table::Column> header{{"", Align::left}};
    const Index rows = std::min(m.rows, most_), cols = std::min(m.cols, most_);
    for (Index j = 0; j < cols; ++j) header.push_back({by_key ? name(j) : std::to_string(j + 1)});
    if (cols < m.cols) header.push_back({"..."});
    Table table(header);
    for (Index i = 0; i < rows; ++i) {
      std::vector<std::string> cells{name(i)};
      for (Index j = 0; j < cols; ++j) cells.push_back(number(m.data[i * m.ld + j]));
      if (cols < m.cols) cells.emplace_back("");
      table.add(std::move(cells));
    }
    return fmt::format("\n{}  [{}, {}]\n{}{}", heading, m.rows, m.cols, table.text(),
                       rows < m.rows ? "...\n" : "");
  }

 private:
  static std::string number(Scalar value) {
    return std::isinf(value) && value < 0 ? "hidden" : fmt::format("{:.3f}", value);
  }
  std::string name(Index i) const { return tokens_[static_cast<std::size_t>(i)]; }

  const std::vector<std::string>& tokens_;
  Index most_;
};

std::string head_text(const AttentionRecord& r, Index h, const Page& page) {
  const Index t = r.length, d = r.options.head_dim, width = r.options.num_heads * d;
  const char* turned = r.options.rotary ? ", turned by its position" : "";
  const std::string fall =
      r.options.alibi ? fmt::format(" - {:.4g} distance", alibi_slope(h, r.options.num_heads)) : "";
  const auto title = [&](const char* what) { return fmt::format("head {}: {}", h + 1, what); };
  return page.matrix(title("Q = X W_Q^T + b_Q") + turned, columns(r.query, width, h * d, d)) +
         page.matrix(title("K = X W_K^T + b_K") + turned, columns(r.key, width, h * d, d)) +
         page.matrix(title("V = X W_V^T + b_V"), columns(r.value, width, h * d, d)) +
         page.matrix(fmt::format("head {}: scores = Q K^T / sqrt({}){}", h + 1, d, fall),
                     {r.scores.data() + h * t * t, t, t, t}, true) +
         page.matrix(title("attention weights = softmax of each row of scores"),
                     {r.map.data() + h * t * t, t, t, t}, true) +
         page.matrix(title("head output = weights V"), columns(r.head_output, width, h * d, d));
}

std::string layer_text(const AttentionRecord& r, Index head, const Page& page) {
  const Index width = r.options.num_heads * r.options.head_dim, c = std::ssize(r.input) / r.length;
  std::string text = fmt::format("layer {}, {}: {} x {} columns, {} heads of {}\n", r.layer + 1, r.name,
                                 r.length, c, r.options.num_heads, r.options.head_dim) +
                     page.matrix("X = what comes into attention", columns(r.input, c, 0, c));
  for (Index h = 0; h < r.options.num_heads; ++h)
    if (head < 0 || h == head) text += head_text(r, h, page);
  return text +
         page.matrix("concatenation of all heads' head output", columns(r.head_output, width, 0, width)) +
         page.matrix("output = concatenation W_O^T + b_O", columns(r.output, c, 0, c));
}

/// The layer's own weights and biases [out, in], by name, so that every number can be computed again.
nlohmann::ordered_json weights_json(const Model& trained, const std::string& layer) {
  nlohmann::ordered_json json;
  const std::string prefix = layer + ".";
  const Parameters& parameters = trained.classifier->parameters();
  for (const ParameterView& view : parameters.views()) {
    if (!view.name.starts_with(prefix)) continue;
    const Index cols = view.shape.back(), rows = view.size / cols;
    const nlohmann::ordered_json matrix = matrix_json({parameters.data() + view.offset, rows, cols, cols});
    json[view.name.substr(prefix.size())] = view.shape.size() == 1 ? matrix.front() : matrix;
  }
  return json;
}

nlohmann::ordered_json layer_json(const Model& trained, const OneSequence& one, const AttentionRecord& r,
                                  Index head) {
  const Index t = r.length, d = r.options.head_dim, width = r.options.num_heads * d,
              c = std::ssize(r.input) / t;
  nlohmann::ordered_json json{
      {"layer", r.layer + 1}, {"name", r.name}, {"num_heads", r.options.num_heads}, {"head_dim", d}};
  json["positions"] = trained.config.model.positions;
  json["tokens"] = one.tokens;
  json["weights"] = weights_json(trained, r.name);
  json["input"] = matrix_json(columns(r.input, c, 0, c));
  json["heads"] = nlohmann::ordered_json::array();
  for (Index h = 0; h < r.options.num_heads; ++h) {
    if (head >= 0 && h != head) continue;
    json["heads"].push_back({{"head", h + 1},
                             {"query", matrix_json(columns(r.query, width, h * d, d))},
                             {"key", matrix_json(columns(r.key, width, h * d, d))},
                             {"value", matrix_json(columns(r.value, width, h * d, d))},
                             {"scores", matrix_json({r.scores.data() + h * t * t, t, t, t})},
                             {"attention_weights", matrix_json({r.map.data() + h * t * t, t, t, t})},
                             {"head_output", matrix_json(columns(r.head_output, width, h * d, d))}});
  }
  json["concatenation"] = matrix_json(columns(r.head_output, width, 0, width));
  json["output"] = matrix_json(columns(r.output, c, 0, c));
  return json;
}

int call_explain(const Extensions& extensions, const Arguments& arguments, Output& out) {
  Model trained = Model::load(checkpoint_of(arguments), extensions);
  require_one_member(trained);
  take_settings_behind(arguments, trained);
  OneSequence one = take_sequence(trained, arguments);
  const HeadGrid grid = head_grid(trained, one.data);
  const Index layer = std::max<Index>(chosen(arguments, "--layer", std::ssize(grid.layers)), 0);
  const Index head = chosen_head(arguments, grid, layer);
  require_memory_for_maps(grid, std::ssize(one.tokens), memory_left(0).bytes);
  const std::vector<AttentionRecord> records = record_sequence(trained, one.data, 0);
  const AttentionRecord& record = records[static_cast<std::size_t>(layer)];
  one.tokens = labels_of(record, one.tokens);
  if (record.input.empty())
    throw usage_error(
        "the attention layer is one of your own: explain knows the way through multi_head_attention only");
  if (arguments.has("--json"))
    out.write(dump_json(layer_json(trained, one, record, head)) + "\n");
  else
    out.write(maps_line(trained) +
              layer_text(record, head, Page(one.tokens, arguments.integer("--show", 8))));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb explain_verb() {
  Verb verb;
  verb.name = "explain";
  verb.summary = "show one sequence's way through an attention layer in numbers";
  verb.description =
      "Prints what comes into the layer, then for each head Q, K, V, the scores, the attention weights and "
      "the filtered values, then their concatenation and the linear layer's output, rounded to three digits. "
      "--json prints every number in full, with the layer's weights, so that all of it can be computed "
      "again. Layers and heads count from 1; docs/multi-head-attention.md walks through an example.";
  verb.words = sequence_words();
  verb.options = sequence_options();
  verb.options.push_back({"--layer", "L", "which layer (default: 1)", 1, 1000});
  verb.options.push_back({"--head", "H", "only this head (default: all; example: --head 2)", 1, 1000});
  verb.options.push_back(
      {"--show", "N", "rows and columns of each matrix that are printed (default: 8)", 1, 100000});
  verb.options.push_back(json_option("one JSON object with every number, exact"));
  verb.examples = {"explain runs/splice/best.h5 --data datasets/splice/test.tsv --head 1",
                   "explain runs/splice/best.h5 sequence.txt --json"};
  verb.call = call_explain;
  return verb;
}

}  // namespace orochi
