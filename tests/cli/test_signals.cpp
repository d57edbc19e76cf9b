// Ctrl-C: the first one finishes the step, a second one does not wait for it.
#include <chrono>
#include <csignal>
#include <thread>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;

namespace {
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

using Clock = std::chrono::steady_clock;
}  // namespace

TEST_CASE("SIGINT, SIGTERM and SIGHUP leave a checkpoint and the command that resumes") {
  const Workplace place("signals");
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const std::string run = place.path("run" + std::to_string(number));
    Child child({"train", place.path("small.toml"), "train.epochs=1000000", "--run", run});
    REQUIRE(child.wait_for_error("epoch 1 "));
    child.signal(number);
    const Outcome stopped = child.finish();
    CHECK(stopped.code == 128 + number);
    CHECK(has(stopped.out, " train --resume --run " + run + "\n"));
    CHECK(has(stopped.err, "stopped by a signal, with a checkpoint\n"));
    CHECK(has(stopped.err, "finishing this step"));
    const Outcome further =
        orochi_program({"train", "--resume", "--run", run, "train.epochs=1000000", "--max-steps", "1"});
    CHECK(further.code == 0);
    CHECK(has(further.err, "resumed "));
  }
}

TEST_CASE("a second signal ends the program in the middle of a step") {
  const Workplace place("twice");
  place.write_data("train.tsv", 20000, 1, "no");
  // A step of many seconds.
  Child child({"train", place.path("small.toml"), "--run", place.path("run"), "train.batch_size=20000",
               "model.d_model=256", "model.num_layers=4", "--threads", "1"});
  REQUIRE(child.wait_for_error("training: "));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const Clock::time_point start = Clock::now();
  child.signal(SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  child.signal(SIGINT);
  const Outcome stopped = child.finish();
  CHECK(stopped.code == 128 + SIGINT);
  CHECK(stopped.out.empty());
  CHECK(Clock::now() - start < std::chrono::seconds(6));
}
