// The same weights from the whole program: on any number of threads and whatever the locale is.
#include <cstdlib>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;

namespace {

std::string bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Sets a variable for the programs that are started while it lives.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Environment() { ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

}  // namespace

TEST_CASE("the number of threads changes no bit") {
  const Workplace place("bits");
  int run = 0;
  const auto trained = [&](const char* threads) {
    const std::string folder = place.path("run" + std::to_string(run++));
    REQUIRE(orochi_program({"train", place.path("small.toml"), "--threads", threads, "--run", folder}).code ==
            0);
    return bytes(folder + "/last.h5");
  };
  const std::string one = trained("1");
  REQUIRE(one.size() > 1000);
  for (const char* threads : {"2", "3", "4"}) CHECK(trained(threads) == one);
  const Environment set("OMP_NUM_THREADS", "1");
  CHECK(trained("4") == one);
}

TEST_CASE("locales change neither numbers nor words") {
  const Workplace place("locales");
  REQUIRE(orochi_program({"train", place.path("small.toml"), "--run", place.path("run")}).code == 0);
  const std::string best = place.path("run/best.h5");
  const auto shown = [&] {
    std::string text;
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"evaluate", best},
          {"evaluate", best, "--json"},
          {"inspect", best},
          {"predict", best, place.path("test.tsv")},
          {"train", place.path("small.toml"), "train.learning_rate=x"}}) {
      const Outcome outcome = orochi_program(command);
      text += outcome.out + outcome.err + std::to_string(outcome.code) + "\n";
    }
    return text;
  };
  const std::string plain = shown();
  // German has a decimal comma, Turkish a dotless i. They are made where Debian's package locales is there;
  // the program must not fail where they are not.
  std::filesystem::create_directories(place.path("locales"));
  for (const std::string name : {"de_DE", "tr_TR", "hi_IN"}) {
    const std::string make = "localedef -i " + name + " -f UTF-8 " + place.path("locales/" + name + ".UTF-8");
    static_cast<void>(!std::system((make + " >/dev/null 2>&1").c_str()));
  }
  const std::string made = place.path("locales");
  const Environment path("LOCPATH", made.c_str());
  for (const char* locale :
       {"C", "POSIX", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "hi_IN.UTF-8", "no_such.LOCALE"}) {
    const Environment set("LC_ALL", locale);
    INFO(locale);
    CHECK(shown() == plain);
  }
}
