#include "cli/one_sequence.hpp"

#include <fmt/format.h>

#include <iostream>
#include <orochi/error.hpp>

#include "cli/line_reader.hpp"
#include "cli/test_data.hpp"
#include "cli/text.hpp"
#include "data/input_encoder.hpp"
#include "data/mistakes.hpp"

namespace orochi {
namespace {

Sequences from_line(const TrainedModel& trained, LineReader& reader) {
  std::string_view line;
  if (!reader.fill() || !reader.next(line))
    throw usage_error(reader.name() + ": no line; expected a sequence, or --data FILE --index I");
  InputEncoder encoder(trained.config.data, trained.preprocessing);
  Sequences data;
  data.channels = trained.preprocessing.channels;
  bool was_cut = false;
  try {
    if (data.channels == 0)
      data.tokens = encoder.encode_text(line, &was_cut);
    else
      data.values = encoder.encode_values(line, &was_cut);
  } catch (const Error& error) {
    throw usage_error(fmt::format("{}:{}: {}", reader.name(), reader.line_number(), error.what()));
  }
  data.offsets.push_back(data.channels == 0 ? std::ssize(data.tokens)
                                            : std::ssize(data.values) / data.channels);
  data.labels.push_back(0);
  if (was_cut) std::cerr << fmt::format("cut to max_length {}\n", trained.config.data.max_length);
  if (reader.next(line)) std::cerr << "the lines after the first are not looked at\n";
  return data;
}

}  // namespace

Sequences only(const Sequences& data, Index i) {
  Sequences one;
  const Index begin = data.offsets[i], end = data.offsets[i + 1];
  one.channels = data.channels;
  if (data.channels == 0)
    one.tokens.assign(data.tokens.begin() + begin, data.tokens.begin() + end);
  else
    one.values.assign(data.values.begin() + begin * data.channels, data.values.begin() + end * data.channels);
  one.offsets.push_back(end - begin);
  one.labels.push_back(data.labels[static_cast<std::size_t>(i)]);
  return one;
}

std::vector<std::string> row_labels(const TrainedModel& trained, const Sequences& data, Index i) {
  std::vector<std::string> labels;
  if (trained.config.model.pooling == "cls") labels.emplace_back("[cls]");
  for (Index row = data.offsets[i]; row < data.offsets[i + 1]; ++row)
    labels.push_back(data.channels > 0 ? std::to_string(row - data.offsets[i] + 1)
                                       : trained.preprocessing.vocabulary[static_cast<std::size_t>(
                                             data.tokens[static_cast<std::size_t>(row)])]);
  return labels;
}

OneSequence take_sequence(const TrainedModel& trained, const Arguments& arguments) {
  OneSequence one;
  if (arguments.has("--data")) {
    if (arguments.words.size() > 1) throw usage_error("either FILE or --data FILE, not both");
    const Sequences all = load_labelled(trained, arguments.text("--data"));
    const Index i = arguments.integer("--index", 0);
    if (i >= all.size())
      throw usage_error(fmt::format("--index {}: {} has {}, numbered from 0", i, arguments.text("--data"),
                                    counted(all.size(), "sequence")));
    one.data = only(all, i);
    one.label = trained.preprocessing.labels[static_cast<std::size_t>(one.data.labels.front())];
  } else {
    if (arguments.has("--index"))
      throw usage_error("--index counts the sequences of --data FILE, which is missing");
    LineReader reader(arguments.words.size() > 1 ? arguments.words[1] : "-");
    if (reader.is_terminal()) std::cerr << "one sequence on a line\n";
    one.data = from_line(trained, reader);
  }
  one.tokens = row_labels(trained, one.data, 0);
  return one;
}

std::vector<WordSpec> sequence_words() {
  return {{"CHECKPOINT", "a file that training wrote, for example runs/splice/best.h5"},
          {"FILE",
           "its first line is the sequence, as predict takes it (default: standard input, which is also -)",
           false, false}};
}

std::vector<OptionSpec> sequence_options() {
  return {
      {"--data", "FILE",
       "take the sequence from labelled data in the format that the model was trained on (example: --data "
       "datasets/splice/test.tsv --index 7)"},
      {"--index", "I", "which sequence of --data, counted from 0 (default: 0)", 0, 1000000000}};
}

Index chosen(const Arguments& arguments, const std::string& option, Index count) {
  if (!arguments.has(option)) return -1;
  const Index number = arguments.integer(option, 1);
  if (number > count)
    throw usage_error(fmt::format("{} {}: the model has {}, counted from 1", option, number, count));
  return number - 1;
}

}  // namespace orochi
