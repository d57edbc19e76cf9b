#include "baseline/feature_sets.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <orochi/batching.hpp>

#include "baseline/tf_idf.hpp"
#include "core/as_size.hpp"
#include "data/text_features.hpp"
#include "data/windows.hpp"

namespace orochi {
namespace {

constexpr std::size_t most_characters = 10'000'000;  // of training texts: an n-gram takes 16 bytes
constexpr Index most_places = 256, widest_places = 100'000, widest_values = 20'000;
constexpr Index rocket_features = 10'000, fewest_rocket_features = 1'000;
// Values of all splits, of those that are fitted in cross-validation (about) and in the end, times models;
// and products of the transform.
constexpr double most_rocket_values = 4e7, most_tried_values = 2e7, most_fitted_values = 5e8,
                 most_rocket_products = 2e10;

std::vector<std::string_view> own_texts(const TextColumn& texts, Index each, Index which) {
  std::vector<std::string_view> own;
  for (std::size_t i = as_size(which); i < texts.size(); i += as_size(each)) own.push_back(texts[i]);
  return own;
}

void add_rows(const std::vector<TfIdf>& blocks, const TextColumn& texts, Index each, ThreadPool& pool,
              Features& features) {
  constexpr Index piece = 4096;  // so that rows do not lie in memory twice
  const Index count = static_cast<Index>(texts.size()) / each, blocks_each = std::ssize(blocks) / each;
  for (Index begin = 0; begin < count; begin += piece) {
    std::vector<std::vector<feature_node>> rows(as_size(std::min(piece, count - begin)));
    pool.for_each(std::ssize(rows), [&](Index i, int) {
      Index first = 1;
      for (std::size_t b = 0; b < blocks.size(); ++b) {
        const Index text = (begin + i) * each + static_cast<Index>(b) / blocks_each;
        blocks[b].append(texts[as_size(text)], first, rows[as_size(i)]);
        first += blocks[b].width();
      }
    });
    for (const std::vector<feature_node>& row : rows) features.add(row);
  }
}

/// The length that all sequences have, if there is one.
std::optional<Index> common_length(const Sequences& data) {
  for (Index i = 1; i < data.size(); ++i)
    if (data.length(i) != data.length(0)) return std::nullopt;
  return data.size() == 0 ? std::nullopt : std::optional(data.length(0));
}

FeatureSet each_split(FeatureSet set, const LoadedData& data, const auto& add) {
  add(data.train, set.train);
  add(data.validation, set.validation);
  add(data.test, set.test);
  return set;
}

/// Which token is at which place.
FeatureSet places(const LoadedData& data, Index length, Index ids) {
  return each_split(
      {"tokens at places", length * ids}, data, [&](const Sequences& split, Features& features) {
        std::vector<feature_node> row;
        for (Index i = 0; i < split.size(); ++i) {
          row.clear();
          for (Index t = 0; t < std::min(length, split.length(i)); ++t)
            row.push_back(
                {static_cast<int>(t * ids + split.tokens[as_size(split.offsets[as_size(i)] + t)]) + 1, 1});
          features.add(row);
        }
      });
}

FeatureSet values(const LoadedData& data, Index length) {
  const Index width = length * data.train.channels;
  return each_split({"values", width}, data, [&](const Sequences& split, Features& features) {
    std::vector<feature_node> row;
    for (Index i = 0; i < split.size(); ++i) {
      row.clear();
      const Index count = std::min(length, split.length(i)) * split.channels;
      for (Index j = 0; j < count; ++j) {
        const float value = split.values[as_size(split.offsets[as_size(i)] * split.channels + j)];
        if (value != 0) row.push_back({static_cast<int>(j) + 1, static_cast<double>(value)});
      }
      features.add(row);
    }
  });
}

constexpr Index statistics_each = 7;  // of a channel

/// Mean, standard deviation, smallest, largest, first and last value and slope of each channel.
void append_statistics(const Sequences& data, Index i, std::vector<float>& row) {
  const Index length = data.length(i), c = data.channels;
  const auto n = static_cast<double>(length);
  for (Index channel = 0; channel < c; ++channel) {
    const float* x = data.values.data() + data.offsets[as_size(i)] * c + channel;
    double sum = 0, squares = 0, moment = 0;
    float least = x[0], most = x[0];
    for (Index t = 0; t < length; ++t) {
      const auto value = static_cast<double>(x[t * c]);
      sum += value, squares += value * value, moment += value * (static_cast<double>(t) - (n - 1) / 2);
      least = std::min(least, x[t * c]), most = std::max(most, x[t * c]);
    }
    const double mean = sum / n, deviation = std::sqrt(std::max(squares / n - mean * mean, 0.0));
    const double slope = length == 1 ? 0 : 12 * moment / (n * (n * n - 1));
    row.insert(row.end(), {static_cast<float>(mean), static_cast<float>(deviation), least, most, x[0],
                           x[(length - 1) * c], static_cast<float>(slope)});
  }
}

FeatureSet statistics(const LoadedData& data) {
  const auto table = [&](const Sequences& split) {
    DenseRows result{statistics_each * data.train.channels, {}};
    for (Index i = 0; i < split.size(); ++i) append_statistics(split, i, result.values);
    return result;
  };
  return standardized("statistics of channels",
                      {table(data.train), table(data.validation), table(data.test)});
}

/// As many features as there is room and time for; 0 where that is too few.
Index rocket_size(const LoadedData& data, Index columns) {
  const Index longest = longest_of(data.train);
  const auto all = static_cast<double>(data.train.size() + data.validation.size() + data.test.size());
  const double fitted = static_cast<double>(data.train.size() * columns),
               tried = std::min(fitted, 1000 * static_cast<double>(columns));
  const double most =
      std::min({static_cast<double>(rocket_features), most_rocket_values / all, most_tried_values / tried,
                most_fitted_values / fitted, most_rocket_products / (all * static_cast<double>(longest))});
  return most < fewest_rocket_features ? 0 : static_cast<Index>(most);
}

FeatureSet rocket(const LoadedData& data, Index features, std::uint64_t seed, ThreadPool& pool) {
  const MiniRocket transform(longest_of(data.train), data.train.channels, features, seed);
  std::vector<std::uint32_t> samples;
  const std::vector<Scalar> biases = transform.biases(as_batch(data.train, samples));
  const auto table = [&](const Sequences& split) { return rocket_table(transform, biases, split, pool); };
  return standardized("MiniRocket", {table(data.train), table(data.validation), table(data.test)});
}

std::size_t characters(const TextColumn& texts) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) sum += texts[i].size();
  return sum;
}

}  // namespace

