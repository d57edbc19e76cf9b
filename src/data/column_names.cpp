#include "data/column_names.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "data/readers/words.hpp"

namespace orochi {

namespace {

constexpr std::array<std::string_view, 19> label_names{
    "label", "labels",  "class",    "category", "target", "tag",   "tags", "sentiment", "intent", "topic",
    "genre", "emotion", "polarity", "rating",   "stars",  "score", "lang", "language",  "species"};
constexpr std::array<std::string_view, 27> text_names{
    "text",     "texts",    "sentence", "sentences",  "body",     "content",     "review",
    "message",  "sequence", "seq",      "document",   "comment",  "tweet",       "utterance",
    "question", "answer",   "title",    "abstract",   "headline", "description", "summary",
    "input",    "output",   "premise",  "hypothesis", "phrase",   "prompt"};
constexpr std::array<std::string_view, 14> record_names{"id",        "ids",      "uid",  "uuid", "index",
                                                        "timestamp", "datetime", "date", "time", "zip",
                                                        "zipcode",   "postcode", "plz",  "phone"};

/// Whether the field, or a part of it as of "review_text" and "sentence1", is one of the names.
bool has_part_of(std::string_view field, std::span<const std::string_view> names) {
  constexpr std::size_t longest = 24;
  field = trim(field);
  if (field.size() > 1 && field.front() == '"' && field.back() == '"')
    field = field.substr(1, field.size() - 2);
  if (field.size() > longest) return false;
  std::string lowered = lower_ascii(field);
  while (!lowered.empty()) {
    const std::size_t end = std::min(lowered.find_first_of("_-.0123456789"), lowered.size());
    if (std::ranges::count(names, std::string_view(lowered).substr(0, end)) > 0) return true;
    lowered.erase(0, end + 1);
  }
  return false;
}

}  // namespace

bool is_column_name(std::string_view field) {
  return has_part_of(field, label_names) || has_part_of(field, text_names);
}

bool is_text_name(std::string_view field) {
  constexpr std::array<std::string_view, 11> others{"dna",   "rna", "protein", "peptide",  "smiles", "word",
                                                    "email", "sms", "opinion", "feedback", "caption"};
  return has_part_of(field, text_names) || has_part_of(field, others);
}

bool names_record(std::string_view field) {
  return has_part_of(field, record_names) || trim(field).ends_with("Id") || trim(field).ends_with("ID");
}

bool is_coordinate(std::string_view name, std::span<const std::string> names) {
  return name == "y" && names.size() > 2 && std::ranges::count(names, "x") > 0;
}

std::size_t label_name_rank(std::string_view name) {
  constexpr std::array<std::string_view, 7> names{"label", "labels",   "class",    "target",
                                                  "y",     "category", "sentiment"};
  const auto found = std::ranges::find(names, lower_ascii(trim(name)));
  return found == names.end() ? no_label_name : static_cast<std::size_t>(found - names.begin());
}

}  // namespace orochi
