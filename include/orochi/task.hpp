// Tasks: what targets, outputs, loss, predictions and metrics mean.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <orochi/registry.hpp>
#include <orochi/tape.hpp>
#include <orochi/targets.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// The answer to one sequence.
struct Prediction {
  std::vector<std::string> labels;  // one; several or none; one a row
  std::vector<double> values;       // [W], where numbers are predicted
  std::vector<double> scores;       // [items, K], named by Task::score_names: probabilities
  /// Labels with `separator` between, or numbers with commas.
  std::string text(const std::string& separator = ",") const;
};

/// Of one class; 0 where a denominator is 0.
struct ClassMetrics {
  double precision = 0, recall = 0, f1 = 0;
  Index support = 0;  // items that have this label
};

/// How many items of this label have this prediction.
struct Confusion {
  Index label = 0, prediction = 0, count = 0;
};

/// What a task found of a data set.
struct Figures {
  std::vector<double> values;         // in the order of the entry's metrics; NaN where there is none
  std::vector<ClassMetrics> classes;  // [K], where outputs are classes
  std::vector<std::string> labels;    // [K]
  // The cells of the confusion matrix that are not 0, by label, then by prediction: of 10,000 classes the
  // whole matrix would take 800 MB.
  std::vector<Confusion> confusions;
};

/// All items of a data set, as metrics need them.
struct Outcomes {
  std::span<const double> kept;                                         // [M, kept()]: of each item's outputs
  std::span<const double> targets;                                      // [M, W]
  std::span<const Index> offsets;                                       // [B + 1]: the items of each sequence
  std::span<const double> losses = {};                                  // [M]: Task::item_loss
  Index items() const { return offsets.empty() ? 0 : offsets.back(); }  // M
};

/// What a task asks of a batch whose targets are made of its rows; refilled without allocating once it is
/// large enough. Rows count from the batch's first one.
struct Asked {
  std::vector<std::int32_t> tokens;  // [N]: in place of the batch's; empty: those
  std::vector<float> values;         // [N, channels]: likewise
  std::vector<Index> rows;           // [M]: that are asked, ascending, one or more of each sequence
  std::vector<Index> hidden;         // that the model's vector of hidden rows replaces, ascending
  std::vector<double> targets;       // [M, W]
  std::vector<float> weights;        // [M], of the batch's; `ask` below fills it
};

/// K outputs an item. One object serves all shards at once.
class Task : public Targets {
 public:
  virtual Index outputs() const = 0;  // K
  /// Whether the outputs are of the tokens, K = V: then the head's weight is the table of their embedding.
  virtual bool ties_head() const { return false; }
  OutputShape shape() const;

  // Training.

  /// Where targets are not in files: fills `asked`, which is empty, for a batch. Randomness is counted, by
  /// `uniform` of the key and of batch.samples: the same in whatever batch a sequence is.
  virtual void ask(const Batch& batch, RandomKey key, Asked& asked) const;

  /// Sum over the batch's items of weight x loss, divided by `normalizer`: outputs [M, K] -> [1, 1]. An
  /// item's weight is weight(target) times the batch's own, if it has any.
  virtual Var loss(Var outputs, const Batch& batch, double normalizer) const = 0;
  /// What an item counts in the loss by its target.
  virtual double weight(std::span<const double> target) const { return static_cast<void>(target), 1; }
  /// The mean loss of an answer that has learned nothing: training that gets much worse has diverged.
  virtual double chance_loss() const = 0;

  // Evaluation of one item: outputs [K], target [W].

  /// Its loss without weights and smoothing; by default from `loss`, in the precision of Scalar.
  virtual double item_loss(std::span<const Scalar> outputs, std::span<const double> target) const;
  /// A figure whose mean is shown beside the loss: 1 for a right answer, 0 for a wrong one.
  virtual double score(std::span<const Scalar> outputs, std::span<const double> target) const = 0;
  virtual std::string score_name() const { return "accuracy"; }
  virtual bool higher_score_is_better() const { return true; }
  /// Numbers kept of each item's outputs for the metrics; by default all outputs.
  virtual Index kept() const { return outputs(); }
  /// Writes them: outputs [K] -> kept [kept()].
  virtual void keep(std::span<const Scalar> outputs, std::span<double> kept) const;
  /// The entry's metrics, and tables of classes where outputs are classes.
  virtual Figures metrics(const Outcomes& outcomes) const = 0;
  /// Chooses what is chosen on validation data (thresholds), before `metrics` are taken there.
  virtual void tune(const Outcomes& validation) { static_cast<void>(validation); }

