// Changes to a checkpoint through libhdf5, as whoever makes a hostile one would make them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "io/hdf5.hpp"

namespace orochi::test {

inline constexpr const char* weight = "/parameters/head/weight";  // float32 [2, 3] in the sample

hdf5::Hid good(hid_t id, hdf5::Hid::Closer close);
void good(herr_t status);

hdf5::Hid space_of(std::vector<hsize_t> dims, const hsize_t* limits = nullptr);
hdf5::Hid scalar_space();
hdf5::Hid creation_properties();

/// Puts a dataset of zeros at `path`, in place of the one that is there.
void put(hid_t file, const char* path, hid_t type, const hdf5::Hid& space,
         const hdf5::Hid& properties = creation_properties());
/// The same without numbers: a claim with nothing behind it.
void claim(hid_t file, const char* path, hid_t type, const hdf5::Hid& space);
void overwrite(hid_t file, const char* path, hid_t type, const void* values);
void remove(hid_t file, const char* path);
void add_attribute(hid_t file, const char* object, const std::string& name = "note");

/// Access properties of the oldest format, a checkpoint's: libhdf5 2.0 writes a newer one without being
/// asked.
hdf5::Hid earliest_format();

/// What the reader says of the sample, sealed again, after `edit` changed it; without the folder's name.
std::string message_after(const std::function<void(hid_t)>& edit);
/// The same after a change of the image's bytes.
std::string message_after_bytes(const std::function<void(std::vector<unsigned char>&)>& edit);
/// The same of a copy of the sample in a file that was created with these properties.
std::string message_of_copy(const hdf5::Hid& creation, const hdf5::Hid& access);

}  // namespace orochi::test
