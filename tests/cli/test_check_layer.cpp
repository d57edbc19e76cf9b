// check-layer finds a wrong gradient, in the double library with layers of this program's own.
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include <orochi/run.hpp>

#include "catch.hpp"
#include "program.hpp"

using namespace orochi;

namespace {

/// y = 2 x, with d x = factor d y: right for 2.
template <int factor>
class Doubling : public Layer {
 public:
  explicit Doubling(Builder&) {}
  Rows forward(const Rows& rows) const override {
    const Var x = rows.values;
    Var y = x.tape().result(x.rows(), x.cols());  // [N, C]
    y.value() = 2 * x.value();
    y.pullback([=] { x.add_grad(Scalar(factor) * y.grad()); });
    return rows.with(y);
  }
};

class Throwing : public Layer {
 public:
  explicit Throwing(Builder&) {}
  Rows forward(const Rows&) const override { throw 42; }
};

Extensions layers() {
  Extensions registry = builtin();
  registry.layers.add<Doubling<2>>("right", Role::rows, "a right gradient",
                                   {{"gain", 1.5}, {"kind", std::string("a")}});
  registry.layers.add<Doubling<1>>("wrong", Role::rows, "a wrong gradient");
  registry.layers.add<Throwing>("throwing", Role::rows, "throws what is no exception");
  return registry;
}

/// `run` in this process, with what it wrote to standard output.
Outcome run_here(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "program");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  std::fflush(stdout);
  std::FILE* file = std::tmpfile();
  const int kept = ::dup(1);
  ::dup2(::fileno(file), 1);
  Outcome outcome;
  outcome.code = run(static_cast<int>(argv.size()), argv.data(), layers());
  std::fflush(stdout);
  ::dup2(kept, 1);
  ::close(kept);
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) outcome.out += static_cast<char>(c);
  std::fclose(file);
  return outcome;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a right layer passes, a wrong one fails") {
  const Outcome right = run_here({"check-layer", "right"});
  CHECK(right.code == 0);
  CHECK(has(right.out, "1 of 1 passed, in double precision, seed 42\n"));
  const Outcome both = run_here({"check-layer", "right", "wrong", "--seed", "7"});
  CHECK(both.code == 1);
  CHECK(has(both.out, "FAILED\n"));
  CHECK(has(both.out, "\n[wrong] the gradient of x["));
  CHECK_FALSE(has(both.out, "[right"));
  CHECK(has(both.out, "1 of 2 passed, in double precision, seed 7\n"));
}

TEST_CASE("a layer that throws anything ends in exit code 1") {
  CHECK(run_here({"check-layer", "throwing"}).code == 1);
}

TEST_CASE("both programs check the built-in layers") {
  const Outcome one = orochi_program({"check-layer", "linear"});
  CHECK(one.code == 0);
  CHECK(has(one.out, "1 of 1 passed, in single precision"));
  const Outcome f64 = Child({"check-layer", "linear"}, "", std::getenv("OROCHI_PROGRAM_F64")).finish();
  CHECK(f64.code == 0);
  CHECK(has(f64.out, "1 of 1 passed, in double precision"));
  CHECK(Child({"train", "x.toml"}, "", std::getenv("OROCHI_PROGRAM_F64")).finish().code == 2);
}
