#include "cli/report/row_names.hpp"

#include <orochi/predict.hpp>

#include "core/choices.hpp"
#include "data/truncation.hpp"
#include "data/windows.hpp"

namespace orochi {

std::vector<RowName> row_names(const Model& trained, const Sequences& data, Index i,
                               std::span<const std::string> texts) {
  std::vector<RowName> names;
  for (std::string& label : row_labels(trained, data, i)) names.push_back({std::move(label)});
  if (texts.empty()) return names;
  const Tokenizer& tokenizer = *trained.preprocessing.tokenizer;
  const auto each = static_cast<std::size_t>(trained.preprocessing.texts);
  const auto length = static_cast<std::size_t>(windows_of(data, i).rows(0));
  const auto begin = static_cast<std::size_t>(data.offsets[static_cast<std::size_t>(i)]);
  const std::size_t first = names.size() - length;  // after a class token
  for (std::size_t t = 0; t < length; ++t) {
    const std::int32_t id = data.tokens[begin + t];
    names[first + t].unknown = id == tokenizer.unknown();
    const bool is_special =
        id == tokenizer.begin() || id == tokenizer.end() || id >= tokenizer.vocabulary_size();
    names[first + t].continues = !is_special && tokenizer.continues_word(id);
  }
  const Truncation truncation = truncation_choice.value(trained.config.data.truncation);
  const auto segment = [&](std::size_t t) {
    return each == 1 ? 0 : static_cast<std::size_t>(data.segments[begin + t]);
  };
  for (std::size_t s = 0, t = 0; s < each; ++s) {
    const std::vector<std::string> tokens = tokenizer.pieces(texts[s]);
    std::size_t end = t;
    while (end < length && segment(end) == s) ++end;
    const bool special = trained.config.data.special_tokens;
    const std::size_t before = special && s == 0 ? 1 : 0, behind = special || s + 1 < each ? 1 : 0;
    const Index rows = static_cast<Index>(end - t - before - behind);  // without special tokens
    std::size_t row = t + before;
    const auto name = [&](std::span<const std::string> part) {
      for (const std::string& token : part) {
        names[first + row].text = token;
        ++row;
      }
    };
    const Index count = std::ssize(tokens);
    if (rows <= count)  // where pieces are tokens
      for_kept(std::span(tokens), 1, kept_rows(truncation, count, rows), name);
    t = end;
  }
  return names;
}

}  // namespace orochi
