// Files that a tokenizer reads: a vocabulary, a model.
#pragma once

#include <string>

namespace orochi {

/// The whole file, unpacked where it is compressed. A usage_error that names it where it cannot be read;
/// `expected`: what should be in it, if it is empty.
std::string read_bytes(const std::string& path, const std::string& expected);

/// The same for text: without a byte order mark; a usage_error where it is not UTF-8.
std::string read_text(const std::string& path, const std::string& expected);

}  // namespace orochi
