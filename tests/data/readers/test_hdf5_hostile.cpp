// Data files that somebody made to do harm: refused word for word or read as they are, without a word of
// libhdf5.
#include <random>

#include <sys/stat.h>

#include "../hdf5_fixture.hpp"
#include "captured_stderr.hpp"
#include "catch.hpp"

using namespace orochi;
using namespace orochi::testing;
using hdf5::Hid;
using hdf5::own;

namespace {

struct Hostile {
  const char* name;
  std::function<void(hid_t, const TempFolder&)> edit;  // of the fixture's file
  std::string message;                                 // the whole of it; "": read without harm
};

const std::string expected = "; expected datasets values [N, channels], offsets [B + 1] and labels [B]";

void remove_link(hid_t file, const char* name) { hdf5::check(H5Ldelete(file, name, H5P_DEFAULT), name); }

/// `values` with other creation properties; `limit` as in H5Screate_simple.
void restore(hid_t file, const std::function<void(hid_t)>& change, const Shape& shape = {3, 2},
             const hsize_t* limit = nullptr) {
  remove_link(file, "values");
  const Hid properties = own(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "properties");
  change(properties.get());
  const Hid space =
      own(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), limit), H5Sclose, "space");
  own(H5Dcreate2(file, "values", H5T_IEEE_F32LE, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT),
      H5Dclose, "values");
}

void typed(hid_t file, const char* name, hid_t made, const Shape& shape) {
  const Hid type = own(made, H5Tclose, "type");
  remove_link(file, name);
  write_dataset(file, name, type.get(), shape, nullptr);
}

std::size_t pass_on(unsigned, std::size_t, const unsigned*, std::size_t bytes, std::size_t*, void**) {
  return bytes;
}

void own_filter(hid_t properties) {
  const hsize_t chunk[] = {3, 2};
  const H5Z_class2_t filter{H5Z_CLASS_T_VERS, 32769, 1, 1, "plug-in", nullptr, nullptr, pass_on};
  H5Zregister(&filter);
  H5Pset_chunk(properties, 2, chunk);
  H5Pset_filter(properties, 32769, 0, 0, nullptr);
}

hid_t compound() {
  const hid_t type = H5Tcreate(H5T_COMPOUND, 8);
  H5Tinsert(type, "a", 0, H5T_IEEE_F32LE);
  return type;
}

hid_t array() {
  const hsize_t dims[] = {4};
  return H5Tarray_create2(H5T_IEEE_F32LE, 1, dims);
}

/// A whole file beside the hostile one, which nothing may be read from.
std::string other_file(const TempFolder& folder) {
  const std::string path = folder.file("other.h5");
  const Hid file = own(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose, path);
  const std::vector<double> values{1, 2, 3, 4, 5, 6};
  write_dataset(file.get(), "values", H5T_NATIVE_DOUBLE, {3, 2}, values.data());
  return path;
}

