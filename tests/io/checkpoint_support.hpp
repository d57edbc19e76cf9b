// A small checkpoint, files and folders for the tests of src/io.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "io/checkpoint.hpp"

namespace orochi::test {

using Texts = std::vector<std::string>;

/// A checkpoint with everything in it: 27 parameters in four tensors and one optimizer group.
struct Sample {
  CheckpointHeader header;
  std::vector<TensorSlot> slots;
  std::vector<float> parameters, moments;  // [27]

  Sample();
  std::vector<TensorGroup> groups() const;
  std::vector<unsigned char> bytes() const { return checkpoint_image(header, slots, groups()); }
};

/// A folder of its own, removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  const std::string& folder() const { return folder_; }
  /// Names in the folder, sorted.
  std::vector<std::string> names() const;

 private:
  std::string folder_;
};

std::vector<unsigned char> read_bytes(const std::string& path);
void write_bytes(const std::string& path, const std::vector<unsigned char>& bytes);

/// The image without its trailer.
std::vector<unsigned char> image_of(const std::vector<unsigned char>& bytes);
/// The image with a trailer that fits.
std::vector<unsigned char> sealed(std::vector<unsigned char> image);

/// The message of the orochi::Error that `action` throws, "(no error)" where it throws none. Another
/// exception passes through.
std::string message_of(const std::function<void()>& action);

/// What the reader says of the file at `path`, all groups read.
std::string reader_message(const std::string& path);

/// Whether the environment asks for the tests' long form: OROCHI_LONG=1.
bool is_long_form();
/// 20,000, in the long form 1,000,000.
int mutant_count();

/// Changes one to four bytes, half of them to the values at which signs and sizes turn.
class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}
  std::vector<unsigned char> mutant(std::vector<unsigned char> image);

 private:
  std::mt19937 random_;
};

/// What `action` returns in a child process, "" where it did not come to its end.
std::string in_child(const std::function<std::string()>& action);
/// The superuser may do everything: in a child, becomes nobody for good.
void give_up_privileges();

}  // namespace orochi::test
