#include "cli/report/data.hpp"

#include <filesystem>
#include <numeric>

#include <orochi/error.hpp>
#include <orochi/model.hpp>

#include "cli/test_data.hpp"
#include "cli/trained_on.hpp"
#include "data/file_errors.hpp"

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
  const TrainValidation split = split_as_training(trained, data.sequences, groups);
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
  if (!data.is_share_of_training)
    data.trained_on = trained_on_note(trained, checkpoint, data.paths.files.front(), file);
  data.sequences = std::move(file.sequences);
  for (std::size_t i = 0; i < file.texts.size(); ++i) data.texts.emplace_back(file.texts[i]);
  data.numbers.resize(static_cast<std::size_t>(data.sequences.size()));
  std::iota(data.numbers.begin(), data.numbers.end(), 0);
  if (data.is_share_of_training) keep_share(trained, file.groups, data);
  return data;
}

std::span<const std::string> ReportData::texts_of(Index sequence, Index texts_each) const {
  if (texts.empty()) return {};
  return std::span(texts).subspan(static_cast<std::size_t>(sequence * texts_each),
                                  static_cast<std::size_t>(texts_each));
}

}  // namespace orochi
