// Whole HDF5 files with a fitting checksum that are not quite checkpoints: each is refused by name.
#include "catch.hpp"
#include "checkpoint_edit.hpp"
#include "checkpoint_support.hpp"
#include "io/checkpoint_format.hpp"

using namespace orochi;
using namespace orochi::test;
using catch_matchers::Contains;
using hdf5::Hid;

namespace {

void set_version(hid_t file, std::int64_t number) {
  const Hid version = good(H5Aopen(file, "format_version", H5P_DEFAULT), H5Aclose);
  good(H5Awrite(version.get(), H5T_NATIVE_INT64, &number));
}

}  // namespace

TEST_CASE("an edit that changes nothing of the structure is accepted", "[checkpoint]") {
  REQUIRE(message_after([](hid_t) {}) == "(no error)");
  REQUIRE(message_after([](hid_t file) {
            put(file, weight, H5T_IEEE_F32LE, space_of({2, 3}));
          }) == "(no error)");
}

TEST_CASE("other formats and versions are told apart", "[checkpoint]") {
  for (const std::int64_t version : {0, 1, 2, 4})
    REQUIRE(message_after([&](hid_t file) { set_version(file, version); }) ==
            "'a.h5' has checkpoint format " + std::to_string(version) +
                "; this program reads format 3: use the program that wrote it, or train again");
  REQUIRE_THAT(message_after([](hid_t file) { good(H5Adelete(file, "format")); }),
               Contains("is an HDF5 file, but not an Orochi checkpoint"));
  REQUIRE_THAT(message_after([](hid_t file) { good(H5Adelete(file, "format_version")); }),
               Contains("no readable attribute 'format_version'"));
  REQUIRE_THAT(message_after([](hid_t file) { add_attribute(file, "/"); }), Contains("3 attributes"));
}

TEST_CASE("missing and unknown objects are named", "[checkpoint]") {
  for (const char* path : {"/config", "/progress/step", "/progress/skipped_steps",
                           "/progress/epoch_score_sum", "/checksums/validation"})
    REQUIRE_THAT(message_after([&](hid_t file) { good(H5Ldelete(file, path, H5P_DEFAULT)); }),
                 Contains(std::string("dataset '") + path + "' is missing"));
  REQUIRE_THAT(message_after([](hid_t file) { good(H5Ldelete(file, "/parameters", H5P_DEFAULT)); }),
               Contains("group '/parameters' is missing"));
  REQUIRE_THAT(message_after([](hid_t file) { good(H5Ldelete(file, weight, H5P_DEFAULT)); }),
               Contains("object '/parameters/head' is an empty group"));
  REQUIRE_THAT(message_after([](hid_t file) { good(H5Ldelete(file, "/parameters/head", H5P_DEFAULT)); }),
               Contains("tensors of '/optimizer/first_moment' are not those of '/parameters'"));
  for (const char* path : {"/extra", "/progress/extra", "/optimizer/extra", "/state/extra", "/labels"})
    REQUIRE_THAT(message_after([&](hid_t file) { put(file, path, H5T_IEEE_F32LE, space_of({2})); }),
                 Contains(std::string("dataset '") + path + "' is not known to the format"));
  REQUIRE_THAT(
      message_after([](hid_t file) { put(file, "/parameters/extra", H5T_IEEE_F32LE, space_of({2})); }),
      Contains("are not those of '/parameters'"));
  REQUIRE_THAT(message_after([](hid_t file) { put(file, "/parameters/a.b", H5T_IEEE_F32LE, space_of({2})); }),
               Contains("'/parameters/a.b' has a name that"));
  REQUIRE_THAT(
      message_after([](hid_t file) { put(file, "/parameters/\x1b[2J", H5T_IEEE_F32LE, space_of({2})); }),
      Contains("'/parameters/\\x1b[2J' has a name that"));
}

