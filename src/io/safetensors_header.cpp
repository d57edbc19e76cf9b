// A header in JSON, of which no byte is trusted. Source: "Format" in the README of huggingface/safetensors.
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>

#include "core/utf8.hpp"
#include "io/safetensors.hpp"

namespace orochi {
namespace {

constexpr std::string_view metadata_name = "__metadata__";
constexpr std::size_t most_dimensions = 64;  // NumPy's bound
constexpr std::size_t most_shown = 100;      // bytes of a name

constexpr std::array<std::pair<std::string_view, std::size_t>, 22> bits_of_dtypes{
    {{"BOOL", 8},        {"F4", 4},          {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8},   {"I8", 8},
     {"F8_E5M2", 8},     {"F8_E4M3", 8},     {"F8_E8M0", 8}, {"I16", 16},    {"U16", 16}, {"F16", 16},
     {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"BF16", 16},   {"I32", 32},    {"U32", 32}, {"F32", 32},
     {"C64", 64},        {"F64", 64},        {"I64", 64},    {"U64", 64}}};

std::string shown(std::string_view text) {
  const bool is_long = text.size() > most_shown;
  return fmt::format("'{}{}'", utf8::escape(text.substr(0, most_shown)), is_long ? "..." : "");
}

/// Takes the header out of the parser's events: no tree is made, and what is there twice is seen.
class HeaderEvents {
 public:
  HeaderEvents(const std::string& path, std::size_t data_size) : path_(path), data_size_(data_size) {}

  bool null() { return refuse_value("null"); }
  bool boolean(bool) { return refuse_value("a boolean"); }
  bool number_integer(std::int64_t value) { return refuse_value(std::to_string(value)); }
  bool number_float(double, const std::string& spelling) { return refuse_value(shown(spelling)); }
  bool binary(nlohmann::json::binary_t&) { return false; }  // JSON has none
  bool number_unsigned(std::uint64_t value);
  bool string(std::string& value);
  bool key(std::string& key);
  bool start_object(std::size_t);
  bool end_object();
  bool start_array(std::size_t);
  bool end_array() {
    level_ = Level::fields;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    refuse(fmt::format("its header is no JSON from byte {} on", position), "a JSON object");
  }

  [[noreturn]] void refuse(const std::string& found, const std::string& expected) const {
    throw usage_error(
        fmt::format("'{}': {}; expected {}; write or fetch the file again", path_, found, expected));
  }
  /// Tensors lie one after another, from the first byte of the data to its last.
  void check_places() const;
  SafetensorsHeader take() { return std::move(header_); }

 private:
  enum class Level { outside, names, fields, list };
  struct Fields {
    std::optional<std::string> dtype;
    std::optional<std::vector<std::uint64_t>> shape, data_offsets;
  };

  [[noreturn]] bool refuse_value(const std::string& found) const;
  [[noreturn]] void refuse_tensor(const std::string& found, const std::string& expected) const {
    refuse(fmt::format("tensor {} {}", shown(name_), found), expected);
  }
  std::optional<std::vector<std::uint64_t>>& list() {
    return field_ == "shape" ? fields_.shape : fields_.data_offsets;
  }
  void finish_tensor();
  std::size_t set_shape(StoredTensor& tensor) const;

