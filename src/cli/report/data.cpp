#include "cli/report/data.hpp"

#include <filesystem>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>
#include <orochi/model.hpp>
#include <orochi/predict.hpp>

#include "cli/test_data.hpp"
#include "core/choices.hpp"
#include "data/file_errors.hpp"
#include "data/split.hpp"
#include "data/truncation.hpp"
#include "data/windows.hpp"
#include "run/run_data.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

/// Which file, and which part of the training's data it is.
ReportData choose_file(const Model& trained, const std::string& checkpoint, const Arguments& arguments) {
  const DataConfig& config = trained.config.data;
  ReportData data;
  if (arguments.has("--data")) {
    data.paths = arguments.text("--data");
  } else if (config.fold == 0 &&
             (!config.test.empty() || (config.validation.empty() && config.validation_fraction == 0))) {
    data.paths = test_data_path(arguments, checkpoint, config);
    data.part = "test";
  } else {
    data.is_share_of_training = config.fold > 0 || config.validation.empty();
    const Paths named = data.is_share_of_training ? config.train : config.validation;
    for (const std::string& name : named.files) data.paths.files.push_back(beside(checkpoint, name));
    data.part = config.fold > 0 ? "test" : "validation";
  }
  return data;
}

/// Leaves the sequences of the training file that were held out or, without a fold, validated on.
void keep_share(const Model& trained, std::span<const std::string> groups, ReportData& data) {
  std::vector<std::int32_t> strata;  // [B]
  for (Index i = 0; i < data.sequences.size(); ++i)
    strata.push_back(trained.task->stratum(data.sequences.target(i)));
  const TrainValidation split =
      split_file(strata, trained.task->strata(), groups, trained.config.data, split_seed(trained.config));
  if (trained.config.data.validation.empty() && !trained.validation_checksum.empty() &&
      trained.validation_checksum != checksum(data.sequences.take(split.validation)))
    throw usage_error(
        name_of_all(data.paths.files) +
        ": its validation part holds other sequences than the model was validated on: the file was "
        "changed, or an older version split it. Some may have been trained on; name labelled data "
        "with --data FILE");
  const std::vector<std::uint32_t>& kept = trained.config.data.fold > 0 ? split.held_out : split.validation;
  data.numbers.assign(kept.begin(), kept.end());
  data.sequences = data.sequences.take(kept);
  if (data.texts.empty()) return;
  std::vector<std::string> texts;
  const auto each = static_cast<std::size_t>(trained.preprocessing.texts);
  for (const Index i : data.numbers)
    for (std::size_t s = 0; s < each; ++s)
      texts.push_back(std::move(data.texts[static_cast<std::size_t>(i) * each + s]));
  data.texts = std::move(texts);
}

}  // namespace

ReportData report_data(const Model& trained, const std::string& checkpoint, const Arguments& arguments) {
  ReportData data = choose_file(trained, checkpoint, arguments);
  LoadedFile file = load_labelled(trained, data.paths);
  data.sequences = std::move(file.sequences);
  for (std::size_t i = 0; i < file.texts.size(); ++i) data.texts.emplace_back(file.texts[i]);
  data.numbers.resize(static_cast<std::size_t>(data.sequences.size()));
  std::iota(data.numbers.begin(), data.numbers.end(), 0);
  if (data.is_share_of_training) keep_share(trained, file.groups, data);
  return data;
}

std::string ReportData::text_of(Index sequence, Index texts_each) const {
  const auto first = texts.begin() + sequence * texts_each;
  return fmt::format("{}", fmt::join(first, first + texts_each, "\t"));
}

std::vector<RowName> row_names(const Model& trained, const ReportData& data, Index i) {
  std::vector<RowName> names;
  for (std::string& label : row_labels(trained, data.sequences, i)) names.push_back({std::move(label)});
  if (data.texts.empty()) return names;
  const Tokenizer& tokenizer = *trained.preprocessing.tokenizer;
  const auto each = static_cast<std::size_t>(trained.preprocessing.texts);
  const auto length = static_cast<std::size_t>(windows_of(data.sequences, i).rows(0));
  const auto begin = static_cast<std::size_t>(data.sequences.offsets[static_cast<std::size_t>(i)]);
  const std::size_t first = names.size() - length;  // after a class token
  for (std::size_t t = 0; t < length; ++t) {
    const std::int32_t id = data.sequences.tokens[begin + t];
    names[first + t].unknown = id == tokenizer.unknown();
    const bool is_special =
        id == tokenizer.begin() || id == tokenizer.end() || id >= tokenizer.vocabulary_size();
    names[first + t].continues = !is_special && tokenizer.continues_word(id);
  }
  const Truncation truncation = truncation_choice.value(trained.config.data.truncation);
  const auto segment = [&](std::size_t t) {
    return each == 1 ? 0 : static_cast<std::size_t>(data.sequences.segments[begin + t]);
  };
  for (std::size_t s = 0, t = 0; s < each; ++s) {
    const std::vector<std::string> tokens =
        tokenizer.pieces(data.texts[static_cast<std::size_t>(i) * each + s]);
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
