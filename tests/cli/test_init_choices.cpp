// orochi init: which columns it takes, and what it says of data that may mean something else.
#include <fstream>
#include <tuple>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// What init says of a file of these lines; the config is made.toml.
Outcome init(const Workplace& place, const std::string& name, const std::string& contents,
             const std::vector<std::string>& more = {}) {
  std::ofstream(place.path(name)) << contents;
  std::filesystem::remove(place.path("made.toml"));
  std::vector<std::string> words{"init", place.path(name), "--out", place.path("made.toml")};
  words.insert(words.end(), more.begin(), more.end());
  Outcome outcome = orochi_program(words);
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  return outcome;
}

std::string config_of(const Workplace& place) {
  std::ifstream file(place.path("made.toml"));
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Sixty records of a number each; `record` makes its line.
template <class Record>
std::string records(const std::string& header, Record record) {
  std::string text = header;
  for (int i = 0; i < 60; ++i) text += record(i) + "\n";
  return text;
}

std::string words_of(int i) {
  return "some words of " + std::to_string(i % 11) + " and " + std::to_string(i);
}

}  // namespace

TEST_CASE("a column that is called label is taken before one of fewer values") {
  const Workplace place("init-names");
  const auto three = [](int i) { return std::string(1, "abc"[i % 3]); };
  const auto two = [](int i) { return std::string(i % 2 == 0 ? "yes" : "no"); };
  const Outcome seen =
      init(place, "seen.csv",
           records("text,seen,Label\n", [&](int i) { return words_of(i) + "," + two(i) + "," + three(i); }));
  CHECK(holds(
      seen.out,
      "text \"text\", label \"Label\"\nthe text is the longest column, the label the one that is called so; "
      "not used: \"seen\"; "));
  CHECK(holds(config_of(place),
              "# The text: the longest column; the label: the one that is called so. Not used: \"seen\"\n"));
  const Outcome more = init(place, "more.csv", records("category,text,target\n", [&](int i) {
                              return two(i) + "," + words_of(i) + "," + three(i);
                            }));
  CHECK(holds(more.out, "label \"target\""));
  const Outcome named =
      init(place, "named.csv", records("name,a,b,label\n", [&](int i) {
             return "\"Doe, J" + std::to_string(i) + "\"," + std::to_string(i) + ",2," + two(i);
           }));
  CHECK(holds(named.out, "text \"name\", label \"label\""));
  // Where nothing is called so, the fewest values decide.
  const Outcome other =
      init(place, "other.csv",
           records("text,seen,kind\n", [&](int i) { return words_of(i) + "," + two(i) + "," + three(i); }));
  CHECK(holds(other.out,
              "label \"seen\"\nthe text is the longest column, the label the one with the fewest different "
              "values; "));
  CHECK(holds(
      init(place, "asked.csv",
           records("text,seen,label\n", [&](int i) { return words_of(i) + "," + two(i) + "," + three(i); }),
           {"--label", "seen"})
          .out,
      "label \"seen\""));
}

TEST_CASE("ids are no texts while another column can be") {
  const Workplace place("init-uuid");
  const std::string uuid = "0b5fa6e2-3a1d-4c8c-9f11-";
  const Outcome outcome = init(place, "ids.csv", records("uuid,text,label\n", [&](int i) {
                                 return uuid + std::to_string(100 + i) + ",words " + std::to_string(i) + "," +
                                        (i % 2 == 0 ? "a" : "b");
                               }));
  CHECK(holds(outcome.out, "text \"text\", label \"label\""));
  // Sequences of one word, which are all different, may be all that there is.
  const Outcome single = init(place, "dna.csv", records("sequence,label\n", [&](int i) {
                                return "ACGT" + std::to_string(i) + "," + (i % 2 == 0 ? "a" : "b");
                              }));
  CHECK(holds(single.out, "text \"sequence\", label \"label\""));
}

