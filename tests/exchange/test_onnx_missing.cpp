// A program without ONNX says how to get one with it.
#include <orochi/error.hpp>

#include "catch.hpp"
#include "exchange/onnx.hpp"

using namespace orochi;
using catch_matchers::Contains;

TEST_CASE("without ONNX the format is refused, and how to get it is told", "[onnx]") {
  REQUIRE_THROWS_WITH(export_onnx(Model(), "x.onnx"),
                      Contains("built without ONNX") && Contains("scripts/install-packages"));
}
