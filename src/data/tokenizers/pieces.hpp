// What makes the tokenizers of pieces: bpe and unigram.
#pragma once

#include <memory>
#include <string>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/tokenizer.hpp>

namespace orochi {

/// Of every vocabulary that SentencePiece learns: the unknown piece and the bytes.
constexpr Index fixed_pieces = 257;

/// SentencePiece's, which learn or read a model; `type` is bpe or unigram.
using MakePieces = std::unique_ptr<Tokenizer> (*)(const std::string& type, const Settings& settings);
std::unique_ptr<Tokenizer> make_sentencepiece(const std::string& type, const Settings& settings);
/// The same from a checkpoint alone and without the library, for a page in a browser.
std::unique_ptr<Tokenizer> make_sentencepiece_reader(const std::string& type, const Settings& settings);

/// Of Hugging Face's tokenizer.json, which the option `model` names. A special token that a text spells out
/// is text.
std::unique_ptr<Tokenizer> make_byte_pairs(const Settings& settings);
std::unique_ptr<Tokenizer> make_unigram_pieces(const Settings& settings);

/// Does `work`; what is wrong with a file is about the option that names it.
template <class Work>
void in_option(const std::string& option, Work work) {
  try {
    work();
  } catch (const Error& error) {
    if (error.code() != ExitCode::usage) throw;
    throw OptionError(option, fmt::format("{}: {}", option, error.what()));
  }
}

}  // namespace orochi
