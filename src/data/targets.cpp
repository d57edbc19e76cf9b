#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/targets.hpp>

#include "core/read_number.hpp"
#include "core/utf8.hpp"
#include "data/file_errors.hpp"
#include "data/label_form.hpp"

namespace orochi {
namespace {

constexpr std::size_t longest_label = 1000;  // bytes

}  // namespace

Targets::~Targets() = default;

void Targets::add_labels(std::span<const std::string>) {
  throw usage_error("this task takes no further labels; leave --add-labels out");
}

LabelSet::LabelSet(std::vector<std::string> labels) : names_(std::move(labels)) {
  std::sort(names_.begin(), names_.end());
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
  if (std::all_of(names_.begin(), names_.end(),
                  [](const std::string& label) { return read_number<std::int64_t>(label); }))
    std::stable_sort(names_.begin(), names_.end(), [](const std::string& a, const std::string& b) {
      return *read_number<std::int64_t>(a) < *read_number<std::int64_t>(b);
    });
  index();
}

void LabelSet::index() {
  ids_.clear();
  for (const std::string& name : names_) ids_.emplace(name, std::ssize(ids_));
}

Index LabelSet::id(std::string_view label) const {
  const auto found = ids_.find(label);
  if (found == ids_.end())
    throw usage_error(
        fmt::format("label {} does not occur in the training data, which has {}; correct or remove it",
                    quote(label), quote_list(names_)));
  return found->second;
}

std::vector<std::string> LabelSet::missing(std::span<const std::string_view> labels) const {
  std::vector<std::string> unknown;
  for (const std::string_view label : labels)
    if (!ids_.contains(label)) unknown.emplace_back(label);
  return LabelSet(std::move(unknown)).names_;
}

void LabelSet::add(std::span<const std::string> labels) {
  names_.insert(names_.end(), labels.begin(), labels.end());
  index();
}

void LabelSet::load(const State& state) {
  names_ = state.texts("labels");
  index();
  if (names_.empty()) throw usage_error("it has no labels");
  if (ids_.size() != names_.size()) throw usage_error("two of its labels are the same");
}

namespace {

/// With a no-break or zero-width space, for instance: "yes" and such a "yes" would be two classes.
bool begins_or_ends_unseen(std::string_view label) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (is_ascii(label.front()) && is_ascii(label.back())) return false;
  std::size_t last = label.size() - 1;
  while (last > 0 && utf8::continues(label[last])) --last;
  for (std::string_view end : {label, label.substr(last)}) {
    const utf8::Piece piece = utf8::take(end);
    if (piece.is_valid && is_invisible(piece.code_point)) return true;
  }
  return false;
}

}  // namespace

std::string label_error(std::string_view label) {
  constexpr std::string_view blanks = " \t";
  if (label.find_first_not_of(blanks) == std::string_view::npos) return "the label is empty; expected a name";
  for (const char c : label) {
    if (static_cast<unsigned char>(c) < 0x20) {
      return fmt::format("label {} holds a control character; remove it", quote(label));
    }
  }
  // Or "yes" and "yes " would be two classes.
  if (blanks.find(label.front()) != std::string_view::npos ||
      blanks.find(label.back()) != std::string_view::npos)
    return fmt::format("label {} begins or ends with a blank; remove it", quote(label));
  if (begins_or_ends_unseen(label))
    return fmt::format("label {} begins or ends with an invisible character; remove it",
                       quote_code_points(label));
  // A checkpoint pads every label to the longest.
  if (label.size() > longest_label)
    return fmt::format("label {} has {}; expected at most {}: are label and text swapped?", quote(label),
                       counted(static_cast<Index>(label.size()), "byte"), grouped(longest_label));
  return {};
}

std::vector<std::string_view> split_list(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  const bool at_blanks = separator == ' ';
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    std::string_view part = text.substr(0, end);
    part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
    part = part.substr(0, part.find_last_not_of(' ') + 1);
    if (!part.empty() || !at_blanks) parts.push_back(part);
    if (end == text.size()) break;
    text.remove_prefix(end + 1);
  }
  if (parts.size() == 1 && parts.front().empty()) parts.clear();
  return parts;
}

double parse_number(std::string_view text) {
  double number = 0;
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument || end != text.data() + text.size())
    throw usage_error(
        fmt::format("the target {} is not a number; expected one like -1.5 or 2e-3", quote(text)));
  if (error != std::errc() || !std::isfinite(number) || std::abs(number) > 1e30)
    throw usage_error(fmt::format("the target {} is out of range; expected at most 1e30", quote(text)));
  return number;
}

}  // namespace orochi
