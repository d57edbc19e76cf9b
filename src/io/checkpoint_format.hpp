// What the writer and the reader of checkpoints agree on (docs/checkpoint.md).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "io/checkpoint.hpp"
#include "io/hdf5_image.hpp"

namespace orochi::checkpoint {

inline constexpr std::string_view format_name = "orochi checkpoint";
inline constexpr std::int64_t format_version = 3;
inline constexpr std::size_t max_path_components = 16;
inline constexpr std::size_t max_state_name = 100;  // letters of a component's name, and of a list's

/// One number of /progress.
struct ProgressField {
  const char* name;
  std::variant<std::uint64_t Progress::*, std::int64_t Progress::*, double Progress::*> member;
};

/// The whole of /progress: both directions go through this table.
inline constexpr std::array<ProgressField, 12> progress_fields = {{
    {"step", &Progress::step},
    {"epoch", &Progress::epoch},
    {"position", &Progress::position},
    {"best_metric", &Progress::best_metric},
    {"best_step", &Progress::best_step},
    {"stale_epochs", &Progress::stale_epochs},
    {"epoch_loss_sum", &Progress::epoch_loss_sum},
    {"epoch_weight_sum", &Progress::epoch_weight_sum},
    {"epoch_score_sum", &Progress::epoch_score_sum},
    {"epoch_count", &Progress::epoch_count},
    {"skipped_steps", &Progress::skipped_steps},
    {"smoothed_loss", &Progress::smoothed_loss},
}};

/// What follows the HDF5 image: magic, length of the image (little endian), XXH3-128 (canonical, big endian)
/// of the image, the magic and the length.
inline constexpr std::string_view trailer_magic = "OROCHIX3";
inline constexpr std::size_t trailer_size = 32;
using Trailer = std::array<unsigned char, trailer_size>;
Trailer make_trailer(std::span<const unsigned char> image);

/// "parameters" or "optimizer/NAME": where tensors may be.
bool is_group_path(std::string_view path);

/// state/COMPONENT/NAME, both plain names that no reader cuts short.
std::string state_path(const std::string& component, const std::string& name);

/// The other way round; nothing where it is another path.
std::pair<std::string, std::string> state_names(const std::string& path);

/// The path of a tensor below its group: encoder.0.norm1.bias -> encoder/0/norm1/bias. Throws a failure for a
/// name that has an empty part, another character than letters, digits, `_` and `-`, or too many parts.
std::string tensor_path(const std::string& name);

/// Numbers in a tensor.
Index number_count(std::span<const Index> shape);

/// "[3, 4]", for messages.
std::string shape_text(std::span<const Index> shape);

/// Position of the first NaN or infinity, or -1.
Index first_not_finite(std::span<const float> values);

/// The HDF5 image of the checkpoint at `path`, without its trailer, which proves it whole before anything is
/// read from it. Throws a usage_error: no such file, not a file, not a checkpoint, damaged.
std::vector<unsigned char> load_image(const std::string& path);

/// The tensors of every group by the group's path ("parameters", "optimizer/first_moment"), in the order of
/// their names, offsets 0. Throws a usage_error that starts with `file` where the datasets are not the
/// format's: header and progress complete and of the right kinds, states lists of text, float64 or int64,
/// tensors float32 of one or two dimensions, the optimizer's groups like the parameters, nothing else.
std::map<std::string, std::vector<TensorSlot>> check_datasets(
    const std::map<std::string, hdf5::Stored>& datasets, const std::string& file);

}  // namespace orochi::checkpoint
