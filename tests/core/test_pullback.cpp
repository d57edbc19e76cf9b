// What a pullback may capture: by value, whatever it needs; never by reference.
#include <orochi/ops.hpp>

#include "catch.hpp"

using namespace orochi;

namespace {

struct Example {
  int number = 0;
  void check(Var x, const Batch& batch, Tape& tape) const {
    int local = 3;
    Parameter parameter;
    std::span<const Index> offsets = batch.offsets;
    const auto length = [batch](Index b) { return batch.length(b); };
    const auto everything = [=, this] {
      return x.rows() + batch.length(0) + local + parameter.id + number + std::ssize(offsets) + length(0);
    };
    CHECK(CapturesByValue<decltype(everything)>);
    const auto pointer = [tape_pointer = &tape] { return tape_pointer->training(); };
    CHECK(CapturesByValue<decltype(pointer)>);
    const auto nothing = [&] {};
    CHECK(CapturesByValue<decltype(nothing)>);

    const auto by_reference = [&] { return local; };
    CHECK_FALSE(CapturesByValue<decltype(by_reference)>);
    const auto var_by_reference = [&] { return x.rows(); };
    CHECK_FALSE(CapturesByValue<decltype(var_by_reference)>);
    const auto batch_by_reference = [&] { return batch.length(0); };
    CHECK_FALSE(CapturesByValue<decltype(batch_by_reference)>);
    const auto one_by_reference = [=, &local] { return x.rows() + local; };
    CHECK_FALSE(CapturesByValue<decltype(one_by_reference)>);
    const auto named = [&other = local] { return other; };
    CHECK_FALSE(CapturesByValue<decltype(named)>);
    const auto within = [inner = by_reference] { return inner(); };
    CHECK_FALSE(CapturesByValue<decltype(within)>);
  }
};

}  // namespace

TEST_CASE("the compiler tells captures by reference from captures by value") {
  Parameters parameters;
  parameters.allocate();
  Tape tape(parameters);
  tape.begin(Mode::infer, nullptr, {});
  const Index offsets[] = {0, 1};
  Batch batch;
  batch.offsets = offsets;
  Example().check(tape.input(1, 1), batch, tape);
}
