#include "cli/trained_on.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "cli/test_data.hpp"
#include "cli/text.hpp"
#include "io/checkpoint.hpp"
#include "run/run_data.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

/// As training took the sequences: perhaps windows of them.
std::string checksum_in_training(const Sequences& sequences) {
  if (sequences.window == 0) return checksum(sequences);
  Sequences windows = sequences;
  cut_windows(windows);
  return checksum(windows);
}

bool is_named(const Model& trained, const std::string& checkpoint, const std::string& path) {
  return std::ranges::any_of(trained.config.data.train.files, [&](const std::string& name) {
    std::error_code error;
    return fs::equivalent(beside(checkpoint, name), path, error) && !error;
  });
}

bool is_copy(const Model& trained, const std::string& checkpoint, const LoadedFile& file) {
  const std::string expected = CheckpointReader(checkpoint).header().train_checksum;
  if (expected.empty()) return false;  // a model of several members
  if (checksum_in_training(file.sequences) == expected) return true;
  const std::vector<std::uint32_t> share =
      split_as_training(trained, file.sequences, file.groups).train;  // the rest is validation, or a fold
  return std::ssize(share) < file.sequences.size() &&
         checksum_in_training(file.sequences.take(share)) == expected;
}

}  // namespace

TrainValidation split_as_training(const Model& trained, const Sequences& sequences,
                                  std::span<const std::string> groups) {
  std::vector<std::int32_t> strata;  // [B]
  for (Index i = 0; i < sequences.size(); ++i) strata.push_back(trained.task->stratum(sequences.target(i)));
  return split_file(strata, trained.task->strata(), groups, trained.config.data, split_seed(trained.config));
}

std::string trained_on_note(const Model& trained, const std::string& checkpoint, const std::string& path,
                            const LoadedFile& file) {
  if (!is_named(trained, checkpoint, path) && !is_copy(trained, checkpoint, file)) return "";
  return fmt::format(
      "{} holds the records that {} was trained on: these figures are better than those of new records; name "
      "a file that it has not seen with --data FILE\n",
      escape(path), escape(checkpoint));
}

}  // namespace orochi
