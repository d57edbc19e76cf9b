// Tokens that the vocabulary does not have.
#pragma once

#include <string>

#include <orochi/dataset.hpp>

namespace orochi {

/// Beyond this share of unknown tokens a text is likely of another kind than training's.
constexpr double mostly_unknown = 0.5;
/// The share of tokens that the vocabulary does not have; 0 where the tokenizer knows all.
double unknown_share(const Sequences& sequences, const Tokenizer& tokenizer);
/// What to say of such a share of so many tokens that a model is asked about, where `usual` of validation's
/// were unknown (-1: that is not known); or nothing.
std::string unknown_note(double share, Index tokens, double usual);
std::string unknown_note(const Sequences& sequences, const Preprocessing& preprocessing);

}  // namespace orochi
