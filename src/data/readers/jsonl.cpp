// JSON Lines: one object a line.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/utf8.hpp"
#include "data/raw.hpp"
#include "data/readers/json_line.hpp"
#include "data/readers/labels.hpp"
#include "data/readers/words.hpp"

namespace orochi {
namespace {

using JsonKind = JsonValue::Kind;

bool is_single(const JsonValue& value) {
  return value.kind == JsonKind::string || value.kind == JsonKind::number || value.kind == JsonKind::boolean;
}

/// A string, or a list of tokens with blanks between; returns what is wrong, or nothing.
std::string take_text(JsonValue& value, std::string& text) {
  if (value.kind == JsonKind::string) return text = std::move(value.text), "";
  if (value.kind != JsonKind::list || !value.is_plain)
    return fmt::format("is {}; expected a string, or a list of tokens",
                       value.is_plain ? value.name() : "a nested list");
  for (const std::string& token : value.items) {
    // Or a token would become two, and labels a token would shift.
    if (token.empty() || token.find_first_of(" \t\r\n\v\f") != std::string::npos)
      return fmt::format("has the token {}; expected tokens that are not empty and have no blanks in them",
                         quote(token));
    if (!text.empty()) text += ' ';
    text += token;
  }
  return {};
}

std::string take_target(JsonValue& value, const std::string& key, const Targets& targets,
                        std::string& target) {
  if (is_single(value)) return target = std::move(value.text), "";
  if (value.kind == JsonKind::list && value.is_plain) return join_labels(value.items, targets, target);
  return fmt::format("{} is {}; expected a string, a number, true or false, or a list of them", quote(key),
                     value.is_plain ? value.name() : "a list with more than plain values in it");
}

class JsonlReader : public Reader {
 public:
  explicit JsonlReader(const Settings& settings)
      : keys_(settings.texts("text_keys")),
        texts_(keys_.size()),
        has_weight_(!settings.word("weight_key").empty()),
        has_group_(!settings.word("group_key").empty()) {
    if (keys_.empty()) throw OptionError("text_keys", "text_keys is empty; name a key or two");
    keys_.push_back(settings.word("label_key"));
    if (has_weight_) keys_.push_back(settings.word("weight_key"));
    if (has_group_) keys_.push_back(settings.word("group_key"));
    std::vector<std::string> sorted = keys_;
    std::sort(sorted.begin(), sorted.end());
    if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
      throw OptionError(
          "text_keys",
          fmt::format("text_keys and the other keys name {} twice; allowed: each key once", quote(*twice)));
  }

  bool names_columns() const override { return true; }
  void read(DataFile& file) const override {
    std::string_view rest = file.text();
    if (rest.empty()) return;
    BlankLines blanks("an object");
    bool has_lines = false;
    for (Index line = 1; !rest.empty(); ++line) {
      const std::string_view text = take_line(rest);
      if (blanks.take(text.find_first_not_of(" \t\r") == std::string_view::npos, line, file)) continue;
      // Such bytes have their error.
      const bool is_first = !std::exchange(has_lines, true);
      if (utf8::find_invalid(text) != std::string_view::npos || text.find('\0') != std::string_view::npos)
        continue;
      if (is_first && text[text.find_first_not_of(" \t\r")] == '[')
        return file.error(
            trim(text).ends_with(']') && trim(rest).starts_with('[')
                ? "is a JSON array a line; expected an object a line: jq -c '{label: .[0], text: .[1]}' FILE "
                  "> NEW.jsonl, with the places of label and text, writes it so"
                : "begins with a JSON array; expected an object a line: jq -c '.[]' FILE > NEW.jsonl writes "
                  "an array's objects so",
            line);
      if (!read_line(text, line, is_first, file)) return;
    }
    if (!has_lines && file.is_good()) file.error("nothing but blank lines; expected an object a line");
  }

 private:
  /// A comma behind an object that is whole.
  bool has_comma(std::string_view text) const {
    text = trim(text);
    return text.ends_with(',') && read_json_line(text.substr(0, text.size() - 1), keys_).error.empty();
  }

  /// What writes an object a line where the first line has all records in one object; empty where it has not.
  std::string command_for_one(const JsonLine& json, std::string_view text) const {
    std::string_view rest = trim(text).substr(1);
    const auto takes = [&](char mark) {
      rest = trim(rest);
      if (!rest.starts_with(mark)) return false;
      return rest.remove_prefix(1), true;
    };
    if (takes('"')) {
      const std::string_view key = rest.substr(0, rest.find('"'));
      rest.remove_prefix(std::min(key.size() + 1, rest.size()));
      if (takes(':') && takes('[') && takes('{')) return fmt::format("jq -c '.[{}][]'", quote(key));
    }
    const auto is_of_record = [&](const std::string& key) { return key.ends_with("." + keys_.front()); };
    return std::ranges::count_if(json.keys, is_of_record) > 1 ? "jq -c '.[]'" : "";
  }

