// Small HDF5 data files of which a test replaces one part.
#pragma once

#include <functional>
#include <vector>

#include <hdf5.h>

#include "io/hdf5.hpp"
#include "temp_folder.hpp"

namespace orochi::testing {

using hdf5::Hid;
using hdf5::own;
using Shape = std::vector<hsize_t>;

/// Writes a dataset as h5py would; without `data` it stays a claim with nothing behind it.
inline void write_dataset(hid_t file, const char* name, hid_t type, const Shape& shape, const void* data,
                          int deflate = 0) {
  const Hid space =
      own(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose, name);
  const Hid creation = own(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, name);
  if (deflate > 0) {
    H5Pset_chunk(creation.get(), static_cast<int>(shape.size()), shape.data());
    H5Pset_deflate(creation.get(), static_cast<unsigned>(deflate));
  }
  const Hid set = own(H5Dcreate2(file, name, type, space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT),
                      H5Dclose, name);
  if (data != nullptr) H5Dwrite(set.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
}

/// A file of two sequences, 1 and 2 rows long, of 2 channels. A test replaces one part of it.
struct Fixture {
  hid_t values_type = H5T_NATIVE_DOUBLE;
  std::vector<double> values{1, 2, 3, 4, 5, 6};
  Shape values_shape{3, 2};
  std::vector<std::int64_t> offsets{0, 1, 3};
  std::vector<std::uint8_t> labels{7, 9};
  std::function<void(hid_t)> extra;  // in place of labels
  bool with_labels = true;

  std::string write(const TempFolder& folder) const {
    const std::string path = folder.file("f");
    const Hid file = own(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose, path);
    write_dataset(file.get(), "values", H5T_NATIVE_DOUBLE, values_shape, values.data());
    write_dataset(file.get(), "offsets", H5T_NATIVE_INT64, {offsets.size()}, offsets.data());
    if (with_labels) write_dataset(file.get(), "labels", H5T_NATIVE_UINT8, {labels.size()}, labels.data());
    if (extra) extra(file.get());
    return path;
  }
};

inline RawSplit read(const TempFolder& folder, const std::string& path,
                     const std::string& task = "classification") {
  FileErrors errors(path);
  RawSplit raw = read_raw(testing::config_for("hdf5"), builtin_readers(), *new_task(task), errors);
  raw.path = folder.without_path(errors.report());
  return raw;
}

inline std::string errors_of(const TempFolder& folder, const Fixture& fixture) {
  return read(folder, fixture.write(folder)).path;
}

inline Fixture with_labels(std::function<void(hid_t)> write) {
  Fixture fixture;
  fixture.with_labels = false;
  fixture.extra = std::move(write);
  return fixture;
}

inline Hid string_type(std::size_t width, H5T_str_t padding) {
  Hid type = own(H5Tcopy(H5T_C_S1), H5Tclose, "type");
  H5Tset_size(type.get(), width);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  if (width != H5T_VARIABLE) H5Tset_strpad(type.get(), padding);
  return type;
}

}  // namespace orochi::testing
