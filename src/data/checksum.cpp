#include <array>
#include <type_traits>

#include <fmt/format.h>
#include <xxhash.h>

#include <orochi/dataset.hpp>

namespace orochi {

std::string checksum(const Sequences& data) {
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  const auto add = [&](const auto& numbers) {
    using Number = typename std::remove_reference_t<decltype(numbers)>::value_type;
    const std::uint64_t count =
        numbers.size();  // or the end of one list could pass for the start of the next
    XXH3_128bits_update(&state, &count, sizeof count);
    XXH3_128bits_update(&state, numbers.data(), numbers.size() * sizeof(Number));
  };
  add(data.tokens);
  add(data.values);
  add(std::array<Index, 1>{data.channels});
  add(data.offsets);
  add(data.targets);
  if (!data.weights.empty()) add(data.weights);
  if (!data.segments.empty()) add(data.segments);
  if (!data.features.empty()) add(data.features);
  if (data.window > 0) add(std::array<Index, 1>{data.window});
  const XXH128_hash_t hash = XXH3_128bits_digest(&state);
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace orochi
