// Any number of labels a sequence: a sigmoid each, binary cross entropy.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/ops.hpp>

#include "core/as_size.hpp"
#include "data/file_errors.hpp"
#include "data/label_form.hpp"
#include "statistics/ranks.hpp"
#include "tasks/builtin.hpp"

namespace orochi {
namespace {

char separator_of(const std::string& name) {
  return std::find_if(std::begin(label_separators), std::end(label_separators),
                      [&](const auto& one) { return name == one.name; })
      ->character;
}

double sigmoid(Scalar z) { return 1 / (1 + std::exp(-static_cast<double>(z))); }

double f1(double hits, double predicted, double support) {
  return predicted + support == 0 ? 0 : 2 * hits / (predicted + support);
}

class MultiLabel : public Task {
 public:
  explicit MultiLabel(const Settings& settings)
      : separator_(separator_of(settings.word("separator"))),
        tunes_(settings.flag("tune_thresholds")),
        balanced_(settings.word("positive_weights") == "balanced"),
        given_(settings.numbers("positive_weights")) {}

  char separator() const override { return separator_; }
  Index outputs() const override { return labels_.size(); }
  Index target_width() const override { return labels_.size(); }

  std::string check(std::string_view target) const override {
    for (const std::string_view label : split_list(target, separator_))
      if (const std::string wrong = label_error(label); !wrong.empty()) return wrong;
    return {};
  }
  void fit(std::span<const std::string> targets) override;
  std::vector<std::string> new_labels(std::span<const std::string> targets) const override {
    std::vector<std::string_view> all;
    for (const std::string& target : targets)
      for (const std::string_view label : split_list(target, separator_)) all.push_back(label);
    return labels_.missing(all);
  }
  void add_labels(std::span<const std::string> labels) override {
    labels_.add(labels);
    thresholds_.resize(as_size(labels_.size()), 0.5);
  }
  void fit_split(std::span<const double> targets) override;
  void parse(std::string_view target, std::vector<double>& numbers) const override {
    const std::size_t at = numbers.size();
    numbers.resize(at + as_size(labels_.size()));
    for (const std::string_view label : split_list(target, separator_))
      numbers[at + as_size(labels_.id(label))] = 1;
  }
  std::string text(std::span<const double> target) const override {
    return prediction_of(target, 0.5).text();
  }
  void save(State& state) const override {
    labels_.save(state);
    state.set("tuned_thresholds", thresholds_);
  }
  void load(const State& state) override {
    labels_.load(state);
    thresholds_ = state.numbers("tuned_thresholds");
    if (std::ssize(thresholds_) != labels_.size()) throw usage_error("it has not one threshold a label");
  }
  std::string summary() const override {
    return counted(labels_.size(), "label") + ", any number a sequence";
  }

  Var loss(Var outputs, const Batch& batch, double normalizer) const override {
    return binary_cross_entropy(outputs, batch.targets, weights_, batch.weights, normalizer);
  }
  /// ln 2: of answering one half to every label.
  double chance_loss() const override { return std::log(2.0); }

  /// Mean over labels of softplus(z) - t z.
  double item_loss(std::span<const Scalar> outputs, std::span<const double> target) const override {
    double sum = 0;
    for (std::size_t k = 0; k < target.size(); ++k) {
      const auto z = static_cast<double>(outputs[k]);
      sum += std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))) - target[k] * z;
    }
    return sum / static_cast<double>(target.size());
  }
  /// 1 where all labels are right, by thresholds of one half: those that are tuned change from epoch to
  /// epoch.
  double score(std::span<const Scalar> outputs, std::span<const double> target) const override {
    for (std::size_t k = 0; k < target.size(); ++k)
      if ((outputs[k] > 0) != (target[k] > 0.5)) return 0;
    return 1;
  }
  void keep(std::span<const Scalar> outputs, std::span<double> kept) const override {
    std::transform(outputs.begin(), outputs.end(), kept.begin(), sigmoid);
  }
  Figures metrics(const Outcomes& outcomes) const override;
  void tune(const Outcomes& validation) override;

  Prediction predict(std::span<const Scalar> outputs) const override {
    std::vector<double> p(outputs.size());
    keep(outputs, p);
    Prediction prediction;
    for (std::size_t k = 0; k < p.size(); ++k)
      if (p[k] >= thresholds_[k]) prediction.labels.push_back(labels_.names()[k]);
    prediction.scores = std::move(p);
    return prediction;
  }
  std::vector<std::string> score_names() const override { return labels_.names(); }
  std::string answer_name() const override { return "labels"; }
  bool answers_list() const override { return true; }

 private:
  void check_weights() const;
  Prediction prediction_of(std::span<const double> p, double threshold) const {
    Prediction prediction;
    for (std::size_t k = 0; k < p.size(); ++k)
      if (p[k] >= threshold) prediction.labels.push_back(labels_.names()[k]);
    return prediction;
  }
  std::vector<double> column(std::span<const double> rows, std::size_t k) const {
    std::vector<double> values;
    for (std::size_t i = k; i < rows.size(); i += as_size(labels_.size())) values.push_back(rows[i]);
    return values;
  }

  char separator_;
  bool tunes_, balanced_;
  std::vector<double> given_;       // [K] or empty
  std::vector<Scalar> weights_;     // [K] or empty: of a label that is there
  std::vector<double> thresholds_;  // [K]
  LabelSet labels_;
};

