// orochi predict: a filter from sequences to labels.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "cli/answer_writer.hpp"
#include "cli/confidence.hpp"
#include "cli/line_reader.hpp"
#include "cli/metrics_report.hpp"
#include "cli/test_data.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "core/as_size.hpp"
#include "data/file_errors.hpp"
#include "data/input_encoder.hpp"
#include "data/inputs.hpp"
#include "data/unknown_tokens.hpp"
#include "inference/model_file.hpp"

namespace orochi {
namespace {

constexpr Index most_outputs = 1 << 22;  // held at a time: 16 MB, as a read may bring thousands of lines

/// Lines that were read and not answered yet.
class Pending {
 public:
  explicit Pending(const Model& trained)
      : reader_(trained.extensions.readers.make(trained.config.data.format)),
        encoder_(trained.config.data, trained.preprocessing, trained.task->level()),
        preprocessing_(trained.preprocessing) {
    const std::vector<std::string> labels = trained.task->strata_names();
    labels_.insert(labels.begin(), labels.end());
    clear();
  }

  /// Throws a usage_error for a line that is no sequence; nothing is added then.
  void add(std::string_view line) {
    const bool is_pair = preprocessing_.texts > 1 && line.find('\t') != line.npos;  // columns have tabs, too
    if (count_ == 0 && !is_pair && reader_->recognizes(line))
      throw usage_error(
          fmt::format("{} looks like the columns of a data file, but a line here is {} alone; name the "
                      "file in place of standard input, or leave out its header and other columns",
                      quote(line), is_of_texts() ? "a text" : "values"));
    labelled_ += labels_.contains(label_in_front(*reader_, preprocessing_, line)) ? 1 : 0;
    long_ += encoder_.append_line(line, data_) ? 1 : 0;
    ++count_;
  }

  /// Sequences of a data file, with the fields that are kept of it.
  void add(Inputs inputs) {
    count_ += inputs.sequences.size();
    data_ = std::move(inputs.sequences);
    fields_ = std::move(inputs.fields);
  }

  void answer(Inference& inference, const Model& trained, AnswerWriter& writer) {
    std::vector<std::uint32_t> samples;  // [B]
    const Batch all = as_batch(data_, samples);
    if (is_of_texts()) {
      tokens_ += std::ssize(data_.tokens);
      unknown_ +=
          unknown_share(data_, *trained.preprocessing.tokenizer) * static_cast<double>(data_.tokens.size());
    }
    const bool of_rows = trained.task->level() == Level::row;
    const Index k = trained.task->outputs();
    Index longest = 1;
    for (Index b = 0; b < all.num_sequences(); ++b) longest = std::max(longest, all.length(b));
    const Index step = std::max<Index>(most_outputs / (of_rows ? k * longest : k), 1);
    for (Index first = 0; first < data_.size(); first += step) {
      const Batch some = slice(all, first, std::min(first + step, data_.size()));
      const std::span<const Scalar> outputs = inference.outputs(some);  // [items, K]
      for (Index b = 0, item = 0; b < some.num_sequences(); ++b) {
        const Index items = of_rows ? some.length(b) : 1;
        const auto mine = outputs.subspan(as_size(item * k), as_size(items * k));
        if (!std::all_of(mine.begin(), mine.end(), [](Scalar output) { return std::isfinite(output); }))
          throw not_finite(count_ - data_.size() + first + b);
        writer.write(mine, fields_.empty() ? std::span<const std::string>() : fields_[as_size(first + b)]);
        item += items;
      }
    }
    clear();
  }

  /// What people should know of the lines; empty, or whole lines.
  std::string notes(Index max_length) const {
    std::string text;
    if (long_ > 0)
      text += fmt::format("{} of {} longer than max_length {} and {}\n", grouped(long_),
                          counted(count_, "sequence"), max_length,
                          data_.window > 0 ? "read as windows, whose outputs are averaged" : "cut");
    if (is_of_texts() ? labelled_ > 0 : labelled_ > 1 && labelled_ == count_)  // a value may be alike
      text += fmt::format(
          "{} of {} begin with a label, which was read as {}; predict takes the {}, or a file of the model's "
          "format by its name\n",
          grouped(labelled_), counted(count_, "line"), is_of_texts() ? "text" : "a value",
          is_of_texts() ? "text alone" : "values alone");
    const double share = unknown_ / static_cast<double>(std::max<Index>(tokens_, 1));
    if (const std::string note = unknown_note(share, tokens_, preprocessing_.unknown_share); !note.empty())
      text += note + "\n";
    return text;
  }

 private:
  bool is_of_texts() const { return preprocessing_.channels == 0; }
  void clear() { data_ = encoder_.none(); }

