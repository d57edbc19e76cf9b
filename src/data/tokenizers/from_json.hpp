// Tokenizers that read Hugging Face's tokenizer.json in place of learning.
#pragma once

#include <memory>
#include <string>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/tokenizer.hpp>

namespace orochi {

/// The option `model` names the file. A special token that a text spells out is text.
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
