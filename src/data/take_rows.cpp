#include "data/take_rows.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "data/checks.hpp"

namespace orochi {

namespace {

EncodedTexts encode_texts(const RawSplit& raw, std::span<const std::uint32_t> records,
                          const InputEncoder& encoder) {
  std::vector<std::string_view> texts;
  for (const std::uint32_t i : records)
    for (const std::string_view text : raw.texts_of(i)) texts.push_back(text);
  return encoder.encode(texts);
}

}  // namespace

Sequences take_rows(const RawSplit& raw, std::span<const std::uint32_t> records, const std::string& name,
                    const DataConfig& config, const InputEncoder& encoder, std::vector<std::string>& notes,
                    const TakeTarget& take_target, const EncodedTexts* encoded) {
  Sequences sequences = encoder.none(raw.storage());
  Lengths lengths;
  constexpr Index at_a_time = 1 << 11;  // records whose texts are encoded before their rows are taken
  EncodedTexts block;
  for (const std::uint32_t i : records) {
    Index full_length = 0;
    if (raw.channels == 0) {
      const Index record = sequences.size(), in_block = encoded == nullptr ? record % at_a_time : record;
      if (encoded == nullptr && in_block == 0)
        block = encode_texts(raw,
                             records.subspan(as_size(record))
                                 .first(std::min(records.size() - as_size(record), as_size(at_a_time))),
                             encoder);
      try {
        full_length = encoder.append_encoded(encoded == nullptr ? block : *encoded, in_block * raw.num_texts,
                                             sequences);
      } catch (const Error& error) {
        throw Error(error.code(), fmt::format("{}: {}", raw.location(i), error.what()));
      }
      encoder.append_features(raw.texts_of(i), sequences);
    } else {
      const std::span<const float> values = raw.values_of(i);  // [T, channels]
      full_length = std::ssize(values) / raw.channels;
      encoder.append_values(values, sequences);
    }
    lengths.count(full_length, config);
    sequences.offsets.push_back(lengths.rows);
    if (take_target) take_target(i, full_length, sequences);
  }
  if (!records.empty()) note_lengths(name, lengths, config, notes);
  return sequences;
}

}  // namespace orochi
