#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>

#include <fmt/format.h>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>
#include <orochi/task_check.hpp>

#include "model/differences.hpp"
#include "model/layer_trial.hpp"
#include "model/sample_rows.hpp"

namespace orochi {
namespace {

/// A loss with its gradient.
struct LossPass {
  double loss = 0;
  std::vector<Scalar> gradient;  // [M, K]
};

class TaskTrial {
 public:
  TaskTrial(const TaskEntry& entry, std::span<const std::string> targets, std::uint64_t seed)
      : entry_(entry), task_(make()), targets_(targets.begin(), targets.end()) {
    if (!task_->are_in_file()) rows_.emplace(targets_);
    for (const std::string& target : targets_)
      if (const std::string wrong = task_->check(target); !wrong.empty()) throw usage_error(wrong);
    task_->fit(targets_);
    prepare(*task_);
    width_ = task_->target_width();
    for (const std::string& target : targets_) {
      if (rows_) break;
      task_->parse(target, numbers_);
      begins_.push_back(std::ssize(numbers_) / width_);
    }
    task_->fit_split(numbers_);
    if (rows_) take_asked();
    Numbers random(seed);
    outputs_.resize(static_cast<std::size_t>(items() * task_->outputs()));
    for (Scalar& output : outputs_) output = static_cast<Scalar>(1.5 * random.next());
  }

  std::vector<std::string> run() {
    check_gradient();
    check_parts();
    check_weights();
    if (rows_)
      check_asked();
    else
      check_texts();
    check_state();
    check_answers();
    return std::move(errors_);
  }

 private:
  std::unique_ptr<Task> make() const { return entry_.make(Settings(entry_.name, entry_.options, Options{})); }
  void prepare(Task& task) const {
    if (rows_) task.prepare(rows_->preprocessing);
  }
  /// Of a self-supervised task: the targets that it makes of the sequences first .. last - 1.
  Batch ask(Index first, Index last, Asked& asked) const {
    return orochi::ask(*task_, slice(rows_->batch, first, last), key_, asked);
  }
  void take_asked() {
    Asked asked;
    const Batch batch = ask(0, rows_->batch.num_sequences(), asked);
    numbers_ = asked.targets;
    for (Index b = 0; b < batch.num_sequences(); ++b)
      begins_.push_back(std::ssize(slice(batch, 0, b + 1).asked));
  }
  Index items() const { return begins_.back(); }
  Index sequences() const { return std::ssize(begins_) - 1; }
  std::span<const Scalar> outputs_of(Index b) const {
    const auto k = static_cast<std::size_t>(task_->outputs());
    return std::span(outputs_).subspan(static_cast<std::size_t>(begins_[static_cast<std::size_t>(b)]) * k,
                                       static_cast<std::size_t>(length(b)) * k);
  }
  Index length(Index b) const {
    return begins_[static_cast<std::size_t>(b) + 1] - begins_[static_cast<std::size_t>(b)];
  }
  std::span<const double> target_of(Index b) const {
    return std::span(numbers_).subspan(
        static_cast<std::size_t>(begins_[static_cast<std::size_t>(b)] * width_),
        static_cast<std::size_t>(length(b) * width_));
  }

  /// Of the sequences first .. last - 1. `weight`: of each item.
  LossPass pass(const Task& task, Index first, Index last, float weight = 1) const {
    const std::vector<Index> offsets(begins_.begin() + first, begins_.begin() + last + 1);
    const Index begin = offsets.front(), count = offsets.back() - begin, k = task.outputs();
    const std::vector<float> weights(static_cast<std::size_t>(count), weight);
    Batch batch;
    batch.offsets = offsets;
    batch.targets = std::span(numbers_).subspan(static_cast<std::size_t>(begin * width_),
                                                static_cast<std::size_t>(count * width_));
    batch.target_width = width_;
    if (weight != 1) batch.weights = weights;
    Parameters none;
    none.allocate();
    Gradients gradients(none);
    Tape tape(none);
    tape.begin(Mode::train, &gradients, {});
    Var outputs = tape.input(count, k, true);  // [M, K]
    std::copy_n(outputs_.begin() + begin * k, count * k, outputs.data());
    const Var loss = task.loss(outputs, batch, static_cast<double>(items()));
    if (loss.rows() != 1 || loss.cols() != 1)
      throw failure(fmt::format("a loss is [1, 1], found [{}, {}]; sum it", loss.rows(), loss.cols()));
    loss.add_grad(RowMatrix::Ones(1, 1));
    tape.backward();
    const Scalar* gradient = outputs.grad().data();
    return {static_cast<double>(loss.value()(0, 0)), {gradient, gradient + count * k}};
  }
  LossPass whole() const { return pass(*task_, 0, sequences()); }

  void expect(bool holds, const std::string& expected, const std::string& found, const std::string& advice) {
    if (!holds) errors_.push_back(fmt::format("[{}] {}; found {}; {}", entry_.name, expected, found, advice));
  }

  void check_gradient() {
    const LossPass found = whole();
    Differences differences([this] { return whole().loss * static_cast<double>(items()); });
    std::vector<Scalar> gradient = found.gradient;  // of the sum, not of the mean: numbers of a size
    for (Scalar& number : gradient) number *= static_cast<Scalar>(items());
    differences.compare("outputs", outputs_.data(), gradient.data(), std::ssize(outputs_));
    if (!differences.agree()) errors_.push_back(differences.error(entry_.name));
  }

