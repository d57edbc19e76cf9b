#include "io/image_builder.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace orochi::hdf5 {
namespace {

constexpr const char* building = "building an HDF5 file in memory";

// How a number is in the file and in memory.
struct NumberType {
  hid_t file, memory;
};
NumberType number_type(float) { return {H5T_IEEE_F32LE, H5T_NATIVE_FLOAT}; }
NumberType number_type(double) { return {H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE}; }
NumberType number_type(std::int64_t) { return {H5T_STD_I64LE, H5T_NATIVE_INT64}; }
NumberType number_type(std::uint64_t) { return {H5T_STD_U64LE, H5T_NATIVE_UINT64}; }

Hid property_list(hid_t kind) { return own(H5Pcreate(kind), H5Pclose, building); }

// Creation properties of any object: without times, so that the bytes depend on the contents alone.
Hid without_times(hid_t kind) {
  Hid properties = property_list(kind);
  check(H5Pset_obj_track_times(properties.get(), false), building);
  return properties;
}

Hid scalar_space() { return own(H5Screate(H5S_SCALAR), H5Sclose, building); }

Hid simple_space(std::span<const Index> shape) {
  const std::vector<hsize_t> dims(shape.begin(), shape.end());
  return own(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), H5Sclose, building);
}

// UTF-8 of fixed length, filled up with NUL: no heap, no pointers, one row a string.
Hid text_type(std::size_t size) {
  Hid type = own(H5Tcopy(H5T_C_S1), H5Tclose, building);
  check(H5Tset_size(type.get(), size), building);
  check(H5Tset_strpad(type.get(), H5T_STR_NULLPAD), building);
  check(H5Tset_cset(type.get(), H5T_CSET_UTF8), building);
  return type;
}

}  // namespace

ImageBuilder::ImageBuilder()
    : dataset_properties_(without_times(H5P_DATASET_CREATE)),
      group_properties_(without_times(H5P_GROUP_CREATE)) {
  check(H5Pset_layout(dataset_properties_.get(), H5D_CONTIGUOUS), building);
  check(H5Pset_fill_time(dataset_properties_.get(), H5D_FILL_TIME_NEVER), building);
  const Hid creation = without_times(H5P_FILE_CREATE);
  const Hid access = property_list(H5P_FILE_ACCESS);
  check(H5Pset_fapl_core(access.get(), std::size_t{1} << 20, false), building);
  check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST), building);
  // The library takes two core files of one name for the same file; the name is not part of the bytes.
  const std::string name = fmt::format("image-{}", static_cast<const void*>(this));
  file_ = own(H5Fcreate(name.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), H5Fclose, building);
}

void ImageBuilder::attribute(const char* name, hid_t file_type, hid_t memory_type, const void* value) {
  const Hid attribute =
      own(H5Acreate2(file_.get(), name, file_type, scalar_space().get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
          building);
  check(H5Awrite(attribute.get(), memory_type, value), building);
}

void ImageBuilder::attribute(const char* name, std::string_view value) {
  const Hid type = text_type(value.size());
  attribute(name, type.get(), type.get(), value.data());
}

void ImageBuilder::attribute(const char* name, std::int64_t number) {
  const auto type = number_type(number);
  attribute(name, type.file, type.memory, &number);
}

void ImageBuilder::make_groups(const std::string& path) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string group = path.substr(0, slash);
    if (!groups_.insert(group).second) continue;
    own(H5Gcreate2(file_.get(), group.c_str(), H5P_DEFAULT, group_properties_.get(), H5P_DEFAULT), H5Gclose,
        fmt::format("creating group '{}' of an HDF5 file", group));
  }
}

void ImageBuilder::dataset(const std::string& path, hid_t file_type, hid_t memory_type, const Hid& space,
                           const void* values) {
  make_groups(path);
  const std::string what = fmt::format("creating '{}' of an HDF5 file", path);
  const Hid created = own(H5Dcreate2(file_.get(), path.c_str(), file_type, space.get(), H5P_DEFAULT,
                                     dataset_properties_.get(), H5P_DEFAULT),
                          H5Dclose, what);
  if (H5Sget_simple_extent_npoints(space.get()) == 0) return;
  check(H5Dwrite(created.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), what);
}

template <typename Number>
void ImageBuilder::tensor(const std::string& path, std::span<const Index> shape, const Number* values) {
  const auto type = number_type(Number{});
  dataset(path, type.file, type.memory, shape.empty() ? scalar_space() : simple_space(shape), values);
}
template void ImageBuilder::tensor(const std::string&, std::span<const Index>, const float*);
template void ImageBuilder::tensor(const std::string&, std::span<const Index>, const double*);
template void ImageBuilder::tensor(const std::string&, std::span<const Index>, const std::int64_t*);
template void ImageBuilder::tensor(const std::string&, std::span<const Index>, const std::uint64_t*);

void ImageBuilder::text(const std::string& path, const std::string& value) {
  const Hid type = text_type(std::max<std::size_t>(value.size(), 1));
  dataset(path, type.get(), type.get(), scalar_space(), value.c_str());
}

void ImageBuilder::texts(const std::string& path, std::span<const std::string> values) {
  std::size_t size = 1;
  for (const std::string& value : values) size = std::max(size, value.size());
  std::vector<char> rows(values.size() * size);  // [count, size]
  for (std::size_t i = 0; i < values.size(); ++i)
    std::copy(values[i].begin(), values[i].end(), rows.data() + i * size);
  const Hid type = text_type(size);
  const Index count = std::ssize(values);
  dataset(path, type.get(), type.get(), simple_space({&count, 1}), rows.data());
}

std::vector<unsigned char> ImageBuilder::bytes(std::size_t more) {
  check(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL), building);
  const auto size = static_cast<std::size_t>(check(H5Fget_file_image(file_.get(), nullptr, 0), building));
  std::vector<unsigned char> result;
  result.reserve(size + more);
  result.resize(size);
  check(H5Fget_file_image(file_.get(), result.data(), size), building);
  return result;
}

}  // namespace orochi::hdf5