  /// False where every line would have the same error.
  bool read_line(std::string_view text, Index line, bool is_first, DataFile& file) const {
    JsonLine json = read_json_line(text, keys_);
    if (!json.error.empty()) {
      if (has_comma(text)) {
        file.error("a comma behind the object; sed 's/},[[:space:]]*$/}/' FILE > NEW.jsonl takes such off",
                   line);
        return false;
      }
      const bool is_spread = is_first && json.is_cut;
      file.error(
          json.error + (is_spread
                            ? "; is one object on several lines? jq -c . FILE > NEW.jsonl writes it on one"
                            : ""),
          line, static_cast<Index>(json.byte));
      return !is_spread;
    }
    if (const std::string command =
            is_first && json.values.front().kind == JsonKind::missing ? command_for_one(json, text) : "";
        !command.empty()) {
      file.error(
          fmt::format("is one object with all records; expected an object a line: {} FILE > NEW.jsonl writes "
                      "it so",
                      command),
          line);
      return false;
    }
    bool has_keys = true;
    for (std::size_t k = 0; k < keys_.size(); ++k) {
      if (json.values[k].kind != JsonKind::missing || (k == texts_ && !file.needs_targets())) continue;
      has_keys = false;
      file.error(json.keys.empty()
                     ? "an empty object; expected " + quote_list(keys_)
                     : fmt::format("no key {} (data.format.{}); the object has {}; {}", quote(keys_[k]),
                                   option_of(k), quote_list(json.keys), other_name(file, option_of(k), "it")),
                 line);
      if (json.keys.empty()) break;
    }
    if (has_keys) add_record(json, text, line, file);
    return has_keys || !is_first;
  }

  /// All records of a file in one object, a list a column, or as pandas writes them an object; tokens and
  /// their labels have no blanks.
  bool is_of_columns(const JsonLine& json) const {
    const JsonValue &text = json.values.front(), &label = json.values[texts_];
    if (text.kind == JsonKind::object && label.kind == JsonKind::object) return true;
    return text.items.size() > 1 && text.items.size() == label.items.size() &&
           std::ranges::any_of(text.items,
                               [](const std::string& item) { return item.find(' ') != item.npos; });
  }

  void add_record(JsonLine& json, std::string_view text, Index line, DataFile& file) const {
    if (is_of_columns(json))
      return file.error(
          fmt::format(
              "is an object of columns; expected an object a record: jq -c '[.{0}, .{1}] | map([.[]]) "
              "| transpose | .[] | {{{0}: .[0], {1}: .[1]}}' FILE > NEW.jsonl writes it so",
              keys_.front(), keys_[texts_]),
          line);
    Record record;
    if (file.keeps_fields()) record.fields.emplace_back(text);
    record.line = line;
    bool good = true;
    const auto check = [&](std::size_t k, const std::string& wrong) {
      if (wrong.empty()) return;
      good = false;
      file.error(fmt::format("{} {}", quote(keys_[k]), wrong), line);
    };
    for (std::size_t k = 0; k < texts_; ++k) check(k, take_text(json.values[k], record.texts.emplace_back()));
    if (json.values[texts_].kind == JsonKind::missing || !file.targets().are_in_file()) {
      // No label is asked of it.
    } else if (const std::string wrong =
                   take_target(json.values[texts_], keys_[texts_], file.targets(), record.target);
               !wrong.empty()) {
      record.target.clear();
      if (file.needs_targets()) good = false, file.error(wrong, line);  // else labels are ignored
    }
    if (has_weight_) check(texts_ + 1, take_weight(json.values[texts_ + 1], record.weight));
    if (has_group_) {
      const JsonValue& group = json.values.back();
      check(keys_.size() - 1,
            is_single(group) ? "" : fmt::format("is {}; expected a string or a number", group.name()));
      record.group = group.text;
    }
    if (good) file.add(std::move(record));
  }

  static std::string take_weight(const JsonValue& value, double& weight) {
    if (value.kind != JsonKind::number) return fmt::format("is {}; expected a positive number", value.name());
    try {
      weight = parse_number(value.text);
    } catch (const Error&) {
      return fmt::format("is {}; expected a positive number", value.text);
    }
    return {};
  }

  const char* option_of(std::size_t k) const {
    if (k < texts_) return "text_keys";
    if (k == texts_) return "label_key";
    return has_weight_ && k == texts_ + 1 ? "weight_key" : "group_key";
  }

  std::vector<std::string> keys_;  // of the texts, then of the label, the weight and the group
  std::size_t texts_;
  bool has_weight_, has_group_;
};

}  // namespace

void add_jsonl(Readers& readers) {
  readers.add<JsonlReader>(
      "jsonl",
      "text as JSON Lines: an object a line; keys of nested objects with a dot, as in \"meta.label\"",
      {Option("text_keys", std::vector<std::string>{"text"},
              "key of the text: a string, or a list of tokens"),
       Option("label_key", "label",
              "key of the label: a string, a number, true or false, or a list for tasks that take several"),
       Option("weight_key", "", "key of what a record counts in the training loss; empty: all 1"),
       Option("group_key", "", "key of what must stay on one side of a split; empty: nothing must")});
}

}  // namespace orochi
