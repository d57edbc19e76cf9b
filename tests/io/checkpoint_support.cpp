#include "checkpoint_support.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <orochi/error.hpp>

#include "../new_folder.hpp"
#include "io/checkpoint_format.hpp"

namespace orochi::test {

Sample::Sample() {
  header.config = "[model]\nd_model = 3\n";
  header.state["task"].set("labels", Texts{"n", "ei", "\xc3\xa9l\xc3\xa8ve"});
  header.state["tokenizer"].set("vocabulary", Texts{"", "a", "longer", "\xe2\x82\xac"});
  header.state["normalization"].set("mean", std::vector<double>{0.1, -2.5});
  header.state["normalization"].set("std", std::vector<double>{1, 0.3});
  header.state["data"].set("channels", std::vector<std::int64_t>{2});
  header.progress = {7, 1, 32, 0.1 + 0.2, -1, 2, 1.0 / 3.0, 5e-324, 11, 64, 3, 0.6931471805599453};
  header.train_checksum = "00112233445566778899aabbccddeeff";
  header.validation_checksum = "";
  slots = {{"head.weight", {2, 3}, 18},
           {"encoder.0.attention.query.weight", {3, 3}, 0},
           {"encoder.0.attention.query.bias", {3}, 24},
           {"embedding.weight", {3, 3}, 9}};
  for (int i = 0; i < 27; ++i) {
    parameters.push_back(0.1F * static_cast<float>(i) - 1.0F);
    moments.push_back(1e-3F * static_cast<float>(i));
  }
}

std::vector<TensorGroup> Sample::groups() const {
  return {{"parameters", parameters}, {"optimizer/first_moment", moments}};
}

TemporaryFolder::TemporaryFolder() : folder_(new_folder()) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::vector<std::string> TemporaryFolder::names() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<unsigned char> read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const std::string& path, const std::vector<unsigned char>& bytes) {
  // In location: some file systems wait for the disk when a file is emptied and written again, a thousand
  // times slower.
  std::ofstream(path, std::ios::binary | std::ios::app);
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (std::filesystem::file_size(path) != bytes.size()) std::filesystem::resize_file(path, bytes.size());
}

std::vector<unsigned char> image_of(const std::vector<unsigned char>& bytes) {
  return {bytes.begin(), bytes.end() - checkpoint::trailer_size};
}

std::vector<unsigned char> sealed(std::vector<unsigned char> image) {
  const checkpoint::Trailer trailer = checkpoint::make_trailer(image);
  image.insert(image.end(), trailer.begin(), trailer.end());
  return image;
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "(no error)";
}

std::string reader_message(const std::string& path) {
  return message_of([&] {
    const CheckpointReader reader(path);
    for (const char* group : {"parameters", "optimizer/first_moment"}) {
      std::vector<TensorSlot> slots = reader.slots(group);
      Index offset = 0;
      for (TensorSlot& slot : slots) {
        slot.offset = offset;
        offset += checkpoint::number_count(slot.shape);
      }
      std::vector<float> values(static_cast<std::size_t>(offset));
      reader.read(group, slots, values);
    }
  });
}

bool is_long_form() { return std::getenv("OROCHI_LONG") != nullptr; }
int mutant_count() { return is_long_form() ? 1000000 : 20000; }

std::vector<unsigned char> Mutator::mutant(std::vector<unsigned char> image) {
  constexpr unsigned char special[] = {0, 1, 0x7f, 0x80, 0xff};
  for (unsigned left = 1 + random_() % 4; left > 0; --left) {
    const std::size_t location = random_() % image.size();
    image[location] =
        random_() % 2 == 0 ? special[random_() % std::size(special)] : static_cast<unsigned char>(random_());
  }
  return image;
}

std::string in_child(const std::function<std::string()>& action) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("pipe failed");
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string result = action();
    const bool sent = ::write(ends[1], result.data(), result.size()) == static_cast<ssize_t>(result.size());
    ::_exit(sent ? 0 : 1);
  }
  ::close(ends[1]);
  std::string result(4096, '\0');
  const ssize_t size = ::read(ends[0], result.data(), result.size());
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  result.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return result;
}

void give_up_privileges() {
  if (::geteuid() == 0 && ::setuid(65534) != 0) throw std::runtime_error("setuid failed");
}

}  // namespace orochi::test
