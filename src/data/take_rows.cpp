#include "data/take_rows.hpp"

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/checks.hpp"

namespace orochi {

Sequences take_rows(const RawSplit& raw, std::span<const std::uint32_t> records, const std::string& name,
                    const DataConfig& config, const InputEncoder& encoder, std::vector<std::string>& notes,
                    const TakeTarget& take_target, const EncodedTexts* encoded) {
  Sequences sequences = encoder.none(raw.storage());
  Lengths lengths;
  for (const std::uint32_t i : records) {
    Index full_length = 0;
    if (raw.channels == 0) {
      try {
        full_length = encoded == nullptr
                          ? encoder.append_texts(raw.texts_of(i), sequences)
                          : encoder.append_encoded(*encoded, sequences.size() * raw.num_texts, sequences);
      } catch (const Error& error) {
        throw Error(error.code(), fmt::format("{}: {}", raw.location(i), error.what()));
      }
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
