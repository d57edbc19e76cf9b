#include "data/column_names.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "data/readers/words.hpp"

namespace orochi {

bool is_column_name(std::string_view field) {
  constexpr std::size_t longest = 24;
  constexpr std::array<std::string_view, 46> names{
      "label",     "labels",   "class",   "category",   "target",   "tag",      "tags",        "sentiment",
      "intent",    "topic",    "genre",   "emotion",    "polarity", "rating",   "stars",       "score",
      "lang",      "language", "species", "text",       "texts",    "sentence", "sentences",   "body",
      "content",   "review",   "message", "sequence",   "seq",      "document", "comment",     "tweet",
      "utterance", "question", "answer",  "title",      "abstract", "headline", "description", "summary",
      "input",     "output",   "premise", "hypothesis", "phrase",   "prompt"};
  field = trim(field);
  if (field.size() > 1 && field.front() == '"' && field.back() == '"')
    field = field.substr(1, field.size() - 2);
  if (field.size() > longest) return false;
  // Of "review_text" and "sentence1" a part.
  std::string lowered = lower_ascii(field);
  while (!lowered.empty()) {
    const std::size_t end = std::min(lowered.find_first_of("_-.0123456789"), lowered.size());
    if (std::find(names.begin(), names.end(), std::string_view(lowered).substr(0, end)) != names.end())
      return true;
    lowered.erase(0, end + 1);
  }
  return false;
}

std::size_t label_name_rank(std::string_view name) {
  constexpr std::array<std::string_view, 7> names{"label", "labels",   "class",    "target",
                                                  "y",     "category", "sentiment"};
  const auto found = std::ranges::find(names, lower_ascii(trim(name)));
  return found == names.end() ? no_label_name : static_cast<std::size_t>(found - names.begin());
}

}  // namespace orochi
