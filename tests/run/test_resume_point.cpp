// What a run folder holds to go on from.
#include <orochi/error.hpp>

#include "catch.hpp"
#include "run/resume_point.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

/// A run that left off at a step, with last.h5 and the one before it.
struct LeftOff : Workplace {
  LeftOff(const std::string& name, Index step) : Workplace(name) { go_on(step); }
  std::string go_on(Index step, bool resume = false, std::vector<std::string> overrides = {}) {
    TrainRequest again = request("run");
    again.overrides = std::move(overrides);
    again.max_steps = step;
    again.resume = resume;
    Silent observer;
    train(again, builtin(), observer);
    return observer.notes;
  }
  void damage(const std::string& name) const { std::ofstream(file(name)) << "no checkpoint"; }
  void remove(const std::string& name) const { fs::remove(file(name)); }
  ResumePoint find() const { return find_resume_point((root / "run").string()); }
  std::string refusal() const {
    try {
      find();
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::usage);
      return error.what();
    }
    return "";
  }
  fs::path file(const std::string& name) const { return root / "run" / name; }
};

}  // namespace

TEST_CASE("a run goes on from last.h5, or from the one before") {
  const LeftOff run("resume-point", 6);  // last-1.h5 is of step 4, the end of an epoch
  SECTION("last.h5 is whole") {
    const ResumePoint point = run.find();
    CHECK(point.name == "last.h5");
    REQUIRE(point.reader);
    CHECK(point.reader->header().progress.step == 6);
    CHECK(point.damage.empty());
  }
  SECTION("last.h5 is damaged") {
    run.damage("last.h5");
    const ResumePoint point = run.find();
    CHECK(point.name == "last-1.h5");
    REQUIRE(point.reader);
    CHECK(point.reader->header().progress.step == 4);
    CHECK_THAT(point.damage, Contains("last.h5' is not a checkpoint"));
  }
  SECTION("last.h5 is gone") {
    run.remove("last.h5");
    const ResumePoint point = run.find();
    CHECK(point.name == "last-1.h5");
    CHECK(point.reader);
    CHECK(point.damage.empty());
  }
}

TEST_CASE("without a whole checkpoint a run does not go on") {
  const LeftOff run("no-resume-point", 6);
  run.damage("last.h5");
  SECTION("both are damaged") {
    run.damage("last-1.h5");
    CHECK_THAT(run.refusal(), Contains("last.h5' is not a") && Contains("last-1.h5' is not a"));
  }
  SECTION("the one before is gone") {
    run.remove("last-1.h5");
    CHECK_THAT(run.refusal(), Contains("last.h5' is not a") && Contains("there is no last-1.h5"));
  }
  SECTION("both are gone, but not best.h5: it was no run that was killed early") {
    run.remove("last.h5");
    run.remove("last-1.h5");
    CHECK_THAT(run.refusal(), Contains("holds no last.h5 to resume from"));
    run.remove("best.h5");
    CHECK_FALSE(run.find().reader);
  }
}

TEST_CASE("a best.h5 that is not what was the best is kept aside") {
  LeftOff run("other-best", 4);
  fs::copy_file(run.file("best.h5"), run.root / "first.h5");
  CHECK(run.go_on(10, true).find("best.h5") == std::string::npos);
  const CheckpointReader best(run.file("best.h5").string());
  REQUIRE(best.header().progress.step == 8);  // else this test needs another config
  SECTION("of another step") {
    fs::copy_file(run.root / "first.h5", run.file("best.h5"), fs::copy_options::overwrite_existing);
    CHECK_THAT(run.go_on(11, true),
               Contains("best.h5 is of step 4, not 8; kept as best-of-step-4.h5: from here on"));
    CHECK(run.bytes("run/best-of-step-4.h5") == run.bytes("first.h5"));
  }
  SECTION("damaged") {
    run.damage("best.h5");
    CHECK_THAT(run.go_on(11, true), Contains("best.h5 of step 8 is damaged; kept as best-damaged.h5: from"));
  }
  SECTION("gone") {
    run.remove("best.h5");
    CHECK_THAT(run.go_on(11, true), Contains("best.h5 of step 8 is gone: from here on"));
  }
  CHECK_FALSE(fs::exists(run.file("best.h5")));
}
