// The data of a run as it is trained on: long sequences as windows.
#include <utility>

#include "core/as_size.hpp"
#include "data/whole_data.hpp"
#include "data/windows.hpp"

namespace orochi {
namespace {

/// Each window of train is a sequence from now on, where the whole one is.
void cut_train(LoadedData& data) {
  if (data.train.window == 0) return;
  const Windows windows = windows_of(data.train.offsets, data.train.window);
  Column<Index> locations(data.train.storage());
  for (std::size_t b = 0; b + 1 < windows.first.size(); ++b)
    locations.insert(locations.end(), as_size(windows.first[b + 1] - windows.first[b]),
                     data.train_locations[b]);
  data.train_locations = std::move(locations);
  for (SourceFile& source : data.train_sources) source.first = windows.first[as_size(source.first)];
  cut_windows(data.train);
}

}  // namespace

LoadedData load_data(const DataConfig& config, const std::string& folder, std::uint64_t seed,
                     const Readers& readers, const Tokenizers& tokenizers, Targets& targets,
                     const DataStart* start, std::shared_ptr<const Tokenizer> tokenizer) {
  LoadedData data = load_whole_data(config, folder, seed, readers, tokenizers, targets, start,
                                    std::move(tokenizer), nullptr);
  cut_train(data);
  return data;
}

}  // namespace orochi
