// Files that somebody made through libhdf5 to do harm, sealed with a right trailer: each is refused, word for
// word, and nothing is said but the message.
#include <limits>

#include "checkpoint_hostile.hpp"

using namespace orochi;
using namespace orochi::test;
using hdf5::Hid;

namespace {

// The weight with other creation properties.
std::function<void(hid_t)> stored(const std::function<void(hid_t)>& change) {
  return [change](hid_t file) {
    const Hid properties = creation_properties();
    change(properties.get());
    put(file, weight, H5T_IEEE_F32LE, space_of({2, 3}), properties);
  };
}

std::function<void(hid_t)> linked(const std::function<herr_t(hid_t)>& link) {
  return [link](hid_t file) {
    remove(file, weight);
    good(link(file));
  };
}

template <typename Number>
std::function<void(hid_t)> with_number(const char* path, hid_t type, Number number) {
  return [=](hid_t file) { overwrite(file, path, type, &number); };
}

std::size_t pass_on(unsigned, std::size_t, const unsigned*, std::size_t bytes, std::size_t*, void**) {
  return bytes;
}

void own_filter(hid_t properties) {
  const hsize_t chunk[] = {2, 3};
  const H5Z_class2_t filter{H5Z_CLASS_T_VERS, 32769, 1, 1, "plug-in", nullptr, nullptr, pass_on};
  good(H5Zregister(&filter));
  good(H5Pset_chunk(properties, 2, chunk));
  good(H5Pset_filter(properties, 32769, 0, 0, nullptr));
}

void deflated(hid_t properties) {
  const hsize_t chunk[] = {2, 3};
  good(H5Pset_chunk(properties, 2, chunk));
  good(H5Pset_deflate(properties, 9));
}

void virtual_dataset(hid_t file) {
  const Hid properties = creation_properties();
  const Hid space = space_of({2, 3});
  good(H5Pset_virtual(properties.get(), space.get(), "/etc/passwd", "x", space.get()));
  remove(file, weight);
  good(H5Dcreate2(file, weight, H5T_IEEE_F32LE, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT),
       H5Dclose);
}

void committed_type(hid_t file, bool used) {
  const Hid type = good(H5Tcopy(H5T_IEEE_F32LE), H5Tclose);
  good(H5Tcommit2(file, used ? "/parameters/zzz" : "/atype", type.get(), H5P_DEFAULT, H5P_DEFAULT,
                  H5P_DEFAULT));
  if (used) put(file, weight, type.get(), space_of({2, 3}));
}

void deep_nesting(hid_t file) {
  std::string path = "/parameters";
  for (int i = 0; i < 40; ++i) {
    path += "/d";
    good(H5Gcreate2(file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
  }
}

void newer_group(hid_t file) {
  const Hid properties = good(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  good(H5Pset_link_creation_order(properties.get(), H5P_CRT_ORDER_TRACKED));
  good(H5Gcreate2(file, "/parameters/aaa", H5P_DEFAULT, properties.get(), H5P_DEFAULT), H5Gclose);
}

void many_attributes(hid_t file) {
  for (int i = 0; i < 100; ++i) add_attribute(file, "/", "note" + std::to_string(i));
}

void put_group(hid_t file, const std::string& path, const char* name = "/list") {
  good(H5Gcreate2(file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
  put(file, (path + name).c_str(), H5T_IEEE_F32LE, space_of({1}));
}

void group_for_dataset(hid_t file) {
  remove(file, "/config");
  put_group(file, "/config", "/text");
}

void with_times(hid_t properties) { good(H5Pset_obj_track_times(properties, true)); }

std::vector<Hostile> storage() {
  const hsize_t chunk[] = {2, 3};
  return {
      {"external storage", stored([](hid_t p) { good(H5Pset_external(p, "/etc/passwd", 0, 24)); }),
       at_weight + "keeps its numbers in another file (external storage); a checkpoint does not"},
      {"virtual data set", virtual_dataset,
       at_weight + "is put together from other datasets (virtual); a checkpoint's are not"},
      {"filter of a plug-in", stored(own_filter),
       at_weight + "is compressed or filtered; a checkpoint is not"},
      {"deflate", stored(deflated), at_weight + "is compressed or filtered; a checkpoint is not"},
      {"chunks", stored([=](hid_t p) { good(H5Pset_chunk(p, 2, chunk)); }),
       at_weight + "is not stored in one piece (contiguous)"},
      {"compact", stored([](hid_t p) { good(H5Pset_layout(p, H5D_COMPACT)); }),
       at_weight + "is not stored in one piece (contiguous)"},
      {"times", stored(with_times), at_weight + "is neither a group nor a dataset as the format knows them"},
      {"never written",
       [](hid_t f) {
         claim(f, weight, H5T_IEEE_F32LE, space_of({2, 3}));
       },
       at_weight + "has no storage inside the file for its shape"},
      {"attribute of a tensor", [](hid_t f) { add_attribute(f, weight); },
       at_weight + "has an attribute, which the format does not know"},
      {"attribute of a group", [](hid_t f) { add_attribute(f, "/parameters"); },
       "'a.h5': object '/parameters' has an attribute, which the format does not know"},
      {"a hundred attributes", many_attributes, "'a.h5' has 102 attributes where the format has 2"},
  };
}

std::vector<Hostile> links() {
  return {
      {"external link", linked([](hid_t f) {
         return H5Lcreate_external("/etc/passwd", "/x", f, weight, H5P_DEFAULT, H5P_DEFAULT);
       }),
       "'a.h5': object '/parameters/head' is a group of HDF5's newer kind, whose links may lead out of the "
       "file"},
      {"soft link", linked([](hid_t f) {
         return H5Lcreate_soft("/state/data/channels", f, weight, H5P_DEFAULT, H5P_DEFAULT);
       }),
       at_weight + "is a soft link; a checkpoint holds no links"},
      {"two names of one tensor", linked([](hid_t f) {
         return H5Lcreate_hard(f, "/parameters/embedding/weight", f, weight, H5P_DEFAULT, H5P_DEFAULT);
       }),
       "'a.h5': object '/parameters/embedding/weight' has more than one name; a checkpoint holds no links"},
      {"circle",
       linked([](hid_t f) { return H5Lcreate_hard(f, "/parameters", f, weight, H5P_DEFAULT, H5P_DEFAULT); }),
       "'a.h5': object '/parameters' has more than one name; a checkpoint holds no links"},
      {"circle through the root",
       linked([](hid_t f) { return H5Lcreate_hard(f, "/", f, weight, H5P_DEFAULT, H5P_DEFAULT); }),
       "'a.h5': object '/' has more than one name; a checkpoint holds no links"},
      {"deep nesting", deep_nesting,
       "'a.h5': object '/parameters/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d' lies too deep"},
      {"group of the newer kind", newer_group,
       "'a.h5': object '/parameters/aaa' is a group of HDF5's newer kind, whose links may lead out of the "
       "file"},
      {"committed type", [](hid_t f) { committed_type(f, false); },
       "'a.h5': object '/atype' is a type without a dataset"},
      {"use of a committed type", [](hid_t f) { committed_type(f, true); },
       at_weight + "takes a part of its header from another object (a committed type)"},
  };
}

std::vector<Hostile> shapes() {
  return {
      {"absurd dimensions",
       [](hid_t f) {
         claim(f, weight, H5T_IEEE_F32LE, space_of({1ULL << 40, 1ULL << 20}));
       },
       at_weight + "claims to be larger than the file"},
      {"a product of 2^64",
       [](hid_t f) {
         claim(f, weight, H5T_IEEE_F32LE, space_of({0, std::numeric_limits<hsize_t>::max() / 8}));
       },
       at_weight + "claims to be larger than the file"},
      {"32 dimensions",
       [](hid_t f) { put(f, weight, H5T_IEEE_F32LE, space_of(std::vector<hsize_t>(32, 1))); },
       at_weight + "has 32 dimensions; a checkpoint has one or two"},
      {"no elements",
       [](hid_t f) {
         put(f, weight, H5T_IEEE_F32LE, space_of({0, 3}));
       },
       "'a.h5': dataset '/parameters/head/weight' has shape [0, 3]; tensors have one or two dimensions of 1 "
       "or more"},
      {"a null space", [](hid_t f) { claim(f, weight, H5T_IEEE_F32LE, good(H5Screate(H5S_NULL), H5Sclose)); },
       at_weight + "is damaged or in a newer HDF5 format"},
      {"huge strings",
       [](hid_t f) {
         const Hid type = good(H5Tcopy(H5T_C_S1), H5Tclose);
         good(H5Tset_size(type.get(), 2000000000));
         good(H5Tset_strpad(type.get(), H5T_STR_NULLPAD));
         good(H5Tset_cset(type.get(), H5T_CSET_UTF8));
         claim(f, "/state/task/labels", type.get(), space_of({1000000000}));
       },
       "'a.h5': object '/state/task/labels' claims to be larger than the file"},
      {"a tensor missing", [](hid_t f) { remove(f, "/parameters/head"); },
       "'a.h5': the tensors of '/optimizer/first_moment' are not those of '/parameters'"},
      {"a tensor too many", [](hid_t f) { put(f, "/parameters/extra", H5T_IEEE_F32LE, space_of({2})); },
       "'a.h5': the tensors of '/optimizer/first_moment' are not those of '/parameters'"},
      {"a dataset too many", [](hid_t f) { put(f, "/extra", H5T_IEEE_F32LE, space_of({2})); },
       "'a.h5': dataset '/extra' is not known to the format"},
      {"a group in place of a dataset", group_for_dataset,
       "'a.h5': dataset '/config/text' is not known to the format"},
      {"a state in a group of its own", [](hid_t f) { put_group(f, "/state/task/more"); },
       "'a.h5': dataset '/state/task/more/list' is not known to the format"},
      {"a state without a component", [](hid_t f) { put(f, "/state/list", H5T_IEEE_F64LE, space_of({2})); },
       "'a.h5': dataset '/state/list' is not known to the format"},
      {"a state of a name with a dot",
       [](hid_t f) { put(f, "/state/task/a.b", H5T_IEEE_F64LE, space_of({2})); },
       "'a.h5': object '/state/task/a.b' has a name that no object of a checkpoint has"},
      {"a state of one value", [](hid_t f) { put(f, "/state/task/x", H5T_STD_I64LE, scalar_space()); },
       "'a.h5': dataset '/state/task/x' has shape []; a state has one dimension"},
      {"a state of two dimensions",
       [](hid_t f) {
         put(f, "/state/task/x", H5T_IEEE_F64LE, space_of({2, 3}));
       },
       "'a.h5': dataset '/state/task/x' has shape [2, 3]; a state has one dimension"},
      {"a state of float32", [](hid_t f) { put(f, "/state/task/x", H5T_IEEE_F32LE, space_of({2})); },
       "'a.h5': dataset '/state/task/x' is float32; a state holds UTF-8 text, float64 and int64"},
      {"a state of uint64", [](hid_t f) { put(f, "/state/task/x", H5T_STD_U64LE, space_of({2})); },
       "'a.h5': dataset '/state/task/x' is uint64; a state holds UTF-8 text, float64 and int64"},
      {"a name with an escape sequence",
       [](hid_t f) { put(f, "/parameters/\x1b[2J", H5T_IEEE_F32LE, space_of({2})); },
       "'a.h5': object '/parameters/\\x1b[2J' has a name that no object of a checkpoint has"},
  };
}

std::vector<Hostile> numbers() {
  const std::string unreachable = "' holds a number that no run reaches";
  const float nan = std::numeric_limits<float>::quiet_NaN();
  return {
      {"NaN",
       [=](hid_t f) {
         const float values[] = {0, 0, 0, 0, nan, 0};
         overwrite(f, weight, H5T_NATIVE_FLOAT, values);
       },
       "'a.h5': tensor 'head.weight' of '/parameters' holds NaN or infinity at 4; use the checkpoint before "
       "it"},
      {"a negative counter", with_number("/progress/step", H5T_NATIVE_UINT64, ~std::uint64_t{6}),
       "'a.h5': dataset '/progress/step" + unreachable},
      {"a step before the first", with_number("/progress/best_step", H5T_NATIVE_INT64, std::int64_t{-2}),
       "'a.h5': dataset '/progress/best_step" + unreachable},
      {"a sum that is no number", with_number("/progress/epoch_loss_sum", H5T_NATIVE_FLOAT, nan),
       "'a.h5': dataset '/progress/epoch_loss_sum" + unreachable},
      {"another version",
       [](hid_t f) {
         const Hid version = good(H5Aopen(f, "format_version", H5P_DEFAULT), H5Aclose);
         const std::int64_t nine = 9;
         good(H5Awrite(version.get(), H5T_NATIVE_INT64, &nine));
       },
       "'a.h5' has checkpoint format 9; this program reads format 3: use the program that wrote it, or train "
       "again"},
  };
}

}  // namespace

TEST_CASE("hostile files are refused, word for word and without a word of libhdf5", "[checkpoint]") {
  for (const auto& files : {storage(), links(), shapes(), numbers()}) check_refused(files);
}

TEST_CASE("another kind of file around the same contents is refused", "[checkpoint]") {
  const auto creation = [] { return good(H5Pcreate(H5P_FILE_CREATE), H5Pclose); };
  const Hid access = earliest_format();
  const Hid shifted = creation();
  good(H5Pset_userblock(shifted.get(), 512));
  CHECK(message_of_copy(shifted, access) == "'a.h5' is not a checkpoint (not an HDF5 file)");
  const Hid wide = creation();
  good(H5Pset_istore_k(wide.get(), 64));
  CHECK(message_of_copy(wide, access) ==
        "'a.h5': object '/' is in a newer HDF5 format (superblock 1); a checkpoint's superblock is 0");
  const Hid narrow = creation();
  good(H5Pset_sizes(narrow.get(), 4, 4));
  CHECK(message_of_copy(narrow, access) == "'a.h5': object '/' is damaged or in a newer HDF5 format");
  good(H5Pset_libver_bounds(access.get(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST));
  CHECK_THAT(message_of_copy(creation(), access),
             catch_matchers::StartsWith("'a.h5': object '/' is in a newer HDF5 format (superblock "));
}
