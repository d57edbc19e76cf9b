// A folder with a little data and a config that trains in a moment, for tests of the loop.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <unistd.h>

#include <orochi/error.hpp>
#include <orochi/train.hpp>

namespace orochi {

namespace fs = std::filesystem;

class Silent : public TrainObserver {
 public:
  void note(const std::string& line) override { notes += line + "\n"; }
  void start(const Measured&, std::uint64_t, std::uint64_t) override {}
  void step(std::uint64_t, double loss, double) override { losses.push_back(loss); }
  void epoch(const EpochRecord& record, Standing standing) override {
    standings.push_back(standing);
    records.push_back(record);
  }
  std::string notes;
  std::vector<double> losses;  // by step
  std::vector<EpochRecord> records;
  std::vector<Standing> standings;  // by epoch
};

/// Position times letter, as in splice: the label is whether the third letter is an A; class-sorted.
inline void write_data(const fs::path& path, int count, unsigned seed) {
  std::ofstream file(path);
  const std::string letters = "ACGT";
  for (int label = 0; label < 2; ++label) {
    for (int i = 0; i < count / 2; ++i) {
      std::string text;
      for (int j = 0; j < 9; ++j) {
        seed = seed * 1664525u + 1013904223u;
        text += letters[(seed >> 16) % 4];
      }
      text[2] = label == 1 ? 'A' : letters[1 + static_cast<unsigned>(text[3]) % 3];
      file << (label == 1 ? "yes" : "no") << "\t" << text << "\n";
    }
  }
}

/// A folder of its own, gone afterwards.
struct Workplace {
  explicit Workplace(const std::string& name)
      : root(fs::temp_directory_path() / ("orochi-test-trainer-" + name + "-" + std::to_string(::getpid()))) {
    fs::remove_all(root);
    fs::create_directories(root);
    write_data(root / "train.tsv", 160, 1);
    write_data(root / "test.tsv", 60, 2);
    std::ofstream(root / "small.toml") << R"([data]
train = "train.tsv"
test = "test.tsv"
validation_fraction = 0.2
tokenizer = "char"
max_length = 9
[model]
d_model = 16
num_layers = 1
num_heads = 2
[train]
epochs = 4
batch_size = 16
gradient_accumulation_steps = 2
learning_rate = 0.01
shards = 3
)";
  }
  ~Workplace() { fs::remove_all(root); }

  TrainRequest request(const std::string& run) const {
    TrainRequest r;
    r.config_path = (root / "small.toml").string();
    r.run = (root / run).string();
    r.threads = 2;
    return r;
  }
  std::string bytes(const std::string& file) const {
    std::ifstream in(root / file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  fs::path root;
};

struct Ending {
  int code = 0;
  std::string message;
};
inline Ending ending_of(const TrainRequest& request, TrainObserver& observer, const Extensions& registry) {
  try {
    train(request, registry, observer);
  } catch (const Error& error) {
    return {static_cast<int>(error.code()), error.what()};
  }
  return {};
}

}  // namespace orochi
