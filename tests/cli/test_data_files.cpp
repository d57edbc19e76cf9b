// evaluate and check-data on files of many kinds.
#include <fstream>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("evaluate reads a file whose columns are named otherwise") {
  const Workplace place("evaluate-columns");
  std::ifstream lines(place.path("train.tsv"));
  std::ofstream csv(place.path("train.csv")), other(place.path("other.csv")), bare(place.path("bare.csv"));
  csv << "label,text\n";
  other << "mood;review\n";
  for (std::string line; std::getline(lines, line);) {
    const std::string label = line.substr(0, line.find('\t')), text = line.substr(line.find('\t') + 1);
    csv << label << "," << text << "\n";
    other << label << ";" << text << "\n";
    bare << label << "," << text << "\n";
  }
  csv.close(), other.close(), bare.close();
  REQUIRE(orochi_program({"train", place.path("small.toml"), "data.train=train.csv", "data.format=csv",
                          "data.test=", "--run", place.path("run")})
              .code == 0);
  const auto evaluate = [&](const std::string& file, const std::vector<std::string>& settings) {
    std::vector<std::string> words{"evaluate", place.path("run"), "--data", place.path(file)};
    words.insert(words.end(), settings.begin(), settings.end());
    return orochi_program(words);
  };
  const Outcome own = evaluate("train.csv", {});
  REQUIRE(own.code == 0);
  CHECK(evaluate("other.csv", {}).code == 2);
  CHECK(evaluate("other.csv", {"data.format.text_columns=review", "data.format.label_column=mood",
                               "data.format.delimiter=;"})
            .out == own.out);
  CHECK(evaluate("bare.csv",
                 {"data.format.header=false", "data.format.label_column=1", "data.format.text_columns=2"})
            .out == own.out);
  CHECK(evaluate("train.tsv", {"data.format=tsv"}).out == own.out);
  const Outcome refused = evaluate("train.csv", {"data.max_length=3", "data.tokenizer=word"});
  CHECK(refused.code == 2);
  CHECK(has(refused.err, "data.max_length"));
  CHECK(has(refused.err,
            "allowed here are settings of how data is read: data.format, data.encoding and data.storage"));
  CHECK(has(evaluate("train.csv", {"more"}).err, "unexpected word \"more\""));
}

TEST_CASE("a share of unknown tokens far above validation's is noted") {
  const Workplace place("unknown-share");
  REQUIRE(orochi_program({"train", place.path("small.toml"), "--run", place.path("run"), "train.epochs=1"})
              .code == 0);
  const auto write = [&](const std::string& name, int known, int unknown) {
    std::ofstream file(place.path(name));
    for (int i = 0; i < 20; ++i)
      file << "yes\t" << std::string(static_cast<std::size_t>(known), 'A')
           << std::string(static_cast<std::size_t>(unknown), 'N') << "\n";
  };
  write("few.tsv", 9, 0), write("some.tsv", 8, 1);
  std::ofstream(place.path("short.tsv")) << "yes\tAAAN\n";
  const std::string note =
      "11 % of the tokens are unknown to the model, and 0.0 % of its validation data's were: are these texts "
      "of "
      "the kind that it was trained on?";
  const auto evaluated = [&](const std::string& name) {
    return orochi_program({"evaluate", place.path("run"), "--data", place.path(name)}).err;
  };
  CHECK(has(evaluated("some.tsv"), note));
  CHECK_FALSE(has(evaluated("few.tsv"), "unknown"));
  CHECK_FALSE(has(evaluated("short.tsv"), "unknown"));  // four tokens say little
  CHECK(has(orochi_program({"predict", place.path("run"), place.path("some.tsv")}).err, note));
  CHECK(has(orochi_program({"train", "--from", place.path("run"), "--data", place.path("some.tsv"), "--run",
                            place.path("more"), "data.validation_fraction=0", "train.epochs=1"})
                .err,
            note + " --add-tokens adds their tokens to the vocabulary"));
}

