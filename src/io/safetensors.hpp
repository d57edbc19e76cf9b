// Hugging Face's format for weights: the length of a JSON header, the header, then the numbers of all
// tensors.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <orochi/batch.hpp>

#include "io/input_file.hpp"

namespace orochi {

/// A tensor as a header has it.
struct StoredTensor {
  std::string dtype;               // "F32", "I64", ...
  std::vector<Index> shape;        // empty: one number
  Index count = 1;                 // of elements
  std::size_t begin = 0, end = 0;  // bytes of the data, which is what follows the header
};

struct SafetensorsHeader {
  std::map<std::string, StoredTensor> tensors;  // by name; together they are the data, each byte once
  std::map<std::string, std::string> metadata;
};

/// Strict, where other readers pass over it: a name or a key that is there twice, other keys, a shape of more
/// than 64 numbers. A usage_error names path and tensor, what was found and what is expected. `path` is for
/// messages alone.
SafetensorsHeader parse_safetensors_header(const std::string& path, std::string_view text,
                                           std::size_t data_size);

/// A file whose header was read and checked; numbers are read when they are asked for.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::string& path);

  const std::map<std::string, StoredTensor>& tensors() const { return header_.tensors; }
  const std::map<std::string, std::string>& metadata() const { return header_.metadata; }

  /// The tensor's numbers, F16, BF16, F32 or F64, as float or double; NaN and infinities are numbers, and F64
  /// beyond float's range becomes an infinity. A usage_error where there is no such tensor, where it holds
  /// something else, and where it has not as many elements as `values`.
  template <class Real>
  void read(const std::string& name, std::span<Real> values) const;

 private:
  InputFile file_;
  std::size_t data_start_ = 0;
  SafetensorsHeader header_;
};

/// A tensor to write; a view of its numbers.
struct SafetensorsTensor {
  std::string name;
  std::vector<Index> shape;
  std::span<const float> values;
};

/// The file as bytes: F32, by name, the same bytes as Hugging Face's library writes with the metadata
/// {"format": "pt"}, which transformers asks for. A failure where a name or a shape cannot be written.
std::vector<unsigned char> safetensors_image(std::span<const SafetensorsTensor> tensors);

/// Whole or not at all (io/whole_file.hpp).
void write_safetensors(const std::string& path, std::span<const SafetensorsTensor> tensors);

}  // namespace orochi
