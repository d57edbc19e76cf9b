// The data of a run for those who look at the texts themselves.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <orochi/dataset.hpp>

namespace orochi {

/// Of each split, as the files have them: a vocabulary knows neither rare words nor case. [B, S]; empty for
/// numbers.
struct SplitTexts {
  TextColumn train, validation, test;
};

/// Reads as load_data does, but leaves training sequences whole where that cuts windows. `texts` may be null.
LoadedData load_whole_data(const DataConfig& config, const std::string& folder, std::uint64_t seed,
                           const Readers& readers, const Tokenizers& tokenizers, Targets& targets,
                           const DataStart* start, std::shared_ptr<const Tokenizer> tokenizer,
                           SplitTexts* texts);

}  // namespace orochi