TEST_CASE("check-data names format, columns and labels, and gives a config that trains") {
  const Workplace place("check-data");
  const Outcome tsv = orochi_program({"check-data", place.path("train.tsv"), "data.tokenizer=char"});
  CHECK(tsv.code == 0);
  CHECK(has(tsv.out,
            "looks like  lines of label, tab, text\nsequences   80\nlabels      2 labels: no 40, yes 40\n"));
  CHECK(has(tsv.out, "lengths     9 to 9 rows, half of them up to 9\n"));
  CHECK(has(tsv.out, "format = \"tsv\"\n# and data.tokenizer=char\n"));
  const Outcome single = orochi_program({"check-data", place.path("train.tsv")});
  CHECK_FALSE(has(single.out, "every text is a single token"));  // by the config that it gives
  CHECK(has(single.out, "lengths     9 to 9 rows"));
  const std::string letters = "\ntokenizer = {type = \"char\", lowercase = false}  # each letter a row";
  CHECK(has(single.out, letters));
  REQUIRE(orochi_program({"init", place.path("train.tsv"), "--out", place.path("by-init.toml")}).code == 0);
  std::ifstream by_init(place.path("by-init.toml"));
  CHECK(has({std::istreambuf_iterator<char>(by_init), {}}, letters));
  const Outcome words = orochi_program({"check-data", place.path("train.tsv"), "data.tokenizer=word"});
  CHECK(has(words.out, "every text is a single token"));
  CHECK_FALSE(has(words.out, letters));

  std::ofstream csv(place.path("reviews.csv"));
  csv << "id;review;mood\n";
  for (int i = 0; i < 30; ++i) csv << i << ";the soup was " << (i % 2 == 0 ? "cold;bad\n" : "warm;good\n");
  csv.close();
  const Outcome table = orochi_program({"check-data", place.path("reviews.csv")});
  CHECK(table.code == 0);
  CHECK(has(table.out, "columns     \"id\", \"review\", \"mood\"\n"));
  CHECK(has(table.out, "bad 15, good 15"));
  CHECK(has(table.out, "Not used: \"id\"\ntext_columns = [\"review\"]\nlabel_column = \"mood\"\n"));
  const Outcome config = orochi_program({"check-data", place.path("reviews.csv"), "--config"});
  CHECK(config.out == table.out.substr(table.out.find("[data]")));
  CHECK(has(config.err, "bad 15, good 15"));
  std::ofstream(place.path("start.toml")) << config.out;
  CHECK(orochi_program({"train", place.path("start.toml"), "train.epochs=1", "--run", place.path("start")})
            .code == 0);

  std::ofstream jsonl(place.path("nested.jsonl"));
  for (int i = 0; i < 30; ++i)
    jsonl << R"({"meta": {"mood": )" << i % 3 << R"(}, "body": "the soup was number )" << i << "\"}\n";
  jsonl.close();
  CHECK(has(orochi_program({"check-data", place.path("nested.jsonl")}).out,
            "text_keys = [\"body\"]\nlabel_key = \"meta.mood\"\n"));

  std::ofstream(place.path("series.ts")) << "@problemName x\n@univariate true\n@classLabel true a b\n@data\n"
                                            "1,2:a\n1,2,3:b\n2,3:a\n1,3,3:b\n";
  const Outcome series =
      orochi_program({"check-data", place.path("series.ts"), "data.validation_fraction=0"});
  CHECK(has(series.out, "channels    1\n"));
  REQUIRE(orochi_program({"train", place.path("small.toml"), "data.train=series.ts", "data.format=ts",
                          "data.test=", "data.validation_fraction=0", "data.missing=mean", "--run",
                          place.path("filled")})
              .code == 0);
  std::ofstream(place.path("gap.ts")) << "@problemName x\n@univariate true\n@data\n1,?,3:a\n";
  const Outcome filled = orochi_program({"predict", place.path("filled"), place.path("gap.ts")});
  CHECK(filled.code == 0);
  CHECK(has(filled.err, "filled 1 missing value of 1 sequence by the channel's training mean\n"));
  std::ofstream(place.path("image.png"), std::ios::binary) << "\x89PNG\r\n\x1A\n----";
  const Outcome image = orochi_program({"check-data", place.path("image.png")});
  CHECK(image.code == 2);
  CHECK(has(image.err, "no reader for it"));
  CHECK(orochi_program({"check-data", place.path("nothere")}).code == 2);
}

