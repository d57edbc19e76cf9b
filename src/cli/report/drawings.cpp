#include "cli/report/drawings.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/as_size.hpp"
#include "layers/attention_recording.hpp"

namespace orochi {
namespace {

constexpr Index most_drawn_rows = 72, fewest_rows = 8;
constexpr Index map_bytes = 1200000;  // of all maps of a page, before base64
constexpr Index most_channels = 64;

/// `value` in 0 .. 1 as a byte.
unsigned char as_byte(double value) {
  return static_cast<unsigned char>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
}

nlohmann::ordered_json map_json(const AttentionRecord& record, Index h, Index rows) {
  const Index length = record.length;
  std::vector<Scalar> scores(as_size(rows * length)), map(scores.size());  // [rows, T]
  map_rows(record, h, 0, rows, scores.data(), map.data());
  double largest = 0;
  for (Index q = 0; q < rows; ++q)
    for (Index k = 0; k < rows; ++k)
      largest = std::max(largest, static_cast<double>(map[as_size(q * length + k)]));
  std::vector<unsigned char> bytes;
  for (Index q = 0; q < rows; ++q)
    for (Index k = 0; k < rows; ++k)
      bytes.push_back(largest > 0
                          ? as_byte(std::sqrt(static_cast<double>(map[as_size(q * length + k)]) / largest))
                          : static_cast<unsigned char>(0));
  return {{"largest", largest}, {"map", base64(bytes)}};
}

}  // namespace

std::string base64(std::span<const unsigned char> bytes) {
  static constexpr const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;  // 24 bits
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (i + j < bytes.size() ? bytes[i + j] : 0u);
    for (std::size_t j = 0; j < 4; ++j)
      text += i + j > bytes.size() ? '=' : digits[group >> (18 - 6 * j) & 63u];
  }
  return text;
}

Index drawable_rows(Index maps) {
  const auto root = static_cast<Index>(std::sqrt(static_cast<double>(map_bytes / std::max<Index>(maps, 1))));
  return std::clamp(root, fewest_rows, most_drawn_rows);
}

nlohmann::ordered_json maps_json(std::span<const AttentionRecord> records, Index rows) {
  auto layers = nlohmann::ordered_json::array();
  for (const AttentionRecord& record : records) {
    auto heads = nlohmann::ordered_json::array();
    for (Index h = 0; h < record.options.num_heads; ++h)
      heads.push_back(map_json(record, h, std::min(rows, record.length)));
    layers.push_back(std::move(heads));
  }
  return layers;
}

nlohmann::ordered_json values_json(const Preprocessing& preprocessing, const Sequences& data, Index i,
                                   Index rows) {
  const Index of_rows = data.length(i), channels = std::min(data.channels, most_channels);
  rows = std::min(rows, of_rows);
  std::vector<double> values;  // [rows, channels]
  values.reserve(as_size(rows * channels));
  for (Index t = 0; t < rows; ++t)
    for (Index c = 0; c < channels; ++c)
      values.push_back(
          static_cast<double>(data.values[as_size((data.offsets[as_size(i)] + t) * data.channels + c)]) *
              static_cast<double>(preprocessing.deviation[as_size(c)]) +
          static_cast<double>(preprocessing.mean[as_size(c)]));
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double low = *least, high = *most, unit = (high - low) * 1e-5;
  const auto rounded = [&](double value) { return unit > 0 ? std::round(value / unit) * unit : value; };
  std::vector<unsigned char> bytes;
  bytes.reserve(values.size());
  for (const double value : values)
    bytes.push_back(high > low ? as_byte((value - low) / (high - low)) : static_cast<unsigned char>(0));
  return {{"rows", rows},           {"channels", channels},
          {"of_rows", of_rows},     {"of_channels", data.channels},
          {"low", rounded(low)},    {"high", rounded(high)},
          {"values", base64(bytes)}};
}

}  // namespace orochi
