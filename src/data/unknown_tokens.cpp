#include "data/unknown_tokens.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace orochi {

double unknown_share(const Sequences& sequences, const Tokenizer& tokenizer) {
  if (sequences.tokens.empty()) return 0;
  const auto unknown = std::count(sequences.tokens.begin(), sequences.tokens.end(), tokenizer.unknown());
  return static_cast<double>(unknown) / static_cast<double>(sequences.tokens.size());
}

std::string unknown_note(double share, Index tokens, double usual) {
  constexpr Index enough = 100;  // tokens: of fewer a share says little
  constexpr double little = 0.05, far = 3;
  const bool is_far = usual >= 0 && tokens >= enough && share > little && share > far * usual;
  if (share <= mostly_unknown && !is_far) return "";
  return fmt::format(
      "{:.0f} % of the tokens are unknown to the model{}: are these texts of the kind that it was trained "
      "on?",
      100 * share, usual < 0 ? "" : fmt::format(", and {:.1f} % of its validation data's were", 100 * usual));
}

std::string unknown_note(const Sequences& sequences, const Preprocessing& preprocessing) {
  return unknown_note(unknown_share(sequences, *preprocessing.tokenizer), std::ssize(sequences.tokens),
                      preprocessing.unknown_share);
}

}  // namespace orochi
