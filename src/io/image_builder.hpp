// An HDF5 file built in memory: contiguous datasets, no object times, so that the bytes depend on the
// contents alone.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <orochi/batch.hpp>

#include "io/hdf5.hpp"

namespace orochi::hdf5 {

/// Dataset paths have no leading slash; groups on the way are created. Errors are failures.
class ImageBuilder {
 public:
  ImageBuilder();
  void attribute(const char* name, std::string_view text);
  void attribute(const char* name, std::int64_t number);
  template <typename Number>  // float, double, std::int64_t, std::uint64_t; without shape: a scalar
  void tensor(const std::string& path, std::span<const Index> shape, const Number* values);
  void text(const std::string& path, const std::string& value);
  void texts(const std::string& path, std::span<const std::string> values);
  /// The file, with room for `more` bytes after it.
  std::vector<unsigned char> bytes(std::size_t more = 0);

 private:
  void dataset(const std::string& path, hid_t file_type, hid_t memory_type, const Hid& space,
               const void* values);
  void make_groups(const std::string& path);
  void attribute(const char* name, hid_t file_type, hid_t memory_type, const void* value);

  Hid file_, dataset_properties_, group_properties_;
  std::set<std::string> groups_;
};

}  // namespace orochi::hdf5
