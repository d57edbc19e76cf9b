// Targets: what a data file says of a sequence, as text and as numbers.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <orochi/batch.hpp>
#include <orochi/state.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// What has one target and one row of outputs, an "item": a sequence, or each of its rows.
enum class Level { sequence, row };

/// What the head makes: K outputs for each sequence, or for each row. 0: there is no head, and the outputs
/// are the rows that it would take.
struct OutputShape {
  OutputShape(Index outputs, Level of = Level::sequence) : count(outputs), level(of) {}
  Index count;
  Level level;
  bool hides_rows = false;  // there is a learned vector for Batch::hidden
  bool ties_head = false;   // the head's weight is the table of the token embedding
};

struct Preprocessing;

/// How targets are checked, learned from and parsed: W numbers an item. Errors are usage_errors without a
/// location, which the caller knows. Const after `fit` or `load`.
class Targets {
 public:
  Targets() = default;
  virtual ~Targets();
  Targets(const Targets&) = delete;
  Targets& operator=(const Targets&) = delete;

  virtual Level level() const { return Level::sequence; }
  virtual Index target_width() const { return 1; }  // W
  /// Whether a data file has them. Else files need none, those they have are ignored, and the task makes its
  /// own (Task::ask).
  virtual bool are_in_file() const { return true; }
  /// Learns what rows look like: once that is known in training, and again after `load`.
  virtual void prepare(const Preprocessing& rows) { static_cast<void>(rows); }

  /// What is wrong with a sequence's target by itself, before anything was learned; or nothing.
  virtual std::string check(std::string_view target) const = 0;
  /// Learns from the targets of the training file: its labels.
  virtual void fit(std::span<const std::string> targets) = 0;
  /// Of the targets of further training: the labels that are not known yet, each once. None by default, which
  /// is of tasks that take no further labels.
  virtual std::vector<std::string> new_labels(std::span<const std::string> targets) const {
    return static_cast<void>(targets), std::vector<std::string>();
  }
  /// Takes them behind those that are known, whose numbers stay. A usage_error by default.
  virtual void add_labels(std::span<const std::string> labels);
  /// Learns from the training split, after validation was taken off: weights, means. [M, W]
  virtual void fit_split(std::span<const double> targets) { static_cast<void>(targets); }
  /// Appends the numbers of one sequence's target: [W], or [T, W] at level row.
  virtual void parse(std::string_view target, std::vector<double>& numbers) const = 0;
  /// The target of one sequence, [W] or [T, W], for people.
  virtual std::string text(std::span<const double> target) const = 0;

  /// Keeps what was learned in a checkpoint, and takes it from there.
  virtual void save(State& state) const = 0;
  /// Throws a usage_error for what it cannot use: the file may be made by hand.
  virtual void load(const State& state) = 0;

  /// The sequences of one stratum, a number below `strata`, are spread alike over training and validation.
  virtual Index strata() const { return 1; }
  /// The stratum of one sequence, of its target [W] or [T, W].
  virtual std::int32_t stratum(std::span<const double> target) const { return static_cast<void>(target), 0; }
  /// Names of the strata, where people know them: labels.
  virtual std::vector<std::string> strata_names() const { return {}; }
  /// "3 labels", "2 numbers": for notes.
  virtual std::string summary() const = 0;
  /// What is between the labels, or the numbers, of one target; NUL where a target is a single one. Formats
  /// with lists of labels put them together with it.
  virtual char separator() const { return '\0'; }
  /// Whether targets are numbers to be predicted: some formats mark them so.
  virtual bool are_numbers() const { return false; }
};

/// The distinct labels of a training file and their ids, from 0: by value if all are integers, else by their
/// bytes.
class LabelSet {
 public:
  LabelSet() = default;
  explicit LabelSet(std::vector<std::string> labels);  // of any order, any number of times

  /// A usage_error for a label that training did not have.
  Index id(std::string_view label) const;
  const std::vector<std::string>& names() const { return names_; }
  /// Of an id from 0 up to, not including, `size`.
  const std::string& name(double id) const { return names_[static_cast<std::size_t>(id)]; }
  Index size() const { return static_cast<Index>(names_.size()); }
  /// Those that are not in the set, each once, in the order of a set of their own.
  std::vector<std::string> missing(std::span<const std::string_view> labels) const;
  /// Behind those that there are, whose ids stay.
  void add(std::span<const std::string> labels);
  /// As the list "labels".
  void save(State& state) const { state.set("labels", names_); }
  /// A usage_error where two are the same, or there are none.
  void load(const State& state);

 private:
  void index();

  std::vector<std::string> names_;  // [K]
  std::map<std::string, Index, std::less<>> ids_;
};

/// What is wrong with a label: empty, of blanks at an end, with control characters, too long; or nothing.
std::string label_error(std::string_view label);
/// The parts of a text between separators, without blanks around them; none of a blank text.
std::vector<std::string_view> split_list(std::string_view text, char separator);
/// One number; a usage_error where the text is none, or not a finite one.
double parse_number(std::string_view text);

}  // namespace orochi
#pragma GCC visibility pop
