#include "checkpoint_edit.hpp"

#include "checkpoint_support.hpp"

namespace orochi::test {

using hdf5::Hid;

namespace {

std::string message_of_file(const TemporaryFolder& folder) {
  const std::string path = folder.path("a.h5");
  write_bytes(path, sealed(read_bytes(path)));
  std::string message = reader_message(path);
  const std::string prefix = folder.folder() + "/";
  for (std::size_t at = message.find(prefix); at != std::string::npos; at = message.find(prefix))
    message.erase(at, prefix.size());
  return message;
}

}  // namespace

Hid good(hid_t id, Hid::Closer close) { return hdf5::own(id, close, "editing the checkpoint"); }
void good(herr_t status) { hdf5::check(status, "editing the checkpoint"); }

Hid space_of(std::vector<hsize_t> dims, const hsize_t* limits) {
  return good(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), limits), H5Sclose);
}

Hid scalar_space() { return good(H5Screate(H5S_SCALAR), H5Sclose); }

Hid creation_properties() {
  Hid properties = good(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  good(H5Pset_obj_track_times(properties.get(), false));
  return properties;
}

void remove(hid_t file, const char* path) { good(H5Ldelete(file, path, H5P_DEFAULT)); }

void put(hid_t file, const char* path, hid_t type, const Hid& space, const Hid& properties) {
  if (H5Lexists(file, path, H5P_DEFAULT) > 0) remove(file, path);
  const Hid dataset =
      good(H5Dcreate2(file, path, type, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT), H5Dclose);
  const std::vector<char> zeros(4096);
  good(H5Dwrite(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, zeros.data()));
}

void claim(hid_t file, const char* path, hid_t type, const Hid& space) {
  remove(file, path);
  good(H5Dcreate2(file, path, type, space.get(), H5P_DEFAULT, creation_properties().get(), H5P_DEFAULT),
       H5Dclose);
}

void overwrite(hid_t file, const char* path, hid_t type, const void* values) {
  const Hid dataset = good(H5Dopen2(file, path, H5P_DEFAULT), H5Dclose);
  good(H5Dwrite(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
}

void add_attribute(hid_t file, const char* object, const std::string& name) {
  const Hid target = good(H5Oopen(file, object, H5P_DEFAULT), H5Oclose);
  good(H5Acreate2(target.get(), name.c_str(), H5T_STD_I64LE, scalar_space().get(), H5P_DEFAULT, H5P_DEFAULT),
       H5Aclose);
}

Hid earliest_format() {
  Hid access = good(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  good(H5Pset_libver_bounds(access.get(), H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST));
  return access;
}

std::string message_after(const std::function<void(hid_t)>& edit) {
  const TemporaryFolder folder;
  write_bytes(folder.path("a.h5"), image_of(Sample().bytes()));
  {
    const hdf5::ScopedErrorSilence silence;
    const Hid file =
        good(H5Fopen(folder.path("a.h5").c_str(), H5F_ACC_RDWR, earliest_format().get()), H5Fclose);
    edit(file.get());
  }
  return message_of_file(folder);
}

std::string message_after_bytes(const std::function<void(std::vector<unsigned char>&)>& edit) {
  const TemporaryFolder folder;
  std::vector<unsigned char> image = image_of(Sample().bytes());
  edit(image);
  write_bytes(folder.path("a.h5"), image);
  return message_of_file(folder);
}

std::string message_of_copy(const Hid& creation, const Hid& access) {
  const TemporaryFolder folder;
  write_bytes(folder.path("sample.h5"), image_of(Sample().bytes()));
  {
    const Hid from = good(H5Fopen(folder.path("sample.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    const Hid to =
        good(H5Fcreate(folder.path("a.h5").c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), H5Fclose);
    for (const char* name : {"config", "state", "progress", "parameters", "optimizer"})
      good(H5Ocopy(from.get(), name, to.get(), name, H5P_DEFAULT, H5P_DEFAULT));
  }
  return message_of_file(folder);
}

}  // namespace orochi::test
