// Checkpoints: HDF5 images with a checksum, written whole or not at all (docs/checkpoint.md).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <orochi/batch.hpp>
#include <orochi/progress.hpp>
#include <orochi/state.hpp>

#include "io/whole_file.hpp"

namespace orochi {

/// A named view of a flat buffer: `shape` numbers from `offset` on.
struct TensorSlot {
  std::string name;  // dotted: encoder.0.attention.query.weight; the HDF5 path is /parameters/encoder/0/...
  std::vector<Index> shape;  // one or two dimensions
  Index offset = 0;          // in floats
};

/// Everything but the tensors.
struct CheckpointHeader {
  std::string config;                               // effective config, TOML
  std::map<std::string, State> state;               // component -> what it keeps; empty ones are not kept
  std::string train_checksum, validation_checksum;  // of what the run is trained on
  Progress progress;
};

/// One group of tensors over a flat buffer: "parameters", which must be there, or "optimizer/NAME".
struct TensorGroup {
  std::string path;
  std::span<const float> values;  // flat, laid out by the slots
};

/// What puts the bytes in place: `write_whole_file`, or something around it.
using FileWriter = std::function<void(const std::string& path, std::span<const unsigned char> bytes,
                                      const std::string& keep_previous)>;

/// Builds the file in memory, appends the checksum and gives it to `write`. Throws a failure that names the
/// file and the reason, NaN or infinity in a tensor among them, before anything is written.
void write_checkpoint(const std::string& path, const CheckpointHeader& header,
                      std::span<const TensorSlot> slots, std::span<const TensorGroup> groups,
                      const std::string& keep_previous = {}, const FileWriter& write = write_whole_file);

/// The bytes of that file, trailer included; they depend on the contents alone. Throws a failure for names,
/// shapes, groups or states that a checkpoint cannot hold, a usage_error for text with a NUL in it.
std::vector<unsigned char> checkpoint_image(const CheckpointHeader& header, std::span<const TensorSlot> slots,
                                            std::span<const TensorGroup> groups);

/// An opened checkpoint whose checksum and structure were found whole.
class CheckpointReader {
 public:
  /// Throws a usage_error (not a checkpoint, foreign, other version, damaged) that says what and where.
  explicit CheckpointReader(const std::string& path);
  ~CheckpointReader();
  CheckpointReader(CheckpointReader&&) noexcept;
  CheckpointReader& operator=(CheckpointReader&&) noexcept;

  const CheckpointHeader& header() const;
  /// The groups of the file, in the order of their paths.
  std::vector<std::string> groups() const;
  /// Whether the group is in the file.
  bool has(const std::string& group) const;
  /// Fills `values` by the slots. Throws a usage_error unless names and shapes are exactly those of the file
  /// and every number is finite.
  void read(const std::string& group, std::span<const TensorSlot> slots, std::span<float> values) const;
  /// The slots as the file has them, in the order of their names; offsets are 0 (for `inspect`).
  std::vector<TensorSlot> slots(const std::string& group) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace orochi