TEST_CASE("every command that reads labelled data takes the setting that its error names") {
  const Workplace place("other-format");
  REQUIRE(orochi_program({"train", place.path("small.toml"), "--run", place.path("run")}).code == 0);
  std::ifstream lines(place.path("test.tsv"));
  std::ofstream csv(place.path("test.csv"));
  csv << "label,text\n";
  for (std::string line; std::getline(lines, line);) csv << line.replace(line.find('\t'), 1, ",") << "\n";
  csv.close();
  const std::string run = place.path("run");
  for (std::vector<std::string> words : std::vector<std::vector<std::string>>{{"ablate", run},
                                                                              {"attend", run},
                                                                              {"explain", run},
                                                                              {"report", run},
                                                                              {"compare", run, run},
                                                                              {"evaluate", run}}) {
    words.insert(words.end(), {"--data", place.path("test.csv")});
    const Outcome refused = orochi_program(words);
    INFO(refused.err);
    CHECK(refused.code == 2);
    CHECK(has(refused.err, "or add data.format=csv"));
    words.emplace_back("data.format=csv");
    CHECK(orochi_program(words).code == 0);
  }
  CHECK(orochi_program({"embed", run, place.path("test.csv"), "data.format=csv"}).code == 0);
}

TEST_CASE("a broken line near the top of a file is named, not taken for another kind of file") {
  const Workplace place("broken-top");
  const auto check = [&](const std::string& name, const std::string& contents, const std::string& message) {
    std::ofstream(place.path(name)) << contents;
    for (const char* verb : {"check-data", "init"}) {
      std::vector<std::string> words{verb, place.path(name)};
      if (words.front() == "init") words.insert(words.end(), {"--out", place.path("x.toml")});
      const Outcome outcome = orochi_program(words);
      INFO(verb << "\n" << outcome.err);
      CHECK(outcome.code == 2);
      CHECK(has(outcome.err, name + message));
      CHECK_FALSE(has(outcome.err, "no reader for it"));
    }
  };
  std::string csv, json, ts, numbers;
  for (int i = 0; i < 20; ++i) {
    const std::string kind = i % 2 == 0 ? "gut" : "schlecht", number = std::to_string(i);
    csv += kind + ",ein Satz " + number + "\n";
    json += R"({"kind": ")" + kind + R"(", "satz": "ein Satz )" + number + "\"}\n";
    ts += number + ",2,3:" + kind + "\n";
    numbers += std::to_string(i % 2) + " " + number + ".5 2.5 3.5\n";
  }
  check("title.csv", "All that was said in 2024\nklasse,bericht\n" + csv,
        ":1: error: this line is above the header, which is line 2");
  check("sep.csv", "sep=,\nklasse,bericht\n" + csv,
        ":1: error: this line is above the header, which is line 2; remove all lines above line 2");
  check("mac.csv", "klasse,bericht\rgut,x\rschlecht,y\r",
        ": error: has lines that end in a carriage return alone; write them anew");
  check("klasse.csv", "klasse,bericht\n" + csv.insert(csv.find('\n') + 1, "kaputt\n"), ":3: error: 1 field");
  check("short.csv", "klasse,bericht\ngut,x\nkaputt\n", ":3: error: 1 field");
  check("short.tsv", "gut\tx\nkaputt\nschlecht\ty\nkaputt\n", ":2: error: no tab in");
  check("first.jsonl", "{\"kind\" \"gut\"\n" + json, ":1");
  check("no-mark.jsonl", "what was said\n" + json, ":1");
  check("top.ts", "what was said\n@problemName x\n@classLabel true gut schlecht\n@data\n" + ts, ":1");
  check("places.txt", "0 x.5 2.5 3.5\n" + numbers, ":1");
}
