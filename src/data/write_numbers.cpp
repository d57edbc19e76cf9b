#include <array>
#include <vector>

#include <orochi/write_numbers.hpp>

#include "io/image_builder.hpp"
#include "io/whole_file.hpp"

namespace orochi {

void write_numbers(const std::string& path, const NumericData& data) {
  const hdf5::ScopedErrorSilence silence;
  hdf5::ImageBuilder file;
  const std::array<Index, 2> shape{std::ssize(data.values) / data.channels, data.channels};
  file.tensor("values", shape, data.values.data());
  const std::vector<std::int64_t> offsets(data.offsets.begin(), data.offsets.end());
  const Index bounds = std::ssize(offsets), count = std::ssize(data.weights);
  file.tensor("offsets", {&bounds, 1}, offsets.data());
  file.texts("labels", data.labels);
  if (count > 0) file.tensor("weights", {&count, 1}, data.weights.data());
  write_whole_file(path, file.bytes());
}

}  // namespace orochi
