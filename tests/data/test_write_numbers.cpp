#include <orochi/write_numbers.hpp>

#include "catch.hpp"
#include "hdf5_fixture.hpp"

using namespace orochi;
using namespace orochi::testing;

TEST_CASE("numbers in memory become a file that is read as they were") {
  const TempFolder folder;
  const std::string path = folder.file("numbers.h5");
  const std::vector<float> values{1, 2, 3, 4, 5, std::numeric_limits<float>::quiet_NaN()};
  const std::vector<Index> offsets{0, 1, 3};
  const std::vector<std::string> labels{"\xC3\xA4 b", "7"};
  const std::vector<double> weights{0.5, 3};
  write_numbers(path, {values, 2, offsets, labels, weights});
  const RawSplit raw = read(folder, path);
  CHECK(raw.channels == 2);
  CHECK(std::vector<float>(raw.values.begin(), raw.values.end() - 1) == std::vector<float>{1, 2, 3, 4, 5});
  CHECK(std::isnan(raw.values.back()));
  CHECK(raw.offsets == offsets);
  CHECK(raw.targets == labels);
  CHECK(raw.weights == weights);
  write_numbers(path, {values, 1, std::vector<Index>{0, 6}, {labels.data(), 1}});
  CHECK(read(folder, path).weights.empty());
  CHECK_THROWS_WITH(write_numbers(folder.file("no/where.h5"), {values, 2, offsets, labels}),
                    catch_matchers::Contains("where.h5"));
}
