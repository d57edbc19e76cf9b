// orochi train from outside: results, resuming.
#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;

namespace {
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
}  // namespace

TEST_CASE("results on standard output, the rest on standard error") {
  const Workplace place("train");
  const std::string run = place.path("my run");
  const Outcome outcome =
      orochi_program({"train", place.path("small.toml"), "train.epochs=3", "--run", run, "--threads", "2"});
  REQUIRE(outcome.code == 0);
  CHECK(has(outcome.out, "steps        12 ("));
  CHECK(has(outcome.out, ": validation accuracy "));
  CHECK(has(outcome.out, "best.h5 on the test file:\n"));
  CHECK(has(outcome.out, "predict '" + run + "/best.h5' FILE\n"));
  CHECK(has(outcome.err, "training: 12 steps\n"));
  CHECK(has(outcome.err, "epoch 3  step 12  "));
  CHECK_FALSE(has(outcome.err, "\r"));
  const Outcome again = orochi_program({"train", place.path("small.toml"), "--run", run});
  CHECK(again.code == 2);
  CHECK(has(again.err, "--resume"));
  CHECK(again.out.empty());
}

TEST_CASE("a run that was left off says how to go on, and goes on") {
  const Workplace place("resume");
  const std::string config = place.path("small.toml"), run = place.path("run"), whole = place.path("whole");
  REQUIRE(orochi_program({"train", config, "--run", whole}).code == 0);
  const Outcome part = orochi_program({"train", config, "--run", run, "--max-steps", "3"});
  CHECK(part.code == 0);
  CHECK(has(part.out, " train --resume --run " + run + "\n"));
  CHECK_FALSE(has(part.out, "evaluate"));
  REQUIRE(orochi_program({"train", "--resume", "--run", run}).code == 0);
  CHECK(bytes(run + "/last.h5") == bytes(whole + "/last.h5"));
  const Outcome other = orochi_program({"train", "--resume", "--run", run, "model.num_heads=4"});
  CHECK(other.code == 2);
  CHECK(has(other.err, "model.num_heads"));
}

TEST_CASE("a layer that the config leaves no columns says so") {
  const Workplace place("narrow");
  const Outcome outcome =
      orochi_program({"train", place.path("small.toml"), "--run", place.path("run"),
                      "model.activation=multi_head_attention", "model.dim_feedforward=1"});
  CHECK(outcome.code == 2);
  CHECK(has(outcome.err,
            "\"encoder.0.feed_forward.activation\" has 1 columns, too few for model.num_heads = 2"));
}

TEST_CASE("errors of a config come all at once; divergence has its own exit code") {
  const Workplace place("errors");
  const Outcome wrong =
      orochi_program({"train", place.path("small.toml"), "model.num_head=2", "train.epochs=zero"});
  CHECK(wrong.code == 2);
  CHECK(has(wrong.err, "num_heads"));
  CHECK(has(wrong.err, "train.epochs"));
  const Outcome diverged = orochi_program({"train", place.path("small.toml"), "--run", place.path("run"),
                                           "train.learning_rate=1e38", "train.optimizer=sgd",
                                           "train.max_grad_norm=0", "train.epochs=50"});
  CHECK(diverged.code == 3);
  CHECK(diverged.out.empty());
  CHECK(has(diverged.err, "diverged"));
}