  void check_parts() {
    const Index half = sequences() / 2;
    const LossPass all = whole(), first = pass(*task_, 0, half), second = pass(*task_, half, sequences());
    expect(near(first.loss + second.loss, all.loss),
           fmt::format("the losses of two parts of a batch should add up to {:.9g}", all.loss),
           fmt::format("{:.9g}", first.loss + second.loss),
           "divide by the normalizer, not by what the batch holds");
    std::vector<Scalar> joined = first.gradient;
    joined.insert(joined.end(), second.gradient.begin(), second.gradient.end());
    const bool same = std::equal(joined.begin(), joined.end(), all.gradient.begin(), [](Scalar a, Scalar b) {
      return near(static_cast<double>(a), static_cast<double>(b));
    });
    expect(same, "an item should get the same gradient in any part of a batch", "another one",
           "take its own target only");
  }

  void check_weights() {
    const double one = whole().loss, two = pass(*task_, 0, sequences(), 2).loss;
    expect(near(two, 2 * one), fmt::format("weights of 2 should give a loss of {:.9g}", 2 * one),
           fmt::format("{:.9g}", two), "multiply each item's loss by batch.weights");
  }

  void check_asked() {
    Asked all, one;
    const Batch batch = ask(0, sequences(), all);
    for (Index b = 0; b < sequences(); ++b) {
      const Batch expected = slice(batch, b, b + 1), found = ask(b, b + 1, one);
      expect(std::ranges::equal(found.asked, expected.asked) &&
                 std::ranges::equal(found.hidden, expected.hidden) &&
                 std::ranges::equal(found.tokens, expected.tokens) &&
                 std::ranges::equal(found.values, expected.values) &&
                 std::ranges::equal(found.targets, expected.targets),
             fmt::format("sequence {} should be asked the same in any part of a batch", b), "something else",
             "draw by `uniform`, of the batch's samples and of rows counted from the sequence's first");
    }
  }

  void check_texts() {
    for (Index b = 0; b < sequences(); ++b) {
      const std::string text = task_->text(target_of(b));
      std::vector<double> again;
      task_->parse(text, again);
      expect(std::ranges::equal(again, target_of(b)),
             fmt::format("the text of target \"{}\" should be read as the same target",
                         targets_[static_cast<std::size_t>(b)]),
             "\"" + text + "\"", "let `text` write what `parse` reads");
    }
  }

  Figures figures_of(const Task& task) const {
    const auto k = static_cast<std::size_t>(task.outputs()), kept = static_cast<std::size_t>(task.kept());
    const auto width = static_cast<std::size_t>(width_);
    std::vector<double> numbers(static_cast<std::size_t>(items()) * kept), losses;  // [M, kept], [M]
    for (std::size_t i = 0; i < static_cast<std::size_t>(items()); ++i) {
      const std::span<const Scalar> outputs = std::span(outputs_).subspan(i * k, k);
      task.keep(outputs, std::span(numbers).subspan(i * kept, kept));
      losses.push_back(task.item_loss(outputs, std::span(numbers_).subspan(i * width, width)));
    }
    return task.metrics({numbers, numbers_, begins_, losses});
  }

  void check_state() {
    State state;
    task_->save(state);
    const std::unique_ptr<Task> loaded = make();
    loaded->load(state);
    prepare(*loaded);
    bool same = loaded->outputs() == task_->outputs() && pass(*loaded, 0, sequences()).loss == whole().loss &&
                loaded->summary() == task_->summary();
    for (Index b = 0; same && b < sequences(); ++b)
      same = loaded->text(target_of(b)) == task_->text(target_of(b)) &&
             loaded->predict(outputs_of(b)).text() == task_->predict(outputs_of(b)).text();
    const auto equal = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
    same = same && std::ranges::equal(figures_of(*loaded).values, figures_of(*task_).values, equal);
    expect(same, "a task that was saved and loaded should give the same loss, metrics and answers", "others",
           "let `save` keep all that `fit` and `fit_split` learn");
  }

  void check_answers() {
    const Figures figures = figures_of(*task_);
    expect(figures.values.size() == entry_.metrics.size(),
           fmt::format("`metrics` should give {} values, as many as registered", entry_.metrics.size()),
           std::to_string(figures.values.size()), "give each, in their order");
    const std::size_t names = task_->score_names().size();
    for (Index b = 0; b < sequences(); ++b) {
      const std::size_t scores = task_->predict(outputs_of(b)).scores.size();
      const std::size_t expected = names * static_cast<std::size_t>(length(b));
      expect(scores == expected, fmt::format("an answer should have {} scores, as many as named", expected),
             std::to_string(scores), "let score_names name each score of an item");
    }
  }

  const TaskEntry& entry_;
  std::unique_ptr<Task> task_;
  std::vector<std::string> targets_;
  std::optional<SampleRows> rows_;  // of a self-supervised task: made of the targets
  RandomKey key_{17, 3};
  Index width_ = 1;               // W
  std::vector<double> numbers_;   // [M, W]
  std::vector<Index> begins_{0};  // [B + 1]: the items of each sequence
  std::vector<Scalar> outputs_;   // [M, K]
  std::vector<std::string> errors_;
};

}  // namespace

std::vector<std::string> check_task(const TaskEntry& entry, std::span<const std::string> targets,
                                    std::uint64_t seed) {
  if (targets.size() < 2) throw usage_error("two targets or more are needed, as a data file has them");
  try {
    return TaskTrial(entry, targets, seed).run();
  } catch (const std::exception& error) {
    return {fmt::format("[{}] all should run; found an error: {}", entry.name, error.what())};
  }
}

}  // namespace orochi