std::vector<Hostile> links() {
  const std::string is_link = "f: \"values\" is a link, which may lead out of the file" + expected;
  return {
      {"external link",
       [](hid_t f, const TempFolder& folder) {
         remove_link(f, "values");
         H5Lcreate_external(other_file(folder).c_str(), "/values", f, "values", H5P_DEFAULT, H5P_DEFAULT);
       },
       is_link},
      {"external link to a pipe that nobody writes to",
       [](hid_t f, const TempFolder& folder) {
         ::mkfifo(folder.file("pipe").c_str(), 0600);
         remove_link(f, "values");
         H5Lcreate_external(folder.file("pipe").c_str(), "/values", f, "values", H5P_DEFAULT, H5P_DEFAULT);
       },
       is_link},
      {"soft link to itself",
       [](hid_t f, const TempFolder&) {
         remove_link(f, "values");
         H5Lcreate_soft("/values", f, "values", H5P_DEFAULT, H5P_DEFAULT);
       },
       is_link},
      {"two names of one dataset",
       [](hid_t f, const TempFolder&) {
         remove_link(f, "labels");
         H5Lcreate_hard(f, "offsets", f, "labels", H5P_DEFAULT, H5P_DEFAULT);
       },
       "f: 3 offsets and 3 labels; expected one offset more than labels"},
      {"the root under a name in itself",
       [](hid_t f, const TempFolder&) { H5Lcreate_hard(f, "/", f, "circle", H5P_DEFAULT, H5P_DEFAULT); }, ""},
      {"a group in place of a dataset",
       [](hid_t f, const TempFolder&) {
         remove_link(f, "labels");
         H5Gclose(H5Gcreate2(f, "labels", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
       },
       "f: dataset \"labels\" cannot be opened: not a dataset; expected datasets values [N, channels], "
       "offsets "
       "[B + 1] and labels [B]"}};
}

std::vector<Hostile> storage() {
  const auto stored = [](const std::function<void(hid_t)>& change) {
    return [change](hid_t f, const TempFolder&) { restore(f, change); };
  };
  return {
      {"external storage", stored([](hid_t p) { H5Pset_external(p, "/etc/passwd", 0, 24); }),
       "f: dataset \"values\" keeps its numbers in another file (external storage); expected them in this "
       "one"},
      {"virtual dataset",
       [](hid_t f, const TempFolder& folder) {
         const std::string other = other_file(folder);
         const Shape shape{3, 2};
         const Hid space = own(H5Screate_simple(2, shape.data(), nullptr), H5Sclose, "space");
         restore(f, [&](hid_t p) { H5Pset_virtual(p, space.get(), other.c_str(), "/values", space.get()); });
       },
       "f: dataset \"values\" is put together from other datasets (virtual); expected one with numbers of "
       "its own"},
      {"filter of a plug-in", stored(own_filter),
       "f: dataset \"values\" has the filter 32769; expected none but deflate (gzip), shuffle and "
       "fletcher32"},
      {"filter that packs what it likes", stored([](hid_t p) {
         const hsize_t chunk[] = {3, 2};
         H5Pset_chunk(p, 2, chunk);
         H5Pset_scaleoffset(p, H5Z_SO_FLOAT_DSCALE, 2);
       }),
       "f: dataset \"values\" has the filter 6; expected none but deflate (gzip), shuffle and fletcher32"},
      {"chunks of 4 GB",
       [](hid_t f, const TempFolder&) {
         const hsize_t chunk[] = {1 << 29, 1}, limit[] = {H5S_UNLIMITED, 2};
         restore(
             f,
             [&](hid_t p) {
               H5Pset_chunk(p, 2, chunk);
               H5Pset_deflate(p, 1);
             },
             {3, 2}, limit);
       },
       "f: dataset \"values\" claims shape [3, 2] in chunks of [536870912, 1], but the file has only N "
       "bytes; it is "
       "damaged or incomplete"},
      {"a size of 2^64",
       [](hid_t f, const TempFolder&) {
         const hsize_t chunk[] = {1, 1024};
         restore(f, [&](hid_t p) { H5Pset_chunk(p, 2, chunk); }, {hsize_t{1} << 50, 4096});
       },
       "f: dataset \"values\" claims shape [1125899906842624, 4096], but the file has only N bytes; it is "
       "damaged or "
       "incomplete"},
      {"numbers that were never written", stored([](hid_t) {}), ""},
  };
}

std::vector<Hostile> types() {
  const auto values = [](hid_t made) {
    return [made](hid_t f, const TempFolder&) { typed(f, "values", made, {3, 2}); };
  };
  const auto labels = [](hid_t made, const Shape& shape = {2}) {
    return [=](hid_t f, const TempFolder&) { typed(f, "labels", made, shape); };
  };
  const std::string no_number =
      "f: dataset \"values\" holds values of another type; expected integers or floats";
  const std::string no_label =
      "f: dataset \"labels\" holds values of another type; expected integers or strings";
  return {
      {"compound", values(compound()), no_number},
      {"references", values(H5Tcopy(H5T_STD_REF_OBJ)), no_number},
      {"references to regions", values(H5Tcopy(H5T_STD_REF_DSETREG)), no_number},
      {"variable length", values(H5Tvlen_create(H5T_IEEE_F32LE)), no_number},
      {"array", values(array()), no_number},
      {"opaque", values(H5Tcreate(H5T_OPAQUE, 4)), no_number},
      {"bit field", values(H5Tcopy(H5T_STD_B32LE)), no_number},
      {"strings", values(H5Tcopy(H5T_C_S1)),
       "f: dataset \"values\" holds strings; expected integers or floats"},
      {"labels as variable length of numbers", labels(H5Tvlen_create(H5T_STD_I32LE)), no_label},
      {"labels as an opaque type", labels(H5Tcreate(H5T_OPAQUE, 4)), no_label},
      {"strings of variable length, never written",
       [](hid_t f, const TempFolder&) {
         remove_link(f, "labels");
         write_dataset(f, "labels", string_type(H5T_VARIABLE, H5T_STR_NULLTERM).get(), {2}, nullptr);
       },
       "f: sequence 0: the label is empty; expected a name\nf: sequence 1: the label is empty; expected a "
       "name"},
      {"huge strings",
       [](hid_t f, const TempFolder&) {
         remove_link(f, "labels");
         write_dataset(f, "labels", string_type(2000000000, H5T_STR_NULLPAD).get(), {2}, nullptr);
       },
       "f: dataset \"labels\" claims shape [2], but the file has only N bytes; it is damaged or incomplete"},
      {"32 dimensions",
       [](hid_t f, const TempFolder&) { typed(f, "values", H5Tcopy(H5T_IEEE_F32LE), Shape(32, 1)); },
       "f: dataset \"values\" has shape [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, "
       "1, 1, 1, "
       "1, 1, 1, 1, 1, 1, 1]" +
           expected},
      {"no dimensions",
       [](hid_t f, const TempFolder&) {
         remove_link(f, "values");
         const Hid space = own(H5Screate(H5S_NULL), H5Sclose, "space");
         own(H5Dcreate2(f, "values", H5T_IEEE_F32LE, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
             H5Dclose, "values");
       },
       "f: dataset \"values\" has shape []" + expected},
      {"a committed type",
       [](hid_t f, const TempFolder&) {
         const Hid type = own(H5Tcopy(H5T_IEEE_F32BE), H5Tclose, "type");
         H5Tcommit2(f, "type", type.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
         remove_link(f, "values");
         write_dataset(f, "values", type.get(), {3, 2}, std::vector<float>(6).data());
       },
       ""},
  };
}

/// The file's size is libhdf5's affair.
std::string without_size(std::string message) {
  const std::string before = "the file has only ";
  const std::size_t at = message.find(before);
  if (at == std::string::npos) return message;
  const std::size_t begin = at + before.size();
  return message.replace(begin, message.find(" byte", begin) - begin, "N");
}

std::string message_after(const Hostile& hostile) {
  const TempFolder folder;
  const std::string path = Fixture().write(folder);
  {
    const hdf5::ScopedErrorSilence silence;
    const Hid file = own(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose, path);
    hostile.edit(file.get(), folder);
  }
  return without_size(read(folder, path).path);
}

}  // namespace

TEST_CASE("hostile HDF5 data files are refused or do no harm, without a word of libhdf5", "[hdf5]") {
  for (const auto& files : {links(), storage(), types()})
    for (const Hostile& hostile : files) {
      INFO(hostile.name);
      std::string message, said;
      {
        const test::CapturedStderr captured;
        message = message_after(hostile);
        said = captured.text();
      }
      CHECK(message == hostile.message);
      CHECK(said == "");
    }
}

// Of such files about one in two hundred made libhdf5 1.10.8 crash or run in circles, and the program with
// it.
TEST_CASE("what breaks libhdf5 does not break the program", "[hdf5]") {
  const TempFolder folder;
  std::ifstream whole(Fixture().write(folder), std::ios::binary);
  const std::string contents{std::istreambuf_iterator<char>(whole), std::istreambuf_iterator<char>()};
  std::mt19937 random(1);
  const test::CapturedStderr captured;
  int refused = 0;
  for (int round = 0; round < 500; ++round) {
    std::string mutant = contents;
    for (unsigned left = 1 + random() % 4; left > 0; --left)
      mutant[random() % mutant.size()] = static_cast<char>(random() % 2 == 0 ? 0xFF : random());
    if (!read(folder, folder.write("m", mutant)).path.empty()) ++refused;
  }
  CHECK(refused > 0);
  CHECK(captured.text() == "");
}
