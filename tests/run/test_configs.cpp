// Every config in configs/ trains two steps: on its own data where that is committed, else on a stand-in of
// its format.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>

#include <hdf5.h>

#include <orochi/inference.hpp>
#include <orochi/model.hpp>
#include <orochi/train.hpp>

#include "catch.hpp"
#include "exchange/hugging_face.hpp"
#include "inference/model_file.hpp"
#include "io/config_file.hpp"
#include "io/hdf5.hpp"

using namespace orochi;
namespace fs = std::filesystem;

namespace {

class Silent : public TrainObserver {
 public:
  void note(const std::string&) override {}
  void start(const Measured&, std::uint64_t, std::uint64_t) override {}
  void step(std::uint64_t, double, double) override {}
  void epoch(const EpochRecord&, Standing) override {}
};

void write_set(hid_t file, const char* name, hid_t type, const std::vector<hsize_t>& shape,
               const void* values) {
  const hdf5::Hid space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose);
  const hdf5::Hid set(H5Dcreate2(file, name, type, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                      H5Dclose);
  REQUIRE(H5Dwrite(set.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
}

/// 300 sequences of 28 rows of 28 numbers, ten labels.
void write_hdf5(const fs::path& path) {
  const hdf5::Hid file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  std::vector<unsigned char> values(300 * 28 * 28);  // [N, channels]
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<unsigned char>(i * 7919 % 251);
  std::vector<std::int64_t> offsets(301);  // [B + 1]
  for (std::size_t b = 0; b < offsets.size(); ++b) offsets[b] = static_cast<std::int64_t>(b) * 28;
  std::vector<int> labels(300);  // [B]
  for (std::size_t b = 0; b < labels.size(); ++b) labels[b] = static_cast<int>(b % 10);
  write_set(file.get(), "values", H5T_NATIVE_UINT8, {300 * 28, 28}, values.data());
  write_set(file.get(), "offsets", H5T_NATIVE_INT64, {301}, offsets.data());
  write_set(file.get(), "labels", H5T_NATIVE_INT, {300}, labels.data());
}

void write_tsv(const fs::path& path) {
  std::ofstream file(path);
  for (int b = 0; b < 300; ++b)
    file << (b % 3 == 0 ? "noun.animal" : "noun.plant") << "\ta small creature number " << b % 40
         << " of the kind\n";
}

void write_fasta(const fs::path& path) {
  std::ofstream file(path);
  for (int b = 0; b < 300; ++b)
    file << ">" << b << "\nMSSPDGGYA" << static_cast<char>('A' + b % 20) << "SD\n";
}

/// By the format: the ending of a file's name and who writes one.
std::map<std::string, std::pair<std::string, void (*)(const fs::path&)>> stand_ins() {
  return {{"tsv", {".tsv", write_tsv}},
          {"text", {".txt", write_tsv}},
          {"fasta", {".fasta", write_fasta}},
          {"hdf5", {".h5", write_hdf5}}};
}

}  // namespace

TEST_CASE("every config trains two steps") {
  const fs::path folder = fs::path(std::getenv("OROCHI_SOURCE_DIR")) / "configs";
  const fs::path work = fs::temp_directory_path() / "orochi-test-configs";
  fs::remove_all(work);
  fs::create_directories(work);
  int configs = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".toml") continue;
    INFO(entry.path().string());
    ++configs;
    const Config config = read_config(entry.path().string(), {}, component_schemas(builtin()));
    TrainRequest request;
    request.config_path = entry.path().string();
    request.run = (work / ("run-" + std::to_string(configs))).string();
    request.threads = 2;
    request.max_steps = 2;
    if (config.data.train.files.front().find("generated") != std::string::npos) {
      const auto [ending, write] = stand_ins().at(config.data.format.type);
      const fs::path stand_in = work / (entry.path().stem().string() + ending);
      write(stand_in);
      request.overrides = {"data.train=\"" + stand_in.string() + "\"", "data.test=\"\""};
      if (!config.data.validation.empty()) request.overrides.push_back("data.validation=\"\"");
    }
    if (!config.model.init_from.empty()) {  // fetched, too
      std::vector<std::string> notes;
      import_hugging_face(std::string(std::getenv("OROCHI_TEST_DATA")) + "/encoders/minilm", builtin(), notes)
          .save((work / "encoder.h5").string());
      request.overrides.push_back("model.init_from=\"" + (work / "encoder.h5").string() + "\"");
      request.overrides.push_back("data.max_length=48");
    }
    Silent observer;
    CHECK(train(request, builtin(), observer).steps == 2);
    CHECK(Model::load(request.run + "/last.h5", builtin()).progress.step == 2);
  }
  CHECK(configs >= 4);
  fs::remove_all(work);
}
