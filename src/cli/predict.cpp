// orochi predict: a filter from sequences to labels.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <orochi/error.hpp>
#include <set>

#include "cli/line_reader.hpp"
#include "cli/metrics_report.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "core/as_size.hpp"
#include "data/batching.hpp"
#include "data/input_encoder.hpp"
#include "data/mistakes.hpp"
#include "train/inference.hpp"
#include "train/thread_pool.hpp"

namespace orochi {
namespace {

constexpr Index most_logits = 1 << 22;  // held at a time: 16 MB, as a read may bring thousands of lines

/// Answers in the form that was asked for.
class Writer {
 public:
  Writer(const Arguments& arguments, const std::vector<std::string>& labels, Output& out)
      : json_(arguments.has("--json")), wants_logits_(arguments.has("--logits")), out_(out), labels_(labels) {
    std::string header = "label";
    for (const std::string& label : labels) {
      inert_labels_.push_back(inert_cell(label));
      header += fmt::format("\t{}({})", wants_logits_ ? "logit" : "p", inert(label));
    }
    if (!json_) out_.write(header + "\n");
    out_.flush();
  }

  /// logits [K]
  void write(std::span<const Scalar> logits) {
    const std::vector<double> values =
        wants_logits_ ? std::vector<double>(logits.begin(), logits.end()) : probabilities(logits);  // [K]
    const auto best = static_cast<std::size_t>(largest_logit(logits));
    if (json_) {
      nlohmann::ordered_json by_label;
      for (std::size_t k = 0; k < values.size(); ++k) by_label[labels_[k]] = values[k];
      nlohmann::ordered_json line{{"label", labels_[best]}};
      line[wants_logits_ ? "logits" : "probabilities"] = std::move(by_label);
      out_.write(dump_json(line) + "\n");
      return;
    }
    std::string line = inert_labels_[best];
    for (const double value : values) line += fmt::format("\t{:.6f}", value);
    out_.write(line + "\n");
  }

 private:
  bool json_, wants_logits_;
  Output& out_;
  const std::vector<std::string>& labels_;  // [K]
  std::vector<std::string> inert_labels_;   // [K]
};

/// Lines that were read and not answered yet.
class Pending {
 public:
  explicit Pending(const TrainedModel& trained)
      : encoder_(trained.config.data, trained.preprocessing), channels_(trained.preprocessing.channels) {
    if (trained.config.data.format == "tsv")
      labels_.insert(trained.preprocessing.labels.begin(), trained.preprocessing.labels.end());
    clear();
  }

  /// Throws a usage_error for a line that is no sequence; nothing is added then.
  void add(std::string_view line) {
    bool was_cut = false;
    Index length = 0;
    if (channels_ == 0) {
      labelled_ += labels_.contains(line.substr(0, line.find('\t'))) && line.find('\t') != line.npos ? 1 : 0;
      const std::vector<std::int32_t> ids = encoder_.encode_text(line, &was_cut);  // [T]
      data_.tokens.insert(data_.tokens.end(), ids.begin(), ids.end());
      length = static_cast<Index>(ids.size());
    } else {
      const std::vector<float> values = encoder_.encode_values(line, &was_cut);  // [T, channels]
      data_.values.insert(data_.values.end(), values.begin(), values.end());
      length = static_cast<Index>(values.size()) / channels_;
    }
    data_.offsets.push_back(data_.offsets.back() + length);
    cut_ += was_cut ? 1 : 0;
    ++count_;
  }

  void answer(Inference& inference, Index num_classes, Writer& writer) {
    std::vector<std::uint32_t> samples;  // [B]
    const Batch all = as_batch(data_, samples);
    const Index step = std::max<Index>(most_logits / num_classes, 1);
    for (Index first = 0; first < data_.size(); first += step) {
      const Batch some = slice(all, first, std::min(first + step, data_.size()));
      const std::span<const Scalar> logits = inference.logits(some);  // [b, K]
      for (Index b = 0; b < some.num_sequences(); ++b) {
        const auto row = logits.subspan(as_size(b * num_classes), as_size(num_classes));  // [K]
        if (!std::all_of(row.begin(), row.end(), [](Scalar logit) { return std::isfinite(logit); }))
          throw not_finite(count_ - data_.size() + first + b);
        writer.write(row);
      }
    }
    clear();
  }

  /// What people should know of the lines; empty, or whole lines.
  std::string notes(Index max_length) const {
    std::string text;
    if (cut_ > 0)
      text += fmt::format("{} of {} longer than max_length {} and cut\n", grouped(cut_),
                          counted(count_, "sequence"), max_length);
    if (labelled_ > 0)
      text += fmt::format(
          "{} of {} begin with a label and a tab, which were read as text; predict takes the text alone: cut "
          "-f 2\n",
          grouped(labelled_), counted(count_, "line"));
    return text;
  }

 private:
  void clear() {
    data_ = {};
    data_.channels = channels_;
  }

  InputEncoder encoder_;
  Index channels_;
  Sequences data_;
  std::set<std::string, std::less<>> labels_;  // that a line of a labelled file would begin with
  Index cut_ = 0, labelled_ = 0, count_ = 0;
};

/// Adds what has arrived; a line that is no sequence ends it, as an error with its place.
std::optional<Error> take_lines(LineReader& reader, Pending& pending) {
  for (std::string_view line; reader.next(line);) {
    try {
      pending.add(line);
    } catch (
        const Error& error) {  // gets its place here, and is thrown once the lines before it are answered
      return usage_error(fmt::format("{}:{}: {}", reader.name(), reader.line_number(), error.what()));
    }
  }
  return std::nullopt;
}

int call(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const TrainedModel trained = load_model(arguments.words.front(), extensions);
  const std::vector<std::string>& labels = trained.preprocessing.labels;
  LineReader reader(arguments.words.size() > 1 ? arguments.words[1] : "-");
  if (reader.is_terminal()) std::cerr << "one sequence a line; Ctrl-D ends\n";
  Inference inference(*trained.model, trained.config.train.kernels,
                      static_cast<int>(arguments.integer("--threads", available_threads())));
  Writer writer(arguments, labels, out);
  Pending pending(trained);
  std::optional<Error> mistake;
  while (!mistake && reader.fill()) {
    mistake = take_lines(reader, pending);
    pending.answer(inference, std::ssize(labels), writer);
    out.flush();
  }
  std::cerr << pending.notes(trained.config.data.max_length);
  if (mistake) throw *mistake;
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb predict_verb(const Extensions& extensions) {
  Verb verb;
  verb.name = "predict";
  verb.summary = "label sequences with a trained model";
  verb.description =
      "Reads one sequence a line and answers at once, so that it works in a pipe: a text, or for numeric "
      "models a "
      "case as in .ts files without its label, v,v,v:v,v,v with one part a channel. Prints a header line, "
      "then a "
      "line a sequence: the label and the probability of every class, separated by tabs. A line that is no "
      "sequence ends it with exit code 2, after the answers to the lines before.";
  verb.words = {{"CHECKPOINT", "a file that training wrote, for example runs/splice/best.h5"},
                {"FILE", "what to label (default: standard input, which is also -)", false, false}};
  verb.options = {json_option("a JSON object a line in place of the tabs, numbers in full precision"),
                  {"--logits", "", "logits in place of probabilities"},
                  threads_option()};
  verb.examples = {"predict runs/splice/best.h5 sequences.txt",
                   "predict runs/splice/best.h5 --json <sequences.txt"};
  verb.call = [&extensions](const Arguments& arguments, Output& out) {
    return call(extensions, arguments, out);
  };
  return verb;
}

}  // namespace orochi