void MultiLabel::fit(std::span<const std::string> targets) {
  std::vector<std::string> all;
  for (const std::string& target : targets)
    for (const std::string_view label : split_list(target, separator_)) all.emplace_back(label);
  labels_ = LabelSet(std::move(all));
  if (labels_.size() == 0) throw usage_error("no sequence has a label; expected labels with commas between");
  thresholds_.assign(as_size(labels_.size()), 0.5);
  check_weights();
}

void MultiLabel::check_weights() const {
  if (!given_.empty() && std::ssize(given_) != labels_.size())
    throw OptionError(
        "positive_weights",
        fmt::format("positive_weights has {}, but the data has {} labels: {}; give one weight a "
                    "label, in this order, or \"balanced\"",
                    counted(std::ssize(given_), "number"), labels_.size(), quote_list(labels_.names())));
}

void MultiLabel::fit_split(std::span<const double> targets) {
  check_weights();  // again: further training may have added labels
  std::vector<double> weights = given_;
  for (std::size_t k = 0; balanced_ && k < as_size(labels_.size()); ++k) {
    const std::vector<double> values = column(targets, k);
    const double with = std::accumulate(values.begin(), values.end(), 0.0);
    weights.push_back(with == 0 ? 1 : (static_cast<double>(values.size()) - with) / with);
  }
  weights_.assign(weights.begin(), weights.end());
}

/// For each label the threshold of the highest F1: half way between two neighboring scores, or 0.5 where no
/// other is better.
void MultiLabel::tune(const Outcomes& validation) {
  for (std::size_t k = 0; tunes_ && k < thresholds_.size(); ++k) {
    const std::vector<double> scores = column(validation.kept, k), targets = column(validation.targets, k);
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t i, std::size_t j) { return scores[i] > scores[j]; });
    const double support = std::accumulate(targets.begin(), targets.end(), 0.0);
    double best = 0, hits = 0, predicted = 0;
    for (std::size_t i = 0; i < scores.size(); ++i)
      if (scores[i] >= 0.5) hits += targets[i], predicted += 1;
    best = f1(hits, predicted, support);
    thresholds_[k] = 0.5;
    hits = 0;
    for (std::size_t n = 0; n < order.size(); ++n) {
      hits += targets[order[n]];
      const double here = scores[order[n]], next = n + 1 < order.size() ? scores[order[n + 1]] : 0;
      const double found = f1(hits, static_cast<double>(n + 1), support);
      if (here == next || found <= best) continue;
      best = found;
      thresholds_[k] = next + (here - next) / 2;
    }
  }
}

Figures MultiLabel::metrics(const Outcomes& outcomes) const {
  const std::size_t k_count = thresholds_.size(),
                    count = outcomes.targets.size() / std::max<std::size_t>(k_count, 1);
  Figures figures;
  figures.labels = labels_.names();
  std::vector<bool> exact(count, true);  // [B]
  double all_hits = 0, all_predicted = 0, all_support = 0, macro = 0, area = 0, areas = 0;
  for (std::size_t k = 0; k < k_count; ++k) {
    const std::vector<double> scores = column(outcomes.kept, k), targets = column(outcomes.targets, k);
    double hits = 0, predicted = 0, support = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const bool found = scores[i] >= thresholds_[k];
      predicted += found, support += targets[i], hits += found ? targets[i] : 0;
      if (found != (targets[i] > 0.5)) exact[i] = false;
    }
    const double f = f1(hits, predicted, support), of_label = area_under_roc(scores, targets);
    figures.classes.push_back({predicted > 0 ? hits / predicted : 0, support > 0 ? hits / support : 0, f,
                               static_cast<Index>(support)});
    all_hits += hits, all_predicted += predicted, all_support += support, macro += f;
    if (!std::isnan(of_label)) area += of_label, areas += 1;
  }
  const double right = static_cast<double>(std::count(exact.begin(), exact.end(), true));
  figures.values = {f1(all_hits, all_predicted, all_support), macro / static_cast<double>(k_count),
                    count == 0 ? 0 : right / static_cast<double>(count), area / areas};
  return figures;
}

}  // namespace

void add_multi_label(Tasks& tasks) {
  tasks.add<MultiLabel>(
      "multi_label", "any number of labels a sequence, with commas between: sigmoid and binary cross entropy",
      {Option("positive_weights", std::vector<double>{},
              "weight of each label in the loss where it is there, in the order that `orochi inspect` shows; "
              "\"balanced\": without / with; []: all 1")
           .from(1e-30)
           .to(1e30)
           .one_of({"balanced"}),
       Option("separator", "comma", "the character between labels; bar: a vertical line")
           .one_of({"comma", "semicolon", "bar", "blank"}),
       Option("tune_thresholds", true, "choose each label's threshold by F1 on validation data; false: 0.5")},
      {{"micro_f1", "micro F1"},
       {"macro_f1", "macro F1"},
       {"accuracy", "all right"},
       {"macro_auroc", "macro AUROC"}});
}

}  // namespace orochi
