#include "hdf5_files.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <vector>

#include "io/hdf5.hpp"

namespace orochi {
namespace {

using hdf5::check;
using hdf5::Hid;
using hdf5::own;
using Shape = std::vector<hsize_t>;

void write_set(hid_t file, const char* name, hid_t type, const Shape& shape, const void* data) {
  const Hid space =
      own(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose, name);
  const Hid set =
      own(H5Dcreate2(file, name, type, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose, name);
  if (data != nullptr) check(H5Dwrite(set.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), name);
}

void write_texts(hid_t file, const char* name, const Shape& shape, std::vector<const char*> texts) {
  const Hid type = own(H5Tcopy(H5T_C_S1), H5Tclose, name);
  check(H5Tset_size(type.get(), H5T_VARIABLE), name);
  write_set(file, name, type.get(), shape, texts.data());
}

/// Four sequences of 1, 2, 1 and 2 rows of 2 channels, two of each label. `replace` NAME: written by `extra`
/// or not at all.
struct Contents {
  std::vector<double> values{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  Shape values_shape{6, 2};
  std::vector<std::int64_t> offsets{0, 1, 3, 4, 6};
  std::vector<std::int64_t> labels{7, 9, 7, 9};
  std::string replace = {};
  std::function<void(hid_t)> extra = {};

  void write(const std::string& path) const {
    const Hid file = own(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose, path);
    if (replace != "values") write_set(file.get(), "values", H5T_NATIVE_DOUBLE, values_shape, values.data());
    if (replace != "offsets")
      write_set(file.get(), "offsets", H5T_NATIVE_INT64, {offsets.size()}, offsets.data());
    if (replace != "labels")
      write_set(file.get(), "labels", H5T_NATIVE_INT64, {labels.size()}, labels.data());
    if (extra) extra(file.get());
  }
};

using Files = std::map<std::string, std::function<void(const std::string&)>>;

void add(Files& files, const std::string& name, const std::function<void(Contents&)>& change) {
  files["hdf5-" + name + ".h5"] = [change](const std::string& path) {
    Contents contents;
    change(contents);
    contents.write(path);
  };
}

void add_missing_and_wrong_kinds(Files& files) {
  for (const char* name : {"values", "offsets", "labels"})
    add(files, std::string("no-") + name, [name](Contents& c) { c.replace = name; });
  const auto replaced = [&](const char* file, const char* set, const std::function<void(hid_t)>& extra) {
    add(files, file, [=](Contents& c) {
      c.replace = set;
      c.extra = extra;
    });
  };
  replaced("group-for-values", "values", [](hid_t file) {
    own(H5Gcreate2(file, "values", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "group");
  });
  replaced("soft-link-to-nothing", "values", [](hid_t file) {
    check(H5Lcreate_soft("/nowhere", file, "values", H5P_DEFAULT, H5P_DEFAULT), "link");
  });
  replaced("values-of-one-dimension", "values", [](hid_t file) {
    const std::vector<double> values(12);
    write_set(file, "values", H5T_NATIVE_DOUBLE, {12}, values.data());
  });
  replaced("values-of-text", "values", [](hid_t file) { write_texts(file, "values", {1, 2}, {"a", "b"}); });
  replaced("offsets-of-numbers", "offsets", [](hid_t file) {
    const std::vector<double> offsets{0, 1, 3, 4, 6};
    write_set(file, "offsets", H5T_NATIVE_DOUBLE, {5}, offsets.data());
  });
  replaced("labels-of-numbers", "labels", [](hid_t file) {
    const std::vector<double> labels{0, 1, 0, 1};
    write_set(file, "labels", H5T_NATIVE_DOUBLE, {4}, labels.data());
  });
  replaced("labels-of-two-dimensions", "labels", [](hid_t file) {
    const std::vector<std::int64_t> labels{0, 1, 0, 1};
    write_set(file, "labels", H5T_NATIVE_INT64, {4, 1}, labels.data());
  });
  replaced("label-blank", "labels", [](hid_t file) {
    write_texts(file, "labels", {4}, {"a", "", "a", "b"});
  });
  replaced("label-not-utf-8", "labels", [](hid_t file) {
    write_texts(file, "labels", {4}, {"a", "b", "a", "caf\xE9"});
  });
}

void add_wrong_numbers(Files& files) {
  const double infinity = std::numeric_limits<double>::infinity();
  add(files, "values-nan", [=](Contents& c) { c.values[5] = infinity - infinity; });
  add(files, "values-infinite", [=](Contents& c) { c.values[0] = -infinity; });
  add(files, "values-too-large", [](Contents& c) { c.values[11] = 1e300; });
  add(files, "offsets-too-few", [](Contents& c) { c.offsets = {0, 3, 4, 6}; });
  add(files, "offsets-end-early", [](Contents& c) { c.offsets = {0, 1, 3, 4, 5}; });
  add(files, "offsets-begin-late", [](Contents& c) { c.offsets = {-1, 1, 3, 4, 6}; });
  add(files, "offsets-turn-back", [](Contents& c) { c.offsets = {0, 4, 3, 5, 6}; });
  add(files, "sequence-empty", [](Contents& c) { c.offsets = {0, 1, 1, 4, 6}; });
  add(files, "no-sequence", [](Contents& c) {
    c.values_shape = {0, 2};
    c.offsets = {0};
    c.labels = {};
  });
  add(files, "no-channel", [](Contents& c) { c.values_shape = {6, 0}; });
  add(files, "one-class", [](Contents& c) { c.labels = {7, 7, 7, 7}; });
  add(files, "test-label-unknown", [](Contents& c) { c.labels = {7, 9, 8, 9}; });
  add(files, "test-of-other-width", [](Contents& c) {
    c.values_shape = {6, 1};
    c.values.resize(6);
  });
}

}  // namespace

Files hdf5_files() {
  Files files;
  files["good.h5"] = [](const std::string& path) { Contents().write(path); };
  files["hdf5-no-hdf5.h5"] = [](const std::string& path) { std::ofstream(path) << "yes\t1 2 3\n"; };
  files["hdf5-cut-short.h5"] = [](const std::string& path) {
    Contents().write(path);
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  };
  add_missing_and_wrong_kinds(files);
  add_wrong_numbers(files);
  return files;
}

}  // namespace orochi
