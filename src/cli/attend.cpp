// orochi attend: the attention maps of one sequence.
#include <algorithm>
#include <array>
#include <iostream>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/model.hpp>

#include "analysis/head_survey.hpp"
#include "cli/answers.hpp"
#include "cli/head_drawing.hpp"
#include "cli/model_lines.hpp"
#include "cli/one_sequence.hpp"
#include "cli/test_data.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "inference/model_file.hpp"
#include "io/image_builder.hpp"
#include "io/whole_file.hpp"
#include "run/machine_memory.hpp"

namespace orochi {
namespace {

/// Columns first .. first + count - 1 of rows [n, width].
std::vector<float> head_columns(const std::vector<Scalar>& rows, Index width, Index first, Index count) {
  std::vector<float> result;
  for (auto row = rows.begin(); row != rows.end(); row += width)
    result.insert(result.end(), row + first, row + first + count);
  return result;
}

void add_record(hdf5::ImageBuilder& file, const AttentionRecord& record) {
  const Index t = record.length, d = record.options.head_dim, width = record.options.num_heads * d,
              c = std::ssize(record.input) / t;
  const std::string layer = fmt::format("layer/{}", record.layer + 1);
  const auto add = [&](const std::string& name, Index cols, const float* values) {
    const Index shape[] = {t, cols};
    file.tensor(layer + "/" + name, shape, values);
  };
  add("input", c, record.input.data());
  add("output", c, record.output.data());
  for (Index h = 0; h < record.options.num_heads; ++h) {
    const std::string head = fmt::format("head/{}/", h + 1);
    add(head + "scores", t, record.scores.data() + h * t * t);
    add(head + "map", t, record.map.data() + h * t * t);
    const std::pair<const char*, const std::vector<Scalar>*> parts[] = {{"query", &record.query},
                                                                        {"key", &record.key},
                                                                        {"value", &record.value},
                                                                        {"values", &record.head_output}};
    for (const auto& [name, rows] : parts) add(head + name, d, head_columns(*rows, width, h * d, d).data());
  }
}

void write_maps(const std::string& path, std::span<const AttentionRecord> records, const OneSequence& one,
                const Task& task, const std::vector<Scalar>& outputs) {
  const hdf5::ScopedErrorSilence silence;
  hdf5::ImageBuilder file;
  file.attribute("format", "orochi attention maps");
  file.texts("tokens", one.tokens);
  if (const std::vector<std::string> labels = task.score_names(); !labels.empty())
    file.texts("labels", labels);
  const Index k = task.outputs();
  const std::array<Index, 2> shape{std::ssize(outputs) / k, k};  // [T, K], or [K] of a sequence
  file.tensor("logits", std::span(shape).subspan(task.level() == Level::sequence ? 1 : 0), outputs.data());
  for (const AttentionRecord& record : records) add_record(file, record);
  write_whole_file(path, file.bytes());
}

/// The layer and head of the map that is most sharply drawn, among those that were asked for.
std::pair<Index, Index> sharpest(std::span<const AttentionRecord> records, Index layer, Index head) {
  std::pair<Index, Index> best{-1, -1};
  double least = 0;
  for (const AttentionRecord& record : records) {
    for (Index h = 0; h < record.options.num_heads; ++h) {
      if ((layer >= 0 && record.layer != layer) || (head >= 0 && h != head)) continue;
      const double entropy =
          mean_entropy(record.map.data() + h * record.length * record.length, record.length);
      if (best.first < 0 || entropy < least) best = {record.layer, h}, least = entropy;
    }
  }
  return best;
}

int call_attend(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const std::string checkpoint = checkpoint_of(arguments);
  Model trained = Model::load(checkpoint, extensions);
  require_one_member(trained);
  take_settings_behind(arguments, trained);
  if (arguments.has("--out"))
    refuse_output_over_inputs(arguments.text("--out"), checkpoint, trained.config.data,
                              {arguments.text("--data"), file_word(arguments)});
  const OneSequence one = take_sequence(trained, arguments);
  const HeadGrid grid = head_grid(trained, one.data);
  const Index layer = chosen(arguments, "--layer", std::ssize(grid.layers)),
              head = chosen_head(arguments, grid, layer);
  require_memory_for_maps(grid, std::ssize(one.tokens), memory_left(0).bytes);
  std::vector<Scalar> outputs;  // [items, K]
  const std::vector<AttentionRecord> records =
      record_sequence(trained, one.data, 0, &outputs, true, {}, threads_of(arguments));
  std::string text = "pre-trained without labels: no answer";
  if (trained.task->are_in_file())
    text = "predicted " + answer_text(*trained.task, trained.task->predict(outputs));
  if (!one.target.empty())
    text += fmt::format("; {} {}", trained.task->are_numbers() ? "target" : "labelled", escape(one.target));
  const auto [drawn_layer, drawn_head] = sharpest(records, layer, head);
  text += "\n" + maps_line(trained) + "\n" + heads_table(records, one.tokens) +
          fmt::format("\nlayer {}, head {}{}:\n", drawn_layer + 1, drawn_head + 1,
                      layer < 0 || head < 0 ? " (the sharpest; --layer and --head choose)" : "") +
          draw_map(records[static_cast<std::size_t>(drawn_layer)], drawn_head, one.tokens);
  if (arguments.has("--out")) write_maps(arguments.text("--out"), records, one, *trained.task, outputs);
  out.write(text);
  if (arguments.has("--out")) std::cerr << "wrote " + escape(arguments.text("--out")) + "\n";
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb attend_verb() {
  Verb verb;
  verb.name = "attend";
  verb.summary = "show where each head looks in one sequence";
  verb.description =
      "Prints a line a head (entropy of its attention weights in bits, mean distance between a query and "
      "where it looks, its strongest link) and draws one map in shades. --out writes every head's scores, "
      "map, query, key, value and head output to an HDF5 file: /layer/2/head/1/map [T, T], "
      "/layer/2/head/1/values [T, D]. Layers and heads count from 1, layers in the order in which the "
      "sequence passes them.";
  verb.words = sequence_words();
  verb.options = sequence_options();
  verb.options.push_back(
      {"--layer", "L", "draw a head of this layer (default: of any; example: --layer 2)", 1, 1000});
  verb.options.push_back(
      {"--head", "H", "draw this head (default: the sharpest; example: --head 1)", 1, 1000});
  verb.options.push_back({"--out", "FILE", "also write all maps there, as HDF5 (example: --out maps.h5)"});
  verb.options.push_back(threads_option());
  verb.examples = {"attend runs/splice/best.h5 --data datasets/splice/test.tsv --index 7",
                   "attend runs/splice/best.h5 sequence.txt --layer 2 --head 1 --out maps.h5"};
  verb.call = call_attend;
  return verb;
}

}  // namespace orochi
