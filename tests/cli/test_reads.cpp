// Every command reads and takes apart a data file once, through the reader that the config names.
#include <map>

#include <orochi/run.hpp>

#include "catch.hpp"
#include "workplace.hpp"

using namespace orochi;

namespace {

using Counts = std::map<std::string, int>;  // by file name

/// Lines of label, tab, text; counts the files that it reads.
class Counted : public Reader {
 public:
  explicit Counted(Counts& counts) : counts_(counts) {}
  void read(DataFile& file) const override {
    ++counts_[std::filesystem::path(file.path()).filename().string()];
    std::string_view rest = file.text();
    for (Index line = 1; !rest.empty(); ++line) {
      const std::string_view text = take_line(rest);
      Record record;
      record.target = text.substr(0, text.find('\t'));
      record.texts.emplace_back(text.substr(text.find('\t') + 1));
      record.line = line;
      file.add(std::move(record));
    }
  }

 private:
  Counts& counts_;
};

/// What a command reads.
Counts reads_of(std::vector<std::string> words) {
  Counts counts;
  Extensions extensions = builtin();
  extensions.readers.add(
      {"counted", "for tests", {}, [&](const Settings&) { return std::make_unique<Counted>(counts); }});
  words.insert(words.begin(), "orochi");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  CHECK(run(static_cast<int>(arguments.size()), arguments.data(), extensions) == 0);
  return counts;
}

}  // namespace

TEST_CASE("a command reads each file once") {  // train reads again for baselines, but with -q
  const Workplace place("reads");
  const std::string run = place.path("run"), best = place.path("run/best.h5"), test = place.path("test.tsv");
  CHECK(reads_of({"train", place.path("small.toml"), "--run", run, "data.format=counted", "-q"}) ==
        Counts{{"train.tsv", 1}, {"test.tsv", 1}});
  CHECK(reads_of({"evaluate", best}) == Counts{{"test.tsv", 1}});
  CHECK(reads_of({"report", run}) == Counts{{"test.tsv", 1}});
  CHECK(reads_of({"ablate", best}) == Counts{{"test.tsv", 1}});
  CHECK(reads_of({"attend", best, "--data", test, "--index", "3"}) == Counts{{"test.tsv", 1}});
  CHECK(reads_of({"train", place.path("small.toml"), "--run", place.path("split"), "data.format=counted",
                  "data.test=", "-q"}) == Counts{{"train.tsv", 1}});
  CHECK(reads_of({"report", place.path("split")}) == Counts{{"train.tsv", 1}});  // its validation part
}
