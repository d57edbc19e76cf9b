#include <algorithm>

#include <fmt/format.h>

#include <orochi/dataset.hpp>

namespace orochi {

Index Preprocessing::num_ids() const {
  if (texts == 1) return vocabulary_size();
  return std::max<Index>(vocabulary_size(), tokenizer->separator() + 1);
}

std::string Preprocessing::token(std::int32_t id) const {
  return id < vocabulary_size() ? tokenizer->token(id) : "[sep]";
}

const std::string& LoadedData::train_file(std::uint32_t sample) const {
  const auto later = std::find_if(train_sources.begin(), train_sources.end(),
                                  [&](const SourceFile& source) { return source.first > Index{sample}; });
  return train_sources.empty() ? train_path : (later - 1)->path;
}

std::string LoadedData::train_location(std::uint32_t sample) const {
  const Index location = train_locations[sample];
  return train_has_lines ? fmt::format("{}:{}", train_file(sample), location)
                         : fmt::format("{}: sequence {}", train_file(sample), location);
}

Sequences Sequences::take(std::span<const std::uint32_t> numbers) const {
  Sequences result;
  result.channels = channels;
  result.target_width = target_width;
  result.window = window;
  if (!feature_offsets.empty()) result.feature_offsets.push_back(0);
  const auto append = [](auto& to, const auto& from, Index begin, Index end) {
    to.insert(to.end(), from.begin() + begin, from.begin() + end);
  };
  for (const std::uint32_t i : numbers) {
    const Index begin = offsets[i], end = offsets[i + 1];
    if (channels == 0) append(result.tokens, tokens, begin, end);
    if (!segments.empty()) append(result.segments, segments, begin, end);
    append(result.values, values, begin * channels, end * channels);
    if (!feature_offsets.empty()) {
      append(result.features, features, feature_offsets[i], feature_offsets[i + 1]);
      result.feature_offsets.push_back(std::ssize(result.features));
    }
    const std::span<const double> one = target(i);
    result.targets.insert(result.targets.end(), one.begin(), one.end());
    const std::span<const float> own = weights_of(i);
    result.weights.insert(result.weights.end(), own.begin(), own.end());
    result.offsets.push_back(result.offsets.back() + end - begin);
  }
  return result;
}

}  // namespace orochi
