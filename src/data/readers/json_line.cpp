#include "data/readers/json_line.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/file_errors.hpp"

namespace orochi {
namespace {

constexpr std::size_t deepest = 64;
constexpr std::size_t most_keys = 50;  // that are kept for messages

/// What the library says is wrong, without what it adds of places and of the text itself.
std::string reason_of(std::string_view message) {
  if (message.starts_with('[')) message.remove_prefix(std::min(message.find("] ") + 2, message.size()));
  if (const std::size_t dash = message.find(" - "); dash != std::string_view::npos)
    message.remove_prefix(dash + 3);
  std::string reason(message);
  if (const std::size_t last_read = reason.find("; last read: '"); last_read != std::string::npos)
    reason.erase(last_read, reason.rfind('\'') + 1 - last_read);
  return reason;
}

/// Takes the wanted values out of the parser's events: no tree is made.
class Events {
 public:
  Events(std::span<const std::string> wanted, JsonLine& line) : wanted_(wanted), line_(line) {
    line_.values.resize(wanted.size());
  }

  bool null() { return take(JsonValue::Kind::null, "null"); }
  bool boolean(bool value) { return take(JsonValue::Kind::boolean, value ? "true" : "false"); }
  bool number_integer(std::int64_t value) { return take(JsonValue::Kind::number, std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) { return take(JsonValue::Kind::number, std::to_string(value)); }
  bool number_float(double, const std::string& spelling) { return take(JsonValue::Kind::number, spelling); }
  bool string(std::string& value) { return take(JsonValue::Kind::string, std::move(value)); }
  bool binary(nlohmann::json::binary_t&) { return false; }  // JSON has none

  bool start_object(std::size_t) {
    if (!begin(JsonValue::Kind::object)) return false;
    levels_.push_back({{}, path_.size(), false});
    return true;
  }
  bool key(std::string& name) {
    Level& level = levels_.back();
    path_.resize(level.path_size);
    if (!level.keys.insert(name).second)
      return fail(fmt::format("key {} is there twice; remove one", quote(name)));
    if (levels_.size() > 1) path_ += '.';
    path_ += name;
    return true;
  }
  bool end_object() { return end(); }
  bool start_array(std::size_t) {
    if (!begin(JsonValue::Kind::list)) return false;
    levels_.push_back({{}, path_.size(), true});
    ++lists_;
    return true;
  }
  bool end_array() {
    --lists_;
    return end();
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) {
    line_.byte = position;
    const std::string reason = reason_of(error.what());
    line_.is_cut = reason.find("end of input") != std::string::npos;
    return fail("is not JSON: " + reason);
  }

 private:
  struct Level {
    std::set<std::string> keys;
    std::size_t path_size = 0;  // of what it is in
    bool is_list = false;
  };

  bool fail(const std::string& error) {
    line_.error = error;
    return false;
  }

  /// Where a value of the current path is kept, or nullptr.
  JsonValue* place() {
    const auto found = std::find(wanted_.begin(), wanted_.end(), path_);
    return found == wanted_.end() ? nullptr
                                  : &line_.values[static_cast<std::size_t>(found - wanted_.begin())];
  }

  bool take(JsonValue::Kind kind, std::string text) {
    if (!note(kind)) return false;
    JsonValue* value = place();
    if (value == nullptr || lists_ > 1 || (lists_ == 1 && !levels_.back().is_list)) return true;
    if (lists_ == 0)
      value->text = std::move(text);
    else if (kind == JsonValue::Kind::null)
      value->is_plain = false;
    else
      value->items.push_back(std::move(text));
    return true;
  }
  /// A list or an object.
  bool begin(JsonValue::Kind kind) {
    if (levels_.size() == deepest)
      return fail(fmt::format("nested deeper than {} levels; expected a flat object", deepest));
    if (!note(kind)) return false;
    if (JsonValue* value = place(); value != nullptr && lists_ > 0) value->is_plain = false;
    return true;
  }
  /// Keeps that the current path has a value.
  bool note(JsonValue::Kind kind) {
    if (levels_.empty())
      return kind == JsonValue::Kind::object ||
             fail(fmt::format("is {}; expected an object, {{...}}", JsonValue{kind, {}, {}, true}.name()));
    if (lists_ > 0) return true;
    if (kind != JsonValue::Kind::object && line_.keys.size() < most_keys) line_.keys.push_back(path_);
    JsonValue* value = place();
    if (value == nullptr) return true;
    // A key with a dot in its name, and a nested one.
    if (value->kind != JsonValue::Kind::missing)
      return fail(fmt::format("key {} is there twice; remove one", quote(path_)));
    value->kind = kind;
    return true;
  }
  bool end() {
    path_.resize(levels_.back().path_size);
    levels_.pop_back();
    return true;
  }

  std::span<const std::string> wanted_;
  JsonLine& line_;
  std::vector<Level> levels_;
  std::string path_;       // keys so far
  std::size_t lists_ = 0;  // that are open
};

}  // namespace

std::string JsonValue::name() const {
  constexpr const char* names[]{"missing",  "null",   "a boolean", "a number",
                                "a string", "a list", "an object"};
  return names[static_cast<std::size_t>(kind)];
}

JsonLine read_json_line(std::string_view line, std::span<const std::string> wanted) {
  JsonLine result;
  Events events(wanted, result);
  nlohmann::json::sax_parse(line.begin(), line.end(), &events);
  return result;
}

}  // namespace orochi
