// One label a row: softmax over K classes, cross entropy; spans of BIO tags.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "data/file_errors.hpp"
#include "tasks/builtin.hpp"
#include "tasks/class_loss.hpp"

namespace orochi {

std::vector<Span> bio_spans(std::span<const double> tags, const std::vector<std::string>& names) {
  std::vector<Span> spans;
  std::string open;  // type of the span that may go on
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const std::string& tag = names[static_cast<std::size_t>(tags[i])];
    const std::string type = tag == "O" ? "" : tag.substr(2);
    const bool goes_on = tag.starts_with("I-") && type == open;
    if (goes_on)
      ++spans.back().end;
    else if (!type.empty())
      spans.push_back({type, static_cast<Index>(i), static_cast<Index>(i) + 1});
    open = type;
  }
  return spans;
}

namespace {

class TokenLabels : public ClassTask<Task> {
 public:
  using ClassTask::ClassTask;

  Level level() const override { return Level::row; }
  Index outputs() const override { return labels_.size(); }

  std::string check(std::string_view target) const override {
    const std::vector<std::string_view> tags = split_list(target, ' ');
    if (tags.empty()) return "there is no label; expected one a row, with blanks between";
    for (const std::string_view tag : tags)
      if (const std::string wrong = label_error(tag); !wrong.empty()) return wrong;
    return {};
  }
  void fit(std::span<const std::string> targets) override {
    std::vector<std::string> all;
    for (const std::string& target : targets)
      for (const std::string_view tag : split_list(target, ' ')) all.emplace_back(tag);
    labels_ = LabelSet(std::move(all));
    if (labels_.size() == 1)
      throw usage_error(fmt::format("every row has the label {}; expected two labels or more",
                                    quote(labels_.names().front())));
    loss_.check(labels_);
  }
  void fit_split(std::span<const double> targets) override { loss_.fit(targets, labels_); }
  void parse(std::string_view target, std::vector<double>& numbers) const override {
    for (const std::string_view tag : split_list(target, ' '))
      numbers.push_back(static_cast<double>(labels_.id(tag)));
  }
  std::string text(std::span<const double> target) const override {
    return fmt::format("{}", fmt::join(names_of(target), " "));
  }
  void save(State& state) const override { labels_.save(state); }
  void load(const State& state) override { labels_.load(state); }
  std::string summary() const override { return counted(labels_.size(), "label") + ", one a row"; }

  double chance_loss() const override { return std::log(static_cast<double>(labels_.size())); }

  Figures metrics(const Outcomes& outcomes) const override {
    Figures figures = class_figures(outcomes.targets, outcomes.kept, labels_.names());
    figures.values = {figures.values[0], entity_f1(outcomes), figures.values[1]};
    return figures;
  }

  Prediction predict(std::span<const Scalar> outputs) const override {
    const auto k = as_size(labels_.size());
    Prediction prediction;
    for (std::size_t at = 0; at < outputs.size(); at += k) {
      const std::span<const Scalar> row = outputs.subspan(at, k);
      prediction.labels.push_back(labels_.name(static_cast<double>(largest(row))));
      const std::vector<double> p = softmax(row);
      prediction.scores.insert(prediction.scores.end(), p.begin(), p.end());
    }
    return prediction;
  }
  std::vector<std::string> score_names() const override { return labels_.names(); }
  std::string answer_name() const override { return "labels"; }

 private:
  std::vector<std::string> names_of(std::span<const double> ids) const {
    std::vector<std::string> names;
    for (const double id : ids) names.push_back(labels_.name(id));
    return names;
  }
  /// F1 of spans that are right in type, start and end; NaN where labels are not BIO tags.
  double entity_f1(const Outcomes& outcomes) const {
    const auto is_tag = [](const std::string& name) {
      return name == "O" || ((name.starts_with("B-") || name.starts_with("I-")) && name.size() > 2);
    };
    if (!std::all_of(labels_.names().begin(), labels_.names().end(), is_tag))
      return std::numeric_limits<double>::quiet_NaN();
    double hits = 0, found = 0, wanted = 0;
    for (std::size_t b = 0; b + 1 < outcomes.offsets.size(); ++b) {
      const auto first = as_size(outcomes.offsets[b]), count = as_size(outcomes.offsets[b + 1]) - first;
      const std::vector<Span> theirs = bio_spans(outcomes.targets.subspan(first, count), labels_.names());
      const std::vector<Span> ours = bio_spans(outcomes.kept.subspan(first, count), labels_.names());
      for (const Span& span : ours)
        hits += std::find(theirs.begin(), theirs.end(), span) != theirs.end() ? 1 : 0;
      found += static_cast<double>(ours.size());
      wanted += static_cast<double>(theirs.size());
    }
    return found + wanted == 0 ? 0 : 2 * hits / (found + wanted);
  }

  LabelSet labels_;
};

}  // namespace

void add_token_labels(Tasks& tasks) {
  tasks.add<TokenLabels>("token_labels", "one label a row, with blanks between: softmax and cross entropy",
                         ClassLoss::options(),
                         {{"accuracy", "accuracy"}, {"entity_f1", "entity F1"}, {"macro_f1", "macro F1"}});
}

}  // namespace orochi
