#include <limits>

#include "../hdf5_fixture.hpp"
#include "catch.hpp"

using namespace orochi;
using namespace orochi::testing;
using hdf5::Hid;
using hdf5::own;

TEST_CASE("an HDF5 file is read with integer labels as names", "[hdf5]") {
  const TempFolder folder;
  const RawSplit raw = read(folder, Fixture().write(folder));
  CHECK(raw.path.empty());
  CHECK(raw.channels == 2);
  CHECK(raw.values == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(raw.offsets == std::vector<Index>{0, 1, 3});
  CHECK(raw.targets == std::vector<std::string>{"7", "9"});
  CHECK(raw.lines.empty());
}

TEST_CASE("values may be of any integer or float type, and compressed", "[hdf5]") {
  const TempFolder folder;
  const std::string path = folder.file("f");
  for (const hid_t type : {H5T_STD_U8LE, H5T_STD_I16BE, H5T_STD_I64LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE}) {
    {
      const Hid file = own(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose, path);
      std::vector<std::int64_t> numbers(20000, 3);  // converted in place to what the file is to hold
      H5Tconvert(H5T_NATIVE_INT64, type, numbers.size(), numbers.data(), nullptr, H5P_DEFAULT);
      write_dataset(file.get(), "values", type, {10000, 2}, numbers.data(), 9);
      const std::vector<std::uint16_t> offsets{0, 4000, 10000};
      write_dataset(file.get(), "offsets", H5T_NATIVE_UINT16, {3}, offsets.data());
      const std::vector<std::int32_t> labels{-1, 0};
      write_dataset(file.get(), "labels", H5T_NATIVE_INT32, {2}, labels.data());
    }
    const RawSplit raw = read(folder, path);
    CHECK(raw.path.empty());
    CHECK(raw.values == std::vector<float>(20000, 3.0f));
    CHECK(raw.targets == std::vector<std::string>{"-1", "0"});
  }
}

TEST_CASE("labels may be strings of fixed or variable length", "[hdf5]") {
  const TempFolder folder;
  const std::vector<std::string> expected{"a b", "\xC3\xA4"};
  const auto variable = with_labels([](hid_t file) {
    const std::vector<const char*> labels{"a b", "\xC3\xA4"};
    write_dataset(file, "labels", string_type(H5T_VARIABLE, H5T_STR_NULLTERM).get(), {2}, labels.data());
  });
  CHECK(read(folder, variable.write(folder)).targets == expected);
  const auto padded = with_labels([](hid_t file) {
    write_dataset(file, "labels", string_type(3, H5T_STR_NULLPAD).get(), {2}, "a b\xC3\xA4\0");
  });
  CHECK(read(folder, padded.write(folder)).targets == expected);
  const auto spaces = with_labels([](hid_t file) {
    write_dataset(file, "labels", string_type(4, H5T_STR_SPACEPAD).get(), {2}, "a b \xC3\xA4  ");
  });
  CHECK(read(folder, spaces.write(folder)).targets == expected);
}

TEST_CASE("large integer labels stay apart", "[hdf5]") {
  const TempFolder folder;
  const auto fixture = with_labels([](hid_t file) {
    const std::vector<std::uint64_t> labels{1ULL << 63, (1ULL << 63) + 1};
    write_dataset(file, "labels", H5T_NATIVE_UINT64, {2}, labels.data());
  });
  CHECK(read(folder, fixture.write(folder)).targets ==
        std::vector<std::string>{"9223372036854775808", "9223372036854775809"});
}

TEST_CASE("labels that are no names are errors", "[hdf5]") {
  const TempFolder folder;
  const auto broken = with_labels([](hid_t file) {
    write_dataset(file, "labels", string_type(2, H5T_STR_NULLPAD).get(), {2}, "\xFFz\0\0");
  });
  CHECK(errors_of(folder, broken) ==
        "f: sequence 0: label \"\\xffz\" is not valid UTF-8; write it anew, or use integers\nf: sequence 1: "
        "the label is empty; expected a "
        "name");
  const auto floats = with_labels([](hid_t file) {
    const std::vector<double> labels{1, 2};
    write_dataset(file, "labels", H5T_NATIVE_DOUBLE, {2}, labels.data());
  });
  CHECK(errors_of(folder, floats) == "f: dataset \"labels\" holds floats; expected integers or strings");
}

TEST_CASE("what is missing from an HDF5 file is said", "[hdf5]") {
  const TempFolder folder;
  const std::string path = folder.file("f");
  H5Fclose(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  const std::string layout = "\"; expected datasets values [N, channels], offsets [B + 1] and labels [B]";
  CHECK(read(folder, path).path == "f: no dataset \"values" + layout + "\nf: no dataset \"offsets" + layout +
                                       "\nf: no dataset \"labels" + layout);
  Fixture flat;
  flat.values_shape = {6};
  CHECK(errors_of(folder, flat) ==
        "f: dataset \"values\" has shape [6]; expected datasets values [N, channels], offsets [B + 1] and "
        "labels [B]");
  Fixture empty;
  empty.values_shape = {0, 2};
  CHECK(errors_of(folder, empty) ==
        "f: values has shape [0, 2], offsets [3], labels [2]; expected one sequence or more");
}

TEST_CASE("a group in place of a dataset is said", "[hdf5]") {
  const TempFolder folder;
  const auto group = with_labels(
      [](hid_t file) { H5Gclose(H5Gcreate2(file, "labels", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)); });
  CHECK_THAT(errors_of(folder, group),
             catch_matchers::StartsWith("f: dataset \"labels\" cannot be opened: "));
}

TEST_CASE("offsets must cut all rows into one sequence a label", "[hdf5]") {
  const TempFolder folder;
  Fixture fixture;
  fixture.offsets = {0, 3};
  CHECK(errors_of(folder, fixture) == "f: 2 offsets and 2 labels; expected one offset more than labels");
  fixture.offsets = {1, 2, 4};
  CHECK(errors_of(folder, fixture) ==
        "f: offsets run from 1 to 4; expected 0 to 3, the number of rows in \"values\"");
  fixture.offsets = {0, 0, 3};
  CHECK(errors_of(folder, fixture) ==
        "f: sequence 0: it begins at row 0 and ends at row 0; expected one row or more");
  fixture.offsets = {0, 1000000000000, 3};
  CHECK(errors_of(folder, fixture) ==
        "f: sequence 1: it begins at row 1000000000000 and ends at row 3; expected one row or more");
}

TEST_CASE("values must be finite as floats", "[hdf5]") {
  const TempFolder folder;
  Fixture fixture;
  fixture.values[5] = std::numeric_limits<double>::infinity();
  CHECK(errors_of(folder, fixture) ==
        "f: sequence 1: row 1, channel 1 is inf; expected a finite number (of at most 3.4e38)");
  fixture.values[0] = -1e300;
  CHECK(errors_of(folder, fixture) ==
        "f: sequence 0: row 0, channel 0 is -inf; expected a finite number (of at most 3.4e38)\n"
        "f: sequence 1: row 1, channel 1 is inf; expected a finite number (of at most 3.4e38)");
}

TEST_CASE("dimensions that the file cannot hold are refused before memory is asked for", "[hdf5]") {
  const TempFolder folder;
  const std::string path = folder.file("f");
  {
    const Hid file = own(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose, path);
    // Its size in bytes is 2^64, which wraps to 0.
    write_dataset(file.get(), "labels", H5T_NATIVE_UINT8, {1}, nullptr);
    write_dataset(file.get(), "offsets", H5T_NATIVE_INT64, {2}, nullptr);
    const Shape chunk{1, 1024}, shape{hsize_t{1} << 50, 4096};
    const Hid space = own(H5Screate_simple(2, shape.data(), nullptr), H5Sclose, path);
    const Hid creation = own(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, path);
    H5Pset_chunk(creation.get(), 2, chunk.data());
    H5Dclose(H5Dcreate2(file.get(), "values", H5T_NATIVE_FLOAT, space.get(), H5P_DEFAULT, creation.get(),
                        H5P_DEFAULT));
  }
  CHECK_THAT(read(folder, path).path,
             catch_matchers::StartsWith(
                 "f: dataset \"values\" claims shape [1125899906842624, 4096], but the file has only "));
}

TEST_CASE("a file that is no HDF5 file is said, and libhdf5 prints nothing", "[hdf5]") {
  const TempFolder folder;
  CHECK(read(folder, folder.write("f", "not at all")).path ==
        "f: not an HDF5 file, or a damaged one: file signature not found; make it anew or copy it again");
  CHECK(read(folder, folder.write("f", "")).path == "f: the file is empty; expected labelled sequences");
  CHECK(read(folder, folder.file("none")).path ==
        "none: no such file; paths in a config are relative to the config's folder");
}