double expected_entries(const BaselineRequest& request, Index columns) {
  constexpr double each_character = 2;  // different n-grams, by trial
  const Sequences& train = request.data.train;
  if (train.channels == 0) return each_character * static_cast<double>(characters(request.texts.train));
  const std::optional<Index> length = common_length(train);
  const Index width = (length ? *length : statistics_each) * train.channels;
  return static_cast<double>(train.size()) * static_cast<double>(width + rocket_size(request.data, columns));
}

FeatureSet text_features(const SplitTexts& texts, Index texts_each, ThreadPool& pool) {
  const bool short_enough = characters(texts.train) <= most_characters;
  std::vector<TfIdf> blocks;
  Index width = 0;
  for (Index s = 0; s < texts_each; ++s) {
    const std::vector<std::string_view> own = own_texts(texts.train, texts_each, s);
    const auto& [words, letters] = gram_groups;
    blocks.emplace_back(words.unit, words.longest, 1);
    if (short_enough) blocks.emplace_back(letters.unit, letters.longest, 2);
    for (std::size_t b = blocks.size() - (short_enough ? 2 : 1); b < blocks.size(); ++b) {
      blocks[b].fit(own, pool);
      width += blocks[b].width();
    }
  }
  FeatureSet set(short_enough ? "words and characters" : "words", width);
  add_rows(blocks, texts.train, texts_each, pool, set.train);
  add_rows(blocks, texts.validation, texts_each, pool, set.validation);
  add_rows(blocks, texts.test, texts_each, pool, set.test);
  return set;
}

std::vector<FeatureMaker> feature_makers(const BaselineRequest& request, Index columns) {
  const LoadedData& data = request.data;
  const std::optional<Index> length = common_length(data.train);
  const Index ids = data.preprocessing.num_ids(), channels = data.train.channels;
  std::vector<FeatureMaker> makers;
  if (channels == 0) {
    makers.push_back(
        {[&](ThreadPool& pool) { return text_features(request.texts, data.preprocessing.texts, pool); }});
    if (length && *length <= most_places && *length * ids <= widest_places)
      makers.push_back({[&data, length, ids](ThreadPool&) { return places(data, *length, ids); }});
    return makers;
  }
  if (length && *length * channels <= widest_values)
    makers.push_back({[&data, length](ThreadPool&) { return values(data, *length); }});
  else
    makers.push_back({[&data](ThreadPool&) { return statistics(data); }});
  if (length && *length == 1) return makers;  // no series
  if (const Index size = rocket_size(data, columns); size > 0)
    makers.push_back({[&, size](ThreadPool& pool) { return rocket(data, size, request.seed, pool); }, false});
  else
    request.note("MiniRocket is left out: so many series, or so long ones, leave no time for 1,000 features");
  return makers;
}

}  // namespace orochi