  // Prediction.

  /// The answer for outputs [items, K] of one sequence.
  virtual Prediction predict(std::span<const Scalar> outputs) const = 0;
  /// What the scores are of, [K]: labels. Empty where there are no scores.
  virtual std::vector<std::string> score_names() const { return {}; }
  /// What an answer is called: "label", "labels", "value".
  virtual std::string answer_name() const { return "label"; }
  /// Whether an answer may have any number of labels or values, hence is a list in JSON.
  virtual bool answers_list() const { return level() == Level::row; }
};

/// The batch with what the task asks of it, as long as `asked` and the batch live; of a task whose targets
/// are in files the batch itself.
Batch ask(const Task& task, const Batch& batch, RandomKey key, Asked& asked);

/// For tasks without labels, whose targets are made of the rows: override `ask`.
class SelfSupervisedTask : public Task {
 public:
  Level level() const override { return Level::row; }
  bool are_in_file() const override { return false; }
  std::string check(std::string_view) const override { return {}; }
  void fit(std::span<const std::string>) override {}
  void parse(std::string_view, std::vector<double>&) const override {}
  std::string text(std::span<const double>) const override { return {}; }
  void save(State&) const override {}
  void load(const State&) override {}
};

/// A metric besides the loss.
struct MetricInfo {
  std::string name;   // as in metrics.csv and train.monitor
  std::string title;  // for people
  bool higher_is_better = true;
};

/// A registered task: the name a config uses, what it is, its options and metrics, how to make it.
struct TaskEntry {
  std::string name;
  std::string summary;              // one line
  std::vector<Option> options;      // of [task]
  std::vector<MetricInfo> metrics;  // the first is train.monitor's default
  std::function<std::unique_ptr<Task>(const Settings&)> make;
};

/// The tasks that a program knows.
class Tasks : public Registry<TaskEntry> {
 public:
  using Registry::add;
  /// Adds a class whose constructor takes a const Settings&.
  template <class T>
  void add(std::string name, std::string summary, std::vector<Option> options,
           std::vector<MetricInfo> metrics) {
    add({std::move(name), std::move(summary), std::move(options), std::move(metrics),
         [](const Settings& settings) { return std::make_unique<T>(settings); }});
  }
};
Tasks builtin_tasks();

/// For tasks with one label an item, of K classes: targets are class ids. By default K outputs, of which the
/// largest is the answer, and the metrics of class_figures.
class LabelTask : public Task {
 public:
  Index outputs() const override { return labels_.size(); }
  std::string check(std::string_view target) const override;
  void fit(std::span<const std::string> targets) override;
  void parse(std::string_view target, std::vector<double>& numbers) const override;
  std::string text(std::span<const double> target) const override;
  void save(State& state) const override { labels_.save(state); }
  void load(const State& state) override { labels_.load(state); }
  Index strata() const override { return labels_.size(); }
  std::int32_t stratum(std::span<const double> target) const override;
  std::vector<std::string> strata_names() const override { return labels_.names(); }
  std::string summary() const override;
  double chance_loss() const override;  // ln K
  double score(std::span<const Scalar> outputs, std::span<const double> target) const override;
  Index kept() const override { return 1; }  // the predicted class
  void keep(std::span<const Scalar> outputs, std::span<double> kept) const override;
  Figures metrics(const Outcomes& outcomes) const override;
  Prediction predict(std::span<const Scalar> outputs) const override;

 protected:
  /// The class of one item's outputs; by default that of the largest, the first of equal ones.
  virtual Index choose(std::span<const Scalar> outputs) const;
  const LabelSet& labels() const { return labels_; }
  LabelSet& labels() { return labels_; }

 private:
  LabelSet labels_;
};

/// Metrics of class ids [M], as scikit-learn defines them: values are accuracy, macro F1 (of the classes that
/// occur in labels or predictions), F1 weighted by support, Matthews' correlation.
Figures class_figures(std::span<const double> labels, std::span<const double> predictions,
                      std::vector<std::string> names);

}  // namespace orochi
#pragma GCC visibility pop
