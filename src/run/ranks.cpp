#include "run/ranks.hpp"

#include <utility>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/loop.hpp>
#include <orochi/threads.hpp>

#include "core/kernels/kernels.hpp"
#include "data/data_paths.hpp"
#include "data/file_errors.hpp"
#include "inference/model_file.hpp"
#include "ranks/message.hpp"
#include "train/rank_shards.hpp"
#include "train/shards.hpp"

namespace orochi {
namespace {

/// What computes: on another engine or level of instructions numbers have other bits.
std::string kernels_of(const TrainConfig& config) {
  const kernels::Engine engine = kernels::choose_engine(config.kernels.c_str());
  return fmt::format("{} ({})", kernels::engine_name(engine), kernels::level_name());
}

/// Throws a usage_error where this rank would compute something else than rank 0.
void compare(int rank, const char* what, const std::string& own, const std::string& first,
             const char* remedy) {
  if (own != first)
    throw usage_error(fmt::format("rank {}: {} {}, on rank 0 {}; {}", rank, what, own, first, remedy));
}

/// One run that rank 0 trains, from what `lead` has sent.
void follow_run(Message& message, Communicator& ranks, const Extensions& extensions) {
  TrainRequest request;
  RunSetup setup;
  setup.config_text = message.take_text();
  setup.config_path = message.take_text();
  setup.data_folder = message.take_text();
  setup.start = message.take_text();
  setup.encoder = message.take_text();
  request.add_labels = message.take<bool>();
  request.add_tokens = message.take<bool>();
  request.max_memory = message.take<double>();
  const int threads = message.take<int>();
  const std::string train_checksum = message.take_text(), kernels = message.take_text();

  setup.config = parse_saved_config(setup.config_text, setup.config_path, component_schemas(extensions));
  compare(ranks.rank(), "its kernels are", kernels_of(setup.config.train), kernels,
          "OROCHI_CPU names a level of instructions for a program built with OROCHI_NATIVE=OFF");
  RunData data = load_run_data(setup, request, extensions);
  compare(ranks.rank(), "its training data has the checksum", data.train_checksum, train_checksum,
          "each machine needs the same files at the same paths");
  const Model model(setup.config, data.loaded.preprocessing, std::move(data.task), extensions);
  Loop loop(*model.classifier, *model.task, data.loaded.train, model.config.train, extensions,
            threads > 0 ? threads : available_threads(), &ranks);
  loop.follow();
}

}  // namespace

void refuse_ranks(const TrainRequest& request, const RunSetup& setup, const Parameters& parameters) {
  if (request.ranks == nullptr) return;
  shards_of_rank(shards_within_bound(setup.config.train, parameters), request.ranks);
  visit_paths(setup.config.data, [](const std::string& key, const std::string& path) {
    if (path == standard_input)
      throw usage_error(key + " is standard input, which rank 0 alone can read; name a file");
  });
}

void lead(const TrainRequest& request, const RunSetup& setup, const RunData& data) {
  if (request.ranks == nullptr) return;
  Message message;
  message.put_text(write_config(setup.config));
  for (const std::string& path : {setup.config_path, setup.data_folder, setup.start, setup.encoder})
    message.put_text(path);
  message.put(request.add_labels);
  message.put(request.add_tokens);
  message.put(request.max_memory);
  message.put(request.threads);
  message.put_text(data.train_checksum);
  message.put_text(kernels_of(setup.config.train));
  Bytes bytes = message.release();
  broadcast(*request.ranks, bytes);
}

void follow(Communicator& ranks, const Extensions& extensions) {
  for (;;) {
    Bytes bytes;
    broadcast(ranks, bytes);
    if (bytes.empty()) return;
    Message message(std::move(bytes));
    follow_run(message, ranks, extensions);
  }
}

void dismiss(Communicator& ranks) {
  Bytes nothing;
  broadcast(ranks, nothing);
}

}  // namespace orochi
