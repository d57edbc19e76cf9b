#include "cli/trained_on.hpp"

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "cli/test_data.hpp"
#include "cli/text.hpp"
#include "core/as_size.hpp"
#include "data/file_errors.hpp"
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

/// What a record says: its texts, or its numbers.
std::string contents_of(const LoadedFile& file, Index i) {
  std::string contents;
  const Sequences& all = file.sequences;
  if (all.channels > 0) {
    const float* values = all.values.data();
    contents.assign(reinterpret_cast<const char*>(values + all.offsets[i] * all.channels),
                    reinterpret_cast<const char*>(values + all.offsets[i + 1] * all.channels));
    return contents;
  }
  const std::size_t each = file.texts.size() / as_size(all.size());
  for (std::size_t s = 0; s < each; ++s) contents.append(file.texts[as_size(i) * each + s]) += '\0';
  return contents;
}

/// How many of the records are also among those that training took of data.train; 0 where these files are not
/// there, or no longer what they were.
Index count_seen(const Model& trained, const std::string& checkpoint, const LoadedFile& file) {
  std::vector<std::string> files, unused;
  for (const std::string& name : trained.config.data.train.files) files.push_back(beside(checkpoint, name));
  if (!std::ranges::all_of(files, [](const std::string& path) { return fs::is_regular_file(path); }))
    return 0;
  try {
    const LoadedFile train = load_file(trained.config.data, trained.extensions.readers, trained.preprocessing,
                                       *trained.task, files, unused);
    std::unordered_set<std::string> contents;
    for (const std::uint32_t i : split_as_training(trained, train.sequences, train.groups).train)
      contents.insert(contents_of(train, Index{i}));
    Index seen = 0;
    for (Index i = 0; i < file.sequences.size(); ++i) seen += contents.contains(contents_of(file, i)) ? 1 : 0;
    return seen;
  } catch (const Error&) {
    return 0;
  }
}

/// Whether it is the file of data.test: of that training has said what is also in data.train.
bool is_test(const Model& trained, const std::string& checkpoint, const std::string& path) {
  std::error_code error;
  return fs::equivalent(beside(checkpoint, trained.config.data.test), path, error) && !error;
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
  if (!is_named(trained, checkpoint, path) && !is_copy(trained, checkpoint, file)) {
    const Index seen = is_test(trained, checkpoint, path) ? 0 : count_seen(trained, checkpoint, file);
    if (seen == 0) return "";
    return fmt::format(
        "{} of {} in {} are also in the data that {} was trained on: figures on them are better than those "
        "of "
        "new records\n",
        grouped(seen), counted(file.sequences.size(), "sequence"), escape(path), escape(checkpoint));
  }
  return fmt::format(
      "{} holds the records that {} was trained on: these figures are better than those of new records; name "
      "a file that it has not seen with --data FILE\n",
      escape(path), escape(checkpoint));
}

}  // namespace orochi
