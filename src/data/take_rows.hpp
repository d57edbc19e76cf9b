// The records of a file as a model takes them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <orochi/dataset.hpp>

#include "data/input_encoder.hpp"
#include "data/raw.hpp"

namespace orochi {

/// Appends the target of record i, which had so many rows before the cut.
using TakeTarget = std::function<void(std::uint32_t i, Index rows, Sequences& sequences)>;

/// The rows of these records, cut to max_length if not in windows: numbers filled and not normalized, texts
/// as token ids by the encoder, or as they are `encoded` already, record by record. Lengths are noted by
/// `name`.
Sequences take_rows(const RawSplit& raw, std::span<const std::uint32_t> records, const std::string& name,
                    const DataConfig& config, const InputEncoder& encoder, std::vector<std::string>& notes,
                    const TakeTarget& take_target = {}, const EncodedTexts* encoded = nullptr);

}  // namespace orochi
