// A folder with a little data and a config that trains in a moment.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

namespace orochi {

/// Gone when the test is over. The label is whether the third letter is an A.
struct Workplace {
  explicit Workplace(const std::string& name, const std::string& no = "no")
      : root(std::filesystem::temp_directory_path() /
             ("orochi-test-cli-" + name + "-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(root);
    std::filesystem::create_directories(root);
    write_data("train.tsv", 80, 1, no);
    write_data("test.tsv", 40, 2, no);
    std::ofstream(path("small.toml")) << "[data]\ntrain = \"train.tsv\"\ntest = \"test.tsv\"\n"
                                         "tokenizer = \"char\"\nmax_length = 9\nvalidation_fraction = 0.2\n"
                                         "[model]\nd_model = 8\nnum_layers = 1\nnum_heads = 2\n"
                                         "[train]\nepochs = 2\nbatch_size = 16\nshards = 3\n";
  }
  ~Workplace() { std::filesystem::remove_all(root); }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  std::string path(const std::string& file) const { return (root / file).string(); }

  void write_data(const std::string& file, int count, unsigned seed, const std::string& no) const {
    std::ofstream out(path(file));
    const std::string letters = "ACGT";
    for (int i = 0; i < count; ++i) {
      std::string text;
      for (int j = 0; j < 9; ++j) {
        seed = seed * 1664525u + 1013904223u;
        text += letters[(seed >> 16) % 4];
      }
      text[2] = i % 2 == 1 ? 'A' : letters[1 + (seed >> 20) % 3];
      out << (i % 2 == 1 ? std::string("yes") : no) << "\t" << text << "\n";
    }
  }

  std::filesystem::path root;
};

}  // namespace orochi
