#include "cli/one_sequence.hpp"

#include <iostream>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/model.hpp>
#include <orochi/predict.hpp>

#include "cli/line_reader.hpp"
#include "cli/test_data.hpp"
#include "cli/text.hpp"
#include "data/file_errors.hpp"
#include "data/input_encoder.hpp"
#include "data/inputs.hpp"

namespace orochi {
namespace {

Sequences first_line(const Model& trained, const std::string& file) {
  LineReader reader(file.empty() ? "-" : file);
  if (reader.is_terminal()) std::cerr << "one sequence on a line\n";
  std::string_view line;
  if (!reader.fill() || !reader.next(line))
    throw usage_error(reader.name() + ": no line; expected a sequence, or --data FILE --index I");
  const InputEncoder encoder(trained.config.data, trained.preprocessing, trained.task->level());
  Sequences data = encoder.none();
  bool is_long = false;
  try {
    is_long = encoder.append_line(line, data);
  } catch (const Error& error) {
    throw usage_error(fmt::format("{}:{}: error: {}", reader.name(), reader.line_number(), error.what()));
  }
  if (is_long && data.window == 0)
    std::cerr << fmt::format("cut to max_length {}\n", trained.config.data.max_length);
  if (reader.next(line)) std::cerr << "only the first line is read\n";
  return data;
}

/// The first sequence of a file of the model's format, with or without labels, as predict reads it.
Sequences first_of_file(const Model& trained, const std::string& path) {
  std::vector<std::string> notes;
  Inputs inputs = load_inputs(trained.config.data, trained.extensions.readers, trained.preprocessing, path,
                              false, false, notes);
  check_labels_by_place(inputs, trained.config.data, trained.extensions.readers, *trained.task, notes);
  notes.push_back(fmt::format("read as data.format = \"{}\"", trained.config.data.format.type));
  if (inputs.sequences.size() > 1)
    notes.push_back("only the first sequence is read; --data FILE --index I takes another");
  for (const std::string& note : notes) std::cerr << escape(note) + "\n";
  const std::uint32_t first = 0;
  return inputs.sequences.take({&first, 1});
}

/// The chosen window of a sequence, as a sequence of its own.
Sequences take_window(Sequences data, Index number) {
  cut_windows(data);
  const Index count = data.size();
  if (number > count)
    throw usage_error(
        fmt::format("--window {}: the sequence has {}, counted from 1", number, counted(count, "window")));
  if (count > 1)
    std::cerr << fmt::format(
        "window {} of {} (--window chooses): numbers and answer are this window's alone\n", number, count);
  const auto index = static_cast<std::uint32_t>(number - 1);
  return data.take({&index, 1});
}

}  // namespace

OneSequence take_sequence(const Model& trained, const Arguments& arguments) {
  OneSequence one;
  const Index window = arguments.integer("--window", 1);
  const std::string file = file_word(arguments);
  if (arguments.has("--data")) {
    if (!file.empty()) throw usage_error("either FILE or --data FILE, not both");
    const Sequences all = load_labelled(trained, arguments.text("--data")).sequences;
    const Index i = arguments.integer("--index", 0);
    if (i >= all.size())
      throw usage_error(fmt::format("--index {}: {} has {}, numbered from 0", i, arguments.text("--data"),
                                    counted(all.size(), "sequence")));
    const auto number = static_cast<std::uint32_t>(i);
    one.data = take_window(all.take({&number, 1}), window);
    one.target = trained.task->text(one.data.targets);
  } else {
    if (arguments.has("--index"))
      throw usage_error("--index counts the sequences of --data FILE, which is missing");
    const bool is_data = !file.empty() && is_data_file(trained.config.data, trained.extensions.readers,
                                                       trained.preprocessing, trained.task.get(), file);
    one.data = take_window(is_data ? first_of_file(trained, file) : first_line(trained, file), window);
  }
  one.tokens = row_labels(trained, one.data, 0);
  return one;
}

std::vector<WordSpec> sequence_words() {
  return {checkpoint_word(),
          {"FILE",
           "its first line, or the first record of a file of the model's format, is the sequence, as predict "
           "takes it (default: standard input, which is also -)",
           false, false},
          settings_word()};
}

std::vector<OptionSpec> sequence_options() {
  return {
      {"--data", "FILE",
       "take the sequence from labelled data in the format that the model was trained on (example: --data "
       "datasets/splice/test.tsv --index 7)"},
      {"--index", "I", "which sequence of --data, counted from 0 (default: 0)", 0, 1000000000},
      {"--window", "W",
       "which window of a sequence that data.long makes several of, counted from 1 (default: 1)", 1,
       1000000000}};
}

Index chosen(const Arguments& arguments, const std::string& option, Index count) {
  if (!arguments.has(option)) return -1;
  const Index number = arguments.integer(option, 1);
  if (number > count)
    throw usage_error(fmt::format("{} {}: the model has {}, counted from 1", option, number, count));
  return number - 1;
}

Index chosen_head(const Arguments& arguments, const HeadGrid& grid, Index layer) {
  return chosen(arguments, "--head",
                layer < 0 ? grid.most_heads() : grid.layers[static_cast<std::size_t>(layer)].heads);
}

}  // namespace orochi
