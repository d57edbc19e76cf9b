#include "data/readers/labels.hpp"

#include <fmt/format.h>

#include "data/file_errors.hpp"
#include "data/label_form.hpp"

namespace orochi {

std::string join_labels(std::span<const std::string> labels, const Targets& targets, std::string& target) {
  const char separator = targets.separator();
  if (labels.size() > 1 && separator == '\0')
    return fmt::format("{}: {}; the task takes one label a sequence: keep one, or set task = \"multi_label\"",
                       counted(std::ssize(labels), "label"), quote_list(labels));
  target.clear();
  for (const std::string& label : labels) {
    // The task sees the whole target only, where an empty label would be none, and " a" the same as "a".
    if (std::string wrong = targets.are_numbers() ? "" : label_error(label); !wrong.empty()) return wrong;
    if (separator != '\0' && label.find(separator) != std::string::npos)
      return fmt::format("label {} has a {} in it, which the task reads as two labels; rename it{}",
                         quote(label), separator == ' ' ? "blank" : quote({&separator, 1}),
                         targets.level() == Level::row ? "" : ", or set task.separator to another character");
    if (!target.empty()) target += separator;
    target += label;
  }
  return {};
}

std::string unlisted_label(std::string_view label, std::span<const std::string> listed,
                           std::string_view list) {
  if (marks_missing(label))
    return fmt::format("the label is {}: it is missing; leave such records out, or write their labels",
                       quote(label));
  return fmt::format("label {} is not in {}, which has {}; add it there or correct it", quote(label), list,
                     quote_list(listed));
}

std::string other_name(const DataFile& file, std::string_view option, std::string_view what) {
  if (file.is_of_config())
    return fmt::format("set the key to one of them in the config, or rename {} in the file", what);
  return fmt::format("add data.format.{}=NAME, with one of them, behind the file's name", option);
}

}  // namespace orochi
