// Suspected labels of a case that can be followed by hand.
#include "catch.hpp"
#include "statistics/suspects.hpp"

using namespace orochi;

TEST_CASE("a label is suspect where another class is surer than it usually is") {
  const std::vector<double> scores{0.9,  0.1,  0.0,   // right
                                   0.7,  0.3,  0.0,   // right; class 0 has 0.55 on average
                                   0.05, 0.9,  0.05,  // labelled 0, surely 1
                                   0.4,  0.6,  0.0,   // right; class 1 has (0.6 + 0.45 + 0.2) / 3
                                   0.55, 0.45, 0.0,   // labelled 1; 0 is as sure as usual
                                   0.5,  0.2,  0.3,   // labelled 1; 0 is not
                                   0.1,  0.0,  0.9};  // right
  const std::vector<double> labels{0, 0, 0, 1, 1, 1, 2}, predictions{0, 0, 1, 1, 0, 0, 2};
  const std::vector<Suspect> found = suspects_of({scores, labels, predictions, 3});
  REQUIRE(found.size() == 2);
  CHECK(found[0].item == 2);  // the wider margin first
  CHECK(found[0].label == 0);
  CHECK(found[0].other == 1);
  CHECK(found[0].probability == 0.05);
  CHECK(found[0].of_other == 0.9);
  CHECK(found[1].item == 4);
  CHECK(found[1].other == 0);
}

TEST_CASE("a class that is no label is never the likelier one") {
  const std::vector<double> scores{0.2, 0.8, 0.3, 0.7}, labels{0, 0}, predictions{1, 1};
  CHECK(suspects_of({scores, labels, predictions, 2}).empty());
  CHECK(suspects_of({{}, labels, predictions, 2}).empty());
}