TEST_CASE("a tokenizer that a setting names takes the place of the one that init chooses") {
  const Workplace place("init-tokenizer");
  const std::string csv = records("label,seq\n", [](int i) {
    return std::string(i % 2 == 0 ? "a" : "b") + ",ACGTTGCA" + std::string(1, "ACGT"[i % 4]);
  });
  init(place, "dna.csv", csv, {"data.tokenizer=char"});
  CHECK(holds(config_of(place), "\ntokenizer = {type = \"char\", lowercase = false}"));
  CHECK(holds(config_of(place), "half of them have up to 9 letters"));
  init(place, "dna.csv", csv, {"data.tokenizer={type = \"kmers\", k = 4}"});
  CHECK(holds(config_of(place), "\ntokenizer = {type = \"kmers\", k = 4}\n"));
  const std::string texts =
      records("label,text\n", [](int i) { return std::string(i % 2 == 0 ? "a," : "b,") + words_of(i); });
  init(place, "texts.csv", texts, {"data.tokenizer.min_count=3"});
  CHECK(holds(config_of(place), "\ntokenizer = {type = \"word\", min_count = 3}\n"));
  CHECK(orochi_program({"train", place.path("made.toml"), "--run", place.path("made"), "train.max_steps=2"})
            .code == 0);
}

TEST_CASE("what init says of a test file is by the config that it writes") {
  const Workplace place("init-test-figures");
  const std::string csv = records("label,seq\n", [](int i) {
    return std::string(i % 2 == 0 ? "a" : "b") + "," + (i % 3 == 0 ? "ACGTTG" : "CCGA") + std::to_string(i);
  });
  std::ofstream(place.path("test.csv")) << "label,seq\na,ACGTTG71\nb,CCGA72\n";
  const Outcome outcome = init(place, "dna.csv", csv, {"--test", place.path("test.csv")});
  CHECK(holds(outcome.err, "test: 2 sequences, 14 rows, longest 8\n"));
  CHECK_FALSE(holds(outcome.err, "min_count"));
  CHECK_FALSE(holds(outcome.err, "100.0 %"));
}

TEST_CASE("init says what columns may mean otherwise") {
  const Workplace place("init-doubts");
  const Outcome series = init(place, "series.csv", records("kind,values\n", [](int i) {
                                return (i % 2 == 0 ? "fast,0.5 -1.25 " : "slow,7 8.5 ") + std::to_string(i);
                              }));
  CHECK(holds(series.err, "the texts are numbers, first \"0.5 -1.25 0\" ("));
  const Outcome commas =
      init(place, "commas.csv",
           records("text;score\n", [](int i) { return words_of(i) + ";" + std::to_string(i) + ",37"; }));
  CHECK(holds(commas.err, "like \"0,37\" ("));
  const Outcome several = init(
      place, "several.csv",
      records("text,tags\n", [](int i) { return words_of(i) + (i % 2 == 0 ? ",food|music" : ",tech|food"); }),
      {"task=multi_label"});
  CHECK(holds(several.err, "set task.separator = \"bar\""));
  const Outcome set = init(
      place, "several.csv",
      records("text,tags\n", [](int i) { return words_of(i) + (i % 2 == 0 ? ",food|music" : ",tech|food"); }),
      {"task=multi_label", "task.separator=bar"});
  CHECK(set.err.empty());
  CHECK(holds(config_of(place), "task = {type = \"multi_label\", separator = \"bar\"}\n"));
}

TEST_CASE("files without a line, or cut short, are refused as training does") {
  const Workplace place("init-nothing");
  const std::string gzip("\x1f\x8b\x08\0\0", 5);
  for (const auto& [name, contents, what] :
       {std::tuple{"blank.tsv", std::string("\n"), "nothing but blank lines"},
        std::tuple{"returns.tsv", std::string("\xEF\xBB\xBF\r\n"), "nothing but blank lines"},
        std::tuple{"cut.tsv.gz", gzip, "is compressed with gzip and cut short"}})
    for (const char* verb : {"init", "check-data"}) {
      std::ofstream(place.path(name)) << contents;
      const Outcome outcome = orochi_program({verb, place.path(name)});
      CHECK(outcome.code == 2);
      CHECK(holds(outcome.err, what));
    }
}