TEST_CASE("other types are named", "[checkpoint]") {
  const auto message = [](const char* path, hid_t type, const Hid& space) {
    return message_after([&](hid_t file) { put(file, path, type, space); });
  };
  REQUIRE_THAT(message(weight, H5T_IEEE_F64LE, space_of({2, 3})),
               Contains("head/weight' is float64 where the format has float32"));
  for (const hid_t type : {H5T_IEEE_F32BE, H5T_STD_I32LE, H5T_STD_I64BE, H5T_STD_REF_OBJ})
    REQUIRE_THAT(message(weight, type, space_of({2, 3})),
                 Contains("head/weight' has ") && Contains("; a checkpoint holds float32"));
  REQUIRE_THAT(message("/progress/best_step", H5T_STD_U64LE, scalar_space()),
               Contains("'/progress/best_step' is uint64 where the format has int64"));
  const Hid ascii = good(H5Tcopy(H5T_C_S1), H5Tclose);
  REQUIRE_THAT(message("/state/task/labels", ascii.get(), space_of({2})),
               Contains("'/state/task/labels' has ") && Contains("UTF-8 text"));
  const Hid variable = good(H5Tcopy(H5T_C_S1), H5Tclose);
  good(H5Tset_size(variable.get(), H5T_VARIABLE));
  REQUIRE_THAT(message("/state/task/labels", variable.get(), space_of({2})),
               Contains("'/state/task/labels' has ") && Contains("UTF-8 text"));
  REQUIRE_THAT(message_after([&](hid_t file) {
                 // Closed before the file is, or the file would stay open.
                 const Hid committed = good(H5Tcopy(H5T_IEEE_F32LE), H5Tclose);
                 good(H5Tcommit2(file, "/type", committed.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
               }),
               Contains("object '/type'"));
}

TEST_CASE("other shapes are named", "[checkpoint]") {
  const auto message = [](const char* path, hid_t type, const Hid& space) {
    return message_after([&](hid_t file) { put(file, path, type, space); });
  };
  REQUIRE_THAT(message(weight, H5T_IEEE_F32LE, space_of({2, 3, 1})),
               Contains("head/weight' has 3 dimensions"));
  REQUIRE_THAT(message(weight, H5T_IEEE_F32LE, space_of({0, 3})), Contains("has shape [0, 3]"));
  REQUIRE_THAT(message(weight, H5T_IEEE_F32LE, space_of({3, 2})), Contains("are not those of '/parameters'"));
  REQUIRE_THAT(message(weight, H5T_IEEE_F32LE, good(H5Screate(H5S_SCALAR), H5Sclose)),
               Contains("has shape []"));
  REQUIRE_THAT(message("/progress/best_step", H5T_STD_I64LE, space_of({1})),
               Contains("shape [1] where the format has one value"));
  REQUIRE_THAT(message("/config", H5T_IEEE_F32LE, space_of({1})),
               Contains("'/config' is float32 where the format has text"));
  // Never written: no storage, whatever the size.
  REQUIRE_THAT(message_after([](hid_t file) {
                 good(H5Ldelete(file, weight, H5P_DEFAULT));
                 good(H5Dcreate2(file, weight, H5T_IEEE_F32LE, space_of({2, 3}).get(), H5P_DEFAULT,
                                 creation_properties().get(), H5P_DEFAULT),
                      H5Dclose);
               }),
               Contains("has no storage inside the file"));
  REQUIRE_THAT(message_after([](hid_t file) {
                 good(H5Ldelete(file, weight, H5P_DEFAULT));
                 good(H5Dcreate2(file, weight, H5T_IEEE_F32LE, space_of({1ULL << 40, 1ULL << 20}).get(),
                                 H5P_DEFAULT, creation_properties().get(), H5P_DEFAULT),
                      H5Dclose);
               }),
               Contains("claims to be larger than the file"));
}

TEST_CASE("links are refused and never followed", "[checkpoint]") {
  const auto message = [](const std::function<herr_t(hid_t)>& link) {
    return message_after([&](hid_t file) {
      good(H5Ldelete(file, weight, H5P_DEFAULT));
      good(link(file));
    });
  };
  REQUIRE_THAT(message([](hid_t file) {
                 return H5Lcreate_soft("/state/data/channels", file, weight, H5P_DEFAULT, H5P_DEFAULT);
               }),
               Contains("object '/parameters/head/weight' is a soft link"));
  REQUIRE_THAT(message([](hid_t file) {
                 return H5Lcreate_external("other.h5", "/x", file, weight, H5P_DEFAULT, H5P_DEFAULT);
               }),
               Contains("object '/parameters/head'"));
  REQUIRE_THAT(message([](hid_t file) {
                 return H5Lcreate_hard(file, "/parameters/embedding/weight", file, weight, H5P_DEFAULT,
                                       H5P_DEFAULT);
               }),
               Contains("/weight' has more than one name"));
  REQUIRE_THAT(message([](hid_t file) {
                 return H5Lcreate_hard(file, "/parameters", file, weight, H5P_DEFAULT, H5P_DEFAULT);
               }),
               Contains("object '/parameters' has more than one name"));
}

TEST_CASE("other storage, filters and attributes are named", "[checkpoint]") {
  const auto message = [](const std::function<herr_t(hid_t)>& change, const hsize_t* limits = nullptr) {
    return message_after([&](hid_t file) {
      const Hid properties = creation_properties();
      good(change(properties.get()));
      put(file, weight, H5T_IEEE_F32LE, space_of({2, 3}, limits), properties);
    });
  };
  const hsize_t chunk[] = {2, 3}, limits[] = {4, 3};
  REQUIRE_THAT(message([&](hid_t p) { return H5Pset_chunk(p, 2, chunk) < 0 ? -1 : H5Pset_deflate(p, 4); }),
               Contains("head/weight' is compressed or filtered"));
  REQUIRE_THAT(message([&](hid_t p) { return H5Pset_chunk(p, 2, chunk); }),
               Contains("head/weight' is not stored in one piece"));
  REQUIRE_THAT(message([&](hid_t p) { return H5Pset_layout(p, H5D_COMPACT); }),
               Contains("head/weight' is not stored in one piece"));
  REQUIRE_THAT(message([&](hid_t p) { return H5Pset_chunk(p, 2, chunk); }, limits),
               Contains("head/weight' may grow"));
  const TemporaryFolder folder;
  REQUIRE_THAT(message([&](hid_t p) { return H5Pset_external(p, folder.path("raw").c_str(), 0, 24); }),
               Contains("head/weight' keeps its numbers in another file (external storage)"));
  REQUIRE_THAT(message_after([](hid_t file) { add_attribute(file, weight); }),
               Contains("head/weight' has an attribute"));
  REQUIRE_THAT(message_after([](hid_t file) { add_attribute(file, "/parameters"); }),
               Contains("'/parameters' has an attribute"));
}
