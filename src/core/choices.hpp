// Keys that choose one of a few ways: each way's word is here and nowhere else.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <orochi/error.hpp>

namespace orochi {

/// The words of a key, in the order of an enum's values.
template <class Enum, std::size_t n>
struct Choice {
  const char* key;
  std::array<const char*, n> words;

  constexpr const char* word(Enum value) const { return words[static_cast<std::size_t>(value)]; }
  bool is(std::string_view given, Enum value) const { return given == word(value); }
  std::vector<std::string> list() const { return {words.begin(), words.end()}; }
  /// Throws a usage_error for another word.
  Enum value(std::string_view given) const {
    const auto found = std::find(words.begin(), words.end(), given);
    if (found != words.end()) return static_cast<Enum>(found - words.begin());
    std::string allowed;
    for (const char* one : words) allowed += (allowed.empty() ? "" : " | ") + std::string(one);
    throw usage_error(std::string(key) + " is \"" + std::string(given) + "\"; allowed: " + allowed);
  }
};

enum class Kernels { automatic, native, eigen, onednn };
inline constexpr Choice<Kernels, 4> kernels_choice{"train.kernels", {"auto", "native", "eigen", "onednn"}};

/// What products of linear layers multiply: float32, or bf16 with sums in float32.
enum class Precision { fp32, bf16 };
inline constexpr Choice<Precision, 2> precision_choice{"train.precision", {"fp32", "bf16"}};
inline constexpr Choice<Precision, 2> moments_choice{"train.moments", {"fp32", "bf16"}};

/// Where a step's loss or gradient is not a finite number.
enum class OnNonfinite { stop, skip };
inline constexpr Choice<OnNonfinite, 2> nonfinite_choice{"train.on_nonfinite", {"stop", "skip"}};

/// How a text file's bytes are characters.
enum class Encoding { utf8, latin1, cp1252 };
inline constexpr Choice<Encoding, 3> encoding_choice{"data.encoding", {"utf-8", "latin-1", "cp1252"}};

/// Which rows are kept of a sequence that is too long.
enum class Truncation { head, tail, middle };
inline constexpr Choice<Truncation, 3> truncation_choice{"data.truncation", {"head", "tail", "middle"}};

/// What becomes of a sequence that is too long.
enum class Long { cut, windows };
inline constexpr Choice<Long, 2> long_choice{"data.long", {"cut", "windows"}};

/// What a missing number of a series becomes.
enum class Missing { error, interpolate, mean, zero };
inline constexpr Choice<Missing, 4> missing_choice{"data.missing", {"error", "interpolate", "mean", "zero"}};

/// Where the columns of a data set are.
enum class StorageKind { memory, disk };
inline constexpr Choice<StorageKind, 2> storage_choice{"data.storage", {"memory", "disk"}};

}  // namespace orochi
