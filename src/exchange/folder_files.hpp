// What a folder of Hugging Face's tools says besides its weights.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <orochi/model.hpp>

#include "exchange/families.hpp"

namespace orochi {

bool is_there(const std::string& path);
/// An object; a usage_error where the file holds something else.
nlohmann::json read_json(const std::string& path);
/// For messages.
std::string text_of(const nlohmann::json& value);

/// model.pooling as the folder of a sentence encoder has it.
std::string read_pooling(const std::string& folder, const std::string& otherwise);
/// What a sentence encoder does behind its pooling is left out.
void note_modules(const std::string& folder, std::vector<std::string>& notes);

/// Also says in `data` which tokenizer it is.
std::shared_ptr<const Tokenizer> read_tokenizer(const std::string& folder, const Family& family,
                                                const Tokenizers& tokenizers, DataConfig& data);

}  // namespace orochi
