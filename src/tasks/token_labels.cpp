// One label a row: softmax over K classes, cross entropy; spans of BIO tags.
#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "data/file_errors.hpp"
#include "tasks/builtin.hpp"
#include "tasks/class_task.hpp"

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

class TokenLabels : public ClassTask {
 public:
  using ClassTask::ClassTask;

  Level level() const override { return Level::row; }
  char separator() const override { return ' '; }

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
    ClassTask::fit(all);
  }
  std::vector<std::string> new_labels(std::span<const std::string> targets) const override {
    std::vector<std::string_view> all;
    for (const std::string& target : targets)
      for (const std::string_view tag : split_list(target, ' ')) all.push_back(tag);
    return labels().missing(all);
  }
  void parse(std::string_view target, std::vector<double>& numbers) const override {
    for (const std::string_view tag : split_list(target, ' '))
      numbers.push_back(static_cast<double>(labels().id(tag)));
  }
  std::string text(std::span<const double> target) const override {
    std::vector<std::string> names;
    for (const double id : target) names.push_back(labels().name(id));
    return fmt::format("{}", fmt::join(names, " "));
  }
  std::string summary() const override { return ClassTask::summary() + ", one a row"; }
  Index strata() const override { return 1; }
  std::int32_t stratum(std::span<const double>) const override { return 0; }
  std::vector<std::string> strata_names() const override { return {}; }

  Figures metrics(const Outcomes& outcomes) const override {
    Figures figures = ClassTask::metrics(outcomes);
    figures.values = {figures.values[0], entity_f1(outcomes), figures.values[1]};
    return figures;
  }
  std::string answer_name() const override { return "labels"; }

 private:
  /// F1 of spans that are right in type, start and end; NaN where labels are not BIO tags.
  double entity_f1(const Outcomes& outcomes) const {
    const auto is_tag = [](const std::string& name) {
      return name == "O" || ((name.starts_with("B-") || name.starts_with("I-")) && name.size() > 2);
    };
    if (!std::all_of(labels().names().begin(), labels().names().end(), is_tag))
      return std::numeric_limits<double>::quiet_NaN();
    double hits = 0, found = 0, wanted = 0;
    for (std::size_t b = 0; b + 1 < outcomes.offsets.size(); ++b) {
      const auto first = as_size(outcomes.offsets[b]), count = as_size(outcomes.offsets[b + 1]) - first;
      const std::vector<Span> theirs = bio_spans(outcomes.targets.subspan(first, count), labels().names());
      const std::vector<Span> ours = bio_spans(outcomes.kept.subspan(first, count), labels().names());
      for (const Span& span : ours)
        hits += std::find(theirs.begin(), theirs.end(), span) != theirs.end() ? 1 : 0;
      found += static_cast<double>(ours.size());
      wanted += static_cast<double>(theirs.size());
    }
    return found + wanted == 0 ? 0 : 2 * hits / (found + wanted);
  }
};

}  // namespace

void add_token_labels(Tasks& tasks) {
  tasks.add<TokenLabels>("token_labels", "one label a row, with blanks between: softmax and cross entropy",
                         ClassTask::options(),
                         {{"accuracy", "accuracy"}, {"entity_f1", "entity F1"}, {"macro_f1", "macro F1"}});
}

}  // namespace orochi