  const std::string& path_;
  std::size_t data_size_;
  SafetensorsHeader header_;
  Level level_ = Level::outside;
  bool has_metadata_ = false, in_metadata_ = false;
  std::string name_, field_;  // that the parser is in
  Fields fields_;             // so far
};

bool HeaderEvents::refuse_value(const std::string& found) const {
  if (level_ == Level::names && in_metadata_) refuse(fmt::format("__metadata__ is {}", found), "an object");
  if (level_ == Level::names) refuse_tensor("is " + found, "an object of dtype, shape and data_offsets");
  if (in_metadata_) refuse(fmt::format("{} in __metadata__ is {}", shown(field_), found), "a string");
  if (level_ == Level::list)
    refuse_tensor(fmt::format("has {} in its {}", found, field_), "whole numbers from 0 on");
  refuse_tensor(fmt::format("has {} as its {}", found, field_),
                field_ == "dtype" ? "a string" : "a list of whole numbers");
}

bool HeaderEvents::number_unsigned(std::uint64_t value) {
  if (level_ != Level::list) refuse_value(std::to_string(value));
  const std::size_t most = field_ == "shape" ? most_dimensions : 2;
  if (list()->size() == most)
    refuse_tensor(fmt::format("has more than {} numbers in its {}", most, field_),
                  most == 2 ? "begin and end" : fmt::format("at most {}", most));
  list()->push_back(value);
  return true;
}

bool HeaderEvents::string(std::string& value) {
  if (level_ != Level::fields || (!in_metadata_ && field_ != "dtype"))
    refuse_value("the string " + shown(value));
  if (in_metadata_)
    header_.metadata[field_] = std::move(value);
  else
    fields_.dtype = std::move(value);
  return true;
}

bool HeaderEvents::key(std::string& key) {
  if (level_ == Level::names) {
    in_metadata_ = key == metadata_name;
    if (in_metadata_ ? std::exchange(has_metadata_, true) : header_.tensors.contains(key))
      refuse(fmt::format("{} is there twice", shown(key)), "each name once");
    name_ = std::move(key);
    return true;
  }
  field_ = std::move(key);
  if (in_metadata_) {
    if (header_.metadata.contains(field_))
      refuse(fmt::format("{} is twice in __metadata__", shown(field_)), "each key once");
    return true;
  }
  const bool is_dtype = field_ == "dtype";
  if (!is_dtype && field_ != "shape" && field_ != "data_offsets")
    refuse_tensor("has the key " + shown(field_), "dtype, shape and data_offsets");
  if (is_dtype ? fields_.dtype.has_value() : list().has_value())
    refuse_tensor(fmt::format("has {} twice", field_), "it once");
  return true;
}

bool HeaderEvents::start_object(std::size_t) {
  if (level_ == Level::outside)
    level_ = Level::names;
  else if (level_ == Level::names)
    level_ = Level::fields;
  else
    refuse_value("an object");
  fields_ = {};
  return true;
}

bool HeaderEvents::start_array(std::size_t) {
  if (level_ != Level::fields || in_metadata_ || field_ == "dtype") refuse_value("a list");
  level_ = Level::list;
  list().emplace();
  return true;
}

bool HeaderEvents::end_object() {
  if (level_ == Level::fields && !in_metadata_) finish_tensor();
  level_ = Level::names;
  return true;
}

void HeaderEvents::finish_tensor() {
  for (const auto& [name, is_there] :
       {std::pair{"dtype", fields_.dtype.has_value()}, std::pair{"shape", fields_.shape.has_value()},
        std::pair{"data_offsets", fields_.data_offsets.has_value()}})
    if (!is_there) refuse_tensor(fmt::format("has no {}", name), "dtype, shape and data_offsets");
  StoredTensor tensor;
  tensor.dtype = *fields_.dtype;
  const std::size_t bytes = set_shape(tensor);
  const std::vector<std::uint64_t>& offsets = *fields_.data_offsets;
  const std::string found = fmt::format("has the data_offsets [{}]", fmt::join(offsets, ", "));
  if (offsets.size() != 2 || offsets[0] > offsets[1]) refuse_tensor(found, "begin and end, begin <= end");
  if (offsets[1] > data_size_)
    refuse_tensor(found, fmt::format("an end within the data's {} bytes", data_size_));
  tensor.begin = offsets[0];
  tensor.end = offsets[1];
  if (tensor.end - tensor.begin != bytes)
    refuse_tensor(found, fmt::format("{} bytes, for {} elements of {}", bytes, tensor.count, tensor.dtype));
  header_.tensors.emplace(std::move(name_), std::move(tensor));
}

/// And the number of elements; returns how many bytes they take.
std::size_t HeaderEvents::set_shape(StoredTensor& tensor) const {
  const auto known = std::find_if(bits_of_dtypes.begin(), bits_of_dtypes.end(),
                                  [&](const auto& dtype) { return dtype.first == tensor.dtype; });
  if (known == bits_of_dtypes.end()) {
    std::vector<std::string_view> names;
    for (const auto& dtype : bits_of_dtypes) names.push_back(dtype.first);
    refuse_tensor("has the dtype " + shown(tensor.dtype), fmt::format("one of {}", fmt::join(names, ", ")));
  }
  std::size_t bits = 0;
  bool overflows = false;
  for (const std::uint64_t size : *fields_.shape) {
    overflows = overflows || size > std::numeric_limits<Index>::max() ||
                __builtin_mul_overflow(tensor.count, size, &tensor.count);
    tensor.shape.push_back(static_cast<Index>(size));
  }
  overflows = overflows || __builtin_mul_overflow(tensor.count, known->second, &bits);
  const std::string found =
      fmt::format("has the shape [{}] of {}", fmt::join(*fields_.shape, ", "), tensor.dtype);
  if (overflows) refuse_tensor(found, "fewer than 2^63 elements and 2^64 bits");
  if (bits % 8 != 0) refuse_tensor(found, "whole bytes");
  return bits / 8;
}

void HeaderEvents::check_places() const {
  std::vector<std::pair<const StoredTensor*, const std::string*>> by_place;
  for (const auto& entry : header_.tensors) by_place.emplace_back(&entry.second, &entry.first);
  std::sort(by_place.begin(), by_place.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first->begin, a.first->end) < std::pair(b.first->begin, b.first->end);
  });
  std::size_t end = 0;
  for (const auto& place : by_place) {
    const StoredTensor& tensor = *place.first;
    if (tensor.begin != end)
      refuse(fmt::format("tensor {} begins at byte {} of the data", shown(*place.second), tensor.begin),
             fmt::format("byte {}, where the tensor before it ends", end));
    end = tensor.end;
  }
  if (end != data_size_)
    refuse(fmt::format("its tensors end at byte {} of the data", end),
           fmt::format("byte {}, where the file ends", data_size_));
}

}  // namespace

SafetensorsHeader parse_safetensors_header(const std::string& path, std::string_view text,
                                           std::size_t data_size) {
  HeaderEvents events(path, data_size);
  // A NUL would end the text for the parser.
  if (!text.starts_with('{') || text.find('\0') != std::string_view::npos)
    events.refuse(
        fmt::format("its header {}", text.starts_with('{') ? "has a NUL" : "does not begin with '{'"),
        "a JSON object");
  nlohmann::json::sax_parse(text.begin(), text.end(), &events);
  events.check_places();
  return events.take();
}

}  // namespace orochi
