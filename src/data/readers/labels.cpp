#include "data/readers/labels.hpp"

#include <fmt/format.h>

#include "data/file_errors.hpp"

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

}  // namespace orochi