  std::unique_ptr<Reader> reader_;
  InputEncoder encoder_;
  const Preprocessing& preprocessing_;
  Sequences data_;
  std::vector<std::vector<std::string>> fields_;  // [B] or none
  std::set<std::string, std::less<>> labels_;     // that a line of a labelled file would begin with
  Index long_ = 0, labelled_ = 0, count_ = 0, tokens_ = 0;
  double unknown_ = 0;  // of tokens_
};

/// Adds what has arrived; a line that is no sequence ends it, as an error with its location, or is counted as
/// skipped, and of the first ones said.
std::optional<Error> take_lines(LineReader& reader, Pending& pending, Index* skipped) {
  for (std::string_view line; reader.next(line);) {
    try {
      pending.add(line);
    } catch (
        const Error& error) {  // gets its location here, and is thrown once the lines before it are answered
      const std::string what =
          fmt::format("{}:{}: error: {}", reader.name(), reader.line_number(), error.what());
      if (skipped == nullptr) return usage_error(what);
      if (++*skipped <= Index{Skipped::most_named}) std::cerr << escape(what) + "\n";
    }
  }
  return std::nullopt;
}

/// A file of the model's format, with or without labels.
int answer_file(const Model& trained, const std::string& path, const Arguments& arguments, Output& out) {
  std::vector<std::string> notes;
  std::optional<std::vector<std::string>> kept;
  Pending pending(trained);
  try {
    Inputs inputs = load_inputs(trained.config.data, trained.extensions.readers, trained.preprocessing, path,
                                arguments.has("--keep"), arguments.has("--skip-bad"), notes);
    check_labels_by_place(inputs, trained.config.data, trained.extensions.readers, *trained.task, notes);
    if (arguments.has("--keep")) kept = inputs.field_names;
    pending.add(std::move(inputs));
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}\nthe file was read as data.format = \"{}\", as in training; {} "
                                          "are read from standard input: predict ... <FILE",
                                          error.what(), trained.config.data.format.type,
                                          trained.preprocessing.channels > 0
                                              ? "records without labels, values with commas between,"
                                              : "lines of one text each"));
  }
  notes.push_back(
      fmt::format("read as data.format = \"{}\"; labels are ignored", trained.config.data.format.type));
  for (const std::string& note : notes) std::cerr << escape(note) + "\n";
  Inference inference(trained, threads_of(arguments));
  AnswerWriter writer(arguments, *trained.task, out, std::move(kept));
  pending.answer(inference, trained, writer);
  std::cerr << pending.notes(trained.config.data.max_length) << writer.notes();
  out.flush();
  return static_cast<int>(ExitCode::done);
}

int call_predict(const Extensions& extensions, const Arguments& arguments, Output& out) {
  Model trained = Model::load(checkpoint_of(arguments), extensions);
  require_answers(trained);
  take_settings_behind(arguments, trained);
  const std::string file = file_word(arguments), path = file.empty() ? "-" : file;
  const bool keeps = arguments.has("--keep");
  if (keeps && path == "-")
    throw usage_error(
        "--keep keeps the columns of a data file, but standard input is lines of one text each");
  const bool has_settings = is_override(arguments.words.back());
  if (has_settings && path == "-")
    throw usage_error(
        "settings say how a data file is read, but standard input is lines of one text each; name a file");
  if (keeps || has_settings ||
      is_data_file(trained.config.data, trained.extensions.readers, trained.preprocessing, trained.task.get(),
                   path))
    return answer_file(trained, path, arguments, out);
  LineReader reader(path);
  if (reader.is_terminal()) std::cerr << "one sequence a line; Ctrl-D ends\n";
  Inference inference(trained, threads_of(arguments));
  AnswerWriter writer(arguments, *trained.task, out);
  Pending pending(trained);
  std::optional<Error> error;
  Index skipped = 0;
  while (!error && reader.fill()) {
    error = take_lines(reader, pending, arguments.has("--skip-bad") ? &skipped : nullptr);
    pending.answer(inference, trained, writer);
    out.flush();
  }
  std::cerr << pending.notes(trained.config.data.max_length) << writer.notes();
  if (skipped > 0)
    std::cerr << fmt::format("{} skipped, which {} no sequence\n", counted(skipped, "line"),
                             skipped == 1 ? "is" : "are");
  if (error) throw *error;
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb predict_verb() {
  Verb verb;
  verb.name = "predict";
  verb.summary = "label sequences with a trained model";
  verb.description =
      "Reads one sequence a line and answers at once, so that it works in a pipe: a text (two with a tab "
      "between for a model of pairs), or for numeric models a case as in .ts files without its label, "
      "v,v,v:v,v,v with one part a channel (of records that are a single row v,v,v is enough). Prints a "
      "header line, then a line a sequence: the label and the "
      "probability of every class, separated by tabs; several labels with commas, a label a row with blanks, "
      "or numbers, as the model's task has it. A line that is no sequence ends it with exit code 2, after "
      "the answers to the lines before. A FILE of the format that the model was trained on (CSV, JSON Lines, "
      "HDF5, .ts, ...) is read as in training, with or without labels.";
  verb.words = {checkpoint_word(),
                {"FILE", "what to label (default: standard input, which is also -)", false, false},
                settings_word()};
  verb.options = {json_option("a JSON object a line in place of the tabs, numbers in full precision"),
                  {"--skip-bad", "",
                   "leave out lines, or records of a FILE, that are no sequence, say why of the first ones, "
                   "and count them"},
                  {"--keep", "", "write the columns of a csv, tsv or jsonl FILE behind the answers"},
                  {"--logits", "", "the model's outputs (logits) in place of probabilities"},
                  min_confidence_option(
                      "answer - (in JSON null) where the label's probability is below P, and count these"),
                  threads_option()};
  verb.examples = {"predict runs/splice/best.h5 sequences.txt",
                   "predict runs/splice/best.h5 --json <sequences.txt"};
  verb.call = call_predict;
  return verb;
}

}  // namespace orochi
