#include "data/fit.hpp"

#include <filesystem>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/in_table.hpp"
#include "core/option_paths.hpp"
#include "data/input_encoder.hpp"
#include "data/missing.hpp"

namespace orochi {
namespace {

Column<std::string_view> texts_of(const Part& part) {
  Column<std::string_view> texts(part.file->raw.storage());
  for (const std::uint32_t i : part.rows)
    for (const std::string_view text : part.file->raw.texts_of(i)) texts.push_back(text);
  return texts;
}

/// Does what a tokenizer does with these texts; its errors get the file's name.
template <class Work>
auto with_file(const Part& part, Work work) {
  try {
    return in_table("data.tokenizer", work);
  } catch (const OptionError&) {
    throw;
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", part.file->raw.path, error.what()));
  }
}

}  // namespace

void fit_missing(const Part& train, const DataConfig& config, Preprocessing& preprocessing) {
  if (!needs_means(missing_choice.value(config.missing))) return;
  const RawSplit& raw = train.file->raw;
  const Truncation how = truncation_choice.value(config.truncation);
  KnownMeans known(raw.channels);
  for (const std::uint32_t i : train.rows) {
    const std::span<const float> values = raw.values_of(i);
    const KeptRows kept = kept_rows(how, std::ssize(values) / raw.channels, most_rows(config));
    for_kept(values, raw.channels, kept, [&](std::span<const float> rows) { known.add(rows); });
  }
  try {
    preprocessing.missing_mean = known.means();
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", raw.path, error.what()));
  }
}

std::optional<EncodedTexts> fit_tokenizer(const Part& train, const DataConfig& config,
                                          const std::string& folder, const Tokenizers& tokenizers,
                                          Preprocessing& preprocessing) {
  Component component = config.tokenizer;
  if (const TokenizerEntry* entry = tokenizers.find(component.type); entry != nullptr)
    change_paths(entry->options, component.options,
                 [&](const std::string& path) { return (std::filesystem::path(folder) / path).string(); });
  std::unique_ptr<Tokenizer> tokenizer =
      in_table("data.tokenizer", [&] { return tokenizers.make(component); });
  std::optional<EncodedTexts> encoded;
  with_file(train, [&] {
    const Index needed = InputEncoder::tokens_needed(config);
    if (train.file->raw.storage().is_on_disk())
      tokenizer->fit(texts_of(train), needed);
    else
      encoded = tokenizer->fit_and_encode(texts_of(train), needed);
  });
  preprocessing.tokenizer = std::move(tokenizer);
  return encoded;
}

void extend_tokenizer(const Part& train, const DataConfig& config, const Tokenizers& tokenizers,
                      const DataStart& start, Preprocessing& preprocessing, std::vector<std::string>& notes) {
  if (!start.adds_tokens) return;
  if (preprocessing.tokenizer == nullptr)
    throw usage_error("--add-tokens: the model was trained on numbers, which have no tokens; leave it out");
  State state;
  preprocessing.tokenizer->save(state);
  std::unique_ptr<Tokenizer> tokenizer =
      in_table("data.tokenizer", [&] { return tokenizers.make(config.tokenizer); });
  tokenizer->load(state);
  with_file(train, [&] { tokenizer->extend(texts_of(train), InputEncoder::tokens_needed(config)); });
  const Index before = preprocessing.vocabulary_size(), added = tokenizer->vocabulary_size() - before;
  notes.push_back(fmt::format("added {} to the vocabulary of {}", counted(added, "token"), grouped(before)));
  preprocessing.tokenizer = std::move(tokenizer);
}

void extend_labels(const RawSplit& raw, const DataStart& start, Targets& targets, FileErrors& errors,
                   std::vector<std::string>& notes) {
  const std::vector<std::string> added = targets.new_labels(raw.targets);
  if (start.adds_labels) {
    targets.add_labels(added);
    notes.push_back(fmt::format("added {}{}{}", counted(std::ssize(added), "label"),
                                added.empty() ? "" : ": ", quote_list(added)));
  } else if (!added.empty()) {
    errors.add(fmt::format("{} that the model does not know: {}; --add-labels adds {} to its own",
                           counted(std::ssize(added), "label"), quote_list(added),
                           added.size() == 1 ? "it" : "them"));
  }
}

void fit_split(std::span<const double> train, const DataStart* start, Targets& targets) {
  State kept;
  if (start != nullptr) targets.save(kept);
  in_table("task", [&] { targets.fit_split(train); });
  if (start != nullptr) targets.load(kept);
}

}  // namespace orochi
