// What the labels of an HDF5 file may be for each kind of task, and the weights and groups beside them.
#include <algorithm>

#include "../hdf5_fixture.hpp"
#include "catch.hpp"

using namespace orochi;
using namespace orochi::testing;
using Words = std::vector<std::string>;

namespace {

/// The usual labels and something more.
Fixture with(std::function<void(hid_t)> write) {
  Fixture fixture;
  fixture.extra = std::move(write);
  return fixture;
}

void write_doubles(hid_t file, const char* name, const Shape& shape, const std::vector<double>& numbers) {
  write_dataset(file, name, H5T_NATIVE_DOUBLE, shape, numbers.data());
}

void write_integers(hid_t file, const char* name, const std::vector<std::int64_t>& numbers) {
  write_dataset(file, name, H5T_NATIVE_INT64, {numbers.size()}, numbers.data());
}

}  // namespace

TEST_CASE("a regression's labels are numbers, one or several a sequence", "[hdf5]") {
  const TempFolder folder;
  const Fixture one = with_labels([](hid_t file) { write_doubles(file, "labels", {2}, {0.1, -2e-7}); });
  const RawSplit raw = read(folder, one.write(folder), "regression");
  CHECK(raw.path.empty());
  std::vector<double> numbers;
  const std::unique_ptr<Task> task = new_task("regression");
  task->fit(raw.targets);
  for (const std::string& target : raw.targets) task->parse(target, numbers);
  CHECK(numbers == std::vector<double>{0.1, -2e-7});  // to the last bit

  const Fixture two = with_labels([](hid_t file) {
    write_doubles(file, "labels", {2, 3}, {1, 2.5, 1.0 / 3, 4, 5, 1e20});
  });
  CHECK(read(folder, two.write(folder), "regression").targets ==
        Words{"1,2.5,0.3333333333333333", "4,5,1e+20"});
  CHECK(read(folder, Fixture().write(folder), "regression").targets == Words{"7", "9"});
  // Only where numbers are to be predicted.
  CHECK(errors_of(folder, one) == "f: dataset \"labels\" holds floats; expected integers or strings");
  CHECK(errors_of(folder, two) ==
        "f: dataset \"labels\" has shape [2, 3]; expected datasets values [N, channels], offsets [B + 1] and "
        "labels [B]");
}

TEST_CASE("labels of rows are one a row", "[hdf5]") {
  const TempFolder folder;
  const auto labels = [](std::vector<std::int64_t> numbers) {
    return with_labels([=](hid_t file) { write_integers(file, "labels", numbers); });
  };
  const RawSplit raw = read(folder, labels({4, 0, 4}).write(folder), "token_labels");
  CHECK(raw.path.empty());
  CHECK(raw.targets == Words{"4", "0 4"});  // of 1 and of 2 rows
  CHECK(raw.offsets == std::vector<Index>{0, 1, 3});
  CHECK(read(folder, labels({4, 0}).write(folder), "token_labels").path ==
        "f: 2 labels and 3 rows; expected a label a row");
  Fixture broken = labels({4, 0, 4});
  broken.offsets = {0, 2, 2};
  CHECK(read(folder, broken.write(folder), "token_labels").path ==
        "f: offsets run from 0 to 2; expected 0 to 3, the number of rows in \"values\"\n"
        "f: sequence 1: it begins at row 2 and ends at row 2; expected one row or more");
  const Fixture blank = with_labels([](hid_t file) {
    const Hid type = string_type(3, H5T_STR_NULLPAD);
    write_dataset(file, "labels", type.get(), {3}, "B  I O O  ");
  });
  CHECK(read(folder, blank.write(folder), "token_labels").path ==
        "f: sequence 0: row 0 has the label \"B  \"; expected one without blanks\n"
        "f: sequence 1: row 0 has the label \"I O\"; expected one without blanks\n"
        "f: sequence 1: row 1 has the label \" O \"; expected one without blanks");
}

TEST_CASE("weights and groups may be beside the labels", "[hdf5]") {
  const TempFolder folder;
  const Fixture both = with([](hid_t file) {
    write_doubles(file, "weights", {2}, {0.5, 3});
    write_integers(file, "groups", {12, -1});
  });
  const RawSplit raw = read(folder, both.write(folder));
  CHECK(raw.path.empty());
  CHECK(raw.weights == std::vector<double>{0.5, 3});
  CHECK(raw.groups == Words{"12", "-1"});
  CHECK(read(folder, Fixture().write(folder)).weights.empty());
  CHECK(read(folder, Fixture().write(folder)).groups.empty());
  CHECK(errors_of(folder, with([](hid_t file) {
                    write_doubles(file, "weights", {2}, {-1, 0});
                  })) ==
        "f: sequence 0: its weight is -1; expected a positive number\n"
        "f: sequence 1: its weight is 0; expected a positive number");
  CHECK(errors_of(folder, with([](hid_t file) {
                    write_doubles(file, "weights", {3}, {1, 1, 1});
                    write_integers(file, "groups", {1});
                  })) ==
        "f: 3 weights and 2 sequences; expected one weight a sequence\n"
        "f: 1 group and 2 sequences; expected one group a sequence");
  CHECK(errors_of(folder, with([](hid_t file) {
                    write_doubles(file, "groups", {2}, {1, 2});
                  })) == "f: dataset \"groups\" holds floats; expected integers or strings");
}
