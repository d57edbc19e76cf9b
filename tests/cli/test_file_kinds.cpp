// predict on files that are nearly of the model's format: without labels, with a bad record, of texts with
// tabs.
#include <algorithm>
#include <fstream>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Place : Workplace {
  using Workplace::Workplace;

  void write(const std::string& name, const std::string& contents) const {
    std::ofstream(path(name)) << contents;
  }
  void train(const std::string& run, std::vector<std::string> settings) const {
    settings.insert(settings.begin(),
                    {"train", path("small.toml"), "--run", path(run), "data.test=", "train.epochs=1"});
    const Outcome trained = orochi_program(settings);
    INFO(trained.err);
    REQUIRE(trained.code == 0);
  }
  Outcome predict(const std::string& run, const std::string& file,
                  std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"predict", path(run), path(file)});
    return orochi_program(options);
  }
};

std::string series(const std::string& even, const std::string& odd, int count = 20) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += (i % 2 == 0 ? even : odd) + "\t" + std::to_string(i) + ".5\t" + std::to_string(i % 3) + "\t7\n";
  return text;
}

}  // namespace

TEST_CASE("what is in the place of labels and is none that the model knows is an error") {
  const Place place("no-labels");
  const std::string cases = "@univariate true\n@classLabel true low high\n@data\n1,2,3:low\n4,3,2:high\n";
  place.write("series.tsv", series("low", "high"));
  place.write("cases.ts", cases + "1,2,2:low\n4,3,1:high\n1,2,4:low\n4,3,3:high\n");
  place.train("ucr", {"data.train=series.tsv", "data.format=ucr", "data.tokenizer=word"});
  place.train("ts", {"data.train=cases.ts", "data.format=ts", "data.tokenizer=word"});
  place.train("tsv", {});

  place.write("none.tsv", "1\t2\t3\n4\t5\t6\n");
  const Outcome refused = place.predict("ucr", "none.tsv");
  CHECK(refused.code == 2);
  CHECK(refused.out.empty());
  CHECK(has(refused.err,
            "none.tsv:1: error: \"1\" was read as a label, but neither this nor any other record has a label "
            "of the model, which are "));
  CHECK(has(refused.err, "or ? where it is not known\n"));
  CHECK(has(refused.err, "records without labels, values with commas between, are read from standard input"));
  place.write("numbers.ts", "@univariate true\n@classLabel true 1 2\n@data\n1,2:1\n3,4:2\n");
  CHECK(has(place.predict("ts", "numbers.ts").err, "numbers.ts:4: error: \"1\" was read as a label"));
  place.write("texts.tsv", "ACGT\tCGATTACAG\nACG\tCGATTACAG\n");
  CHECK(has(place.predict("tsv", "texts.tsv").err, "texts.tsv:1: error: \"ACGT\" was read as a label"));

  place.write("headed.tsv", "Art\t1\t2\t3\n" + series("low", "high") + series("low", "high"));
  const Outcome headed = place.predict("ucr", "headed.tsv");
  CHECK(headed.code == 0);
  CHECK(has(headed.err,
            "headed.tsv:1: \"Art\" is no label of the model, while all others are: if the line is a "
            "header, remove it"));

  // One that is known shows that the others are labels, too; missing ones need not be known.
  for (const char* label : {"low", "?"}) {
    place.write("some.tsv", series("other", label));
    CHECK(place.predict("ucr", "some.tsv").code == (*label == '?' ? 2 : 0));
    place.write("unknown.tsv", series("?", label));
    CHECK(place.predict("ucr", "unknown.tsv").code == 0);
  }
  place.write("unlabelled.ts", "@univariate true\n@classLabel false\n@data\n1,2,3\n3,2,1\n");
  CHECK(place.predict("ts", "unlabelled.ts").code == 0);
  place.write("empty.tsv", "\tCGATTACAG\n\tAAATTTGGG\n");
  CHECK(place.predict("tsv", "empty.tsv").code == 0);
}

TEST_CASE("a record that is broken makes the file no other format") {
  const Place place("one-broken");
  place.write("series.tsv", series("low", "high"));
  place.train("ucr", {"data.train=series.tsv", "data.format=ucr", "data.tokenizer=word"});
  for (const std::size_t broken : {0, 7}) {
    std::string contents = series("low", "high", 10);
    const std::size_t at = contents.find("\t" + std::to_string(broken) + ".5\t");
    contents.replace(at + 1, 3, "abc");
    place.write("broken.tsv", contents);
    const std::string where = "broken.tsv:" + std::to_string(broken + 1) + ":";
    const Outcome refused = place.predict("ucr", "broken.tsv");
    CHECK(refused.code == 2);
    CHECK(has(refused.err, where));
    const Outcome skipped = place.predict("ucr", "broken.tsv", {"--skip-bad"});
    INFO(skipped.err);
    CHECK(skipped.code == 0);
    CHECK(has(skipped.err, where));
    CHECK(has(skipped.err, "1 record with an error left out"));
    CHECK(std::count(skipped.out.begin(), skipped.out.end(), '\n') == 10);  // with the header
  }
}

TEST_CASE("lines of several texts with tabs between are no table for a model of other delimiters") {
  const Place place("three-texts");
  std::string csv = "a,b,c,label\n", tabs;
  for (int i = 0; i < 20; ++i)
    csv += i % 2 == 0 ? "good,fine,well,yes\n" : "bad,poor,ill,no\n",
        tabs += i % 2 == 0 ? "good\tfine\twell\n" : "bad\tpoor\till\n";
  place.write("train.csv", csv);
  place.write("texts.txt", tabs);
  const std::vector<std::string> settings{"data.train=train.csv", "data.format.type=csv",
                                          "data.format.text_columns=[\"a\", \"b\", \"c\"]",
                                          "data.tokenizer=word"};
  place.train("commas", settings);
  const Outcome lines = place.predict("commas", "texts.txt");
  INFO(lines.err);
  CHECK(lines.code == 0);
  CHECK(std::count(lines.out.begin(), lines.out.end(), '\n') == 21);

  std::string header = "a\tb\tc\tlabel\n";
  for (int i = 0; i < 20; ++i) header += i % 2 == 0 ? "good\tfine\twell\tyes\n" : "bad\tpoor\till\tno\n";
  place.write("tabs.csv", header);
  place.train("tsv", {});
  const Outcome other = place.predict("tsv", "tabs.csv");
  CHECK(other.code == 2);
  CHECK(has(other.err, "add 'data.format={type = \"csv\", delimiter = \"\\t\"}' behind the file's name"));
}

TEST_CASE("files of formats that are no lines of texts are refused, lines that begin alike are not") {
  const Place place("no-lines");
  place.train("tsv", {});
  const auto refusal = [&](const std::string& name, const std::string& contents) {
    place.write(name, contents);
    const Outcome outcome = place.predict("tsv", name);
    INFO(name);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    return outcome.err;
  };
  CHECK(has(refusal("two.fasta", ">a\nACGT\n>b\nGGTT\n"), "add data.format=fasta behind the file's name"));
  const Outcome read =
      orochi_program({"predict", place.path("tsv"), place.path("two.fasta"), "data.format=fasta"});
  CHECK(std::count(read.out.begin(), read.out.end(), '\n') == 3);
  CHECK(has(refusal("two.fastq", "@a 1\nACGT\n+\nIIII\n@b\nGGTT\n+\nIIII\n"), "write it as FASTA"));
  CHECK(has(refusal("a.ts", "@univariate true\n@data\n1,2:x\n"), "it holds numbers"));
  CHECK(has(refusal("a.arff", "@relation a\n@attribute x numeric\n@data\n1\n"), "it holds numbers"));
  CHECK(has(refusal("ucr.tsv", series("a", "b", 4)), "it holds numbers"));
  CHECK(has(refusal("list.json", "[\n {\"text\": \"a\"}\n]\n"), "jq -c '.[]'"));
  CHECK(has(refusal("one.json", "{\n \"text\": \"a\"\n}\n"), "jq -c ."));
  CHECK(has(refusal("page.html", "\n<!DOCTYPE html>\n<p>a\n"), "HTML"));
  CHECK(has(refusal("pointer.tsv", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), "git lfs"));
  for (const char* lines : {"[laughs] a\n[b] c\n", "1 2 3\n4 5 6\n", "1,2,3\n4,5,6\n", "> a b\nc d\n"}) {
    place.write("lines.txt", lines);
    CHECK(place.predict("tsv", "lines.txt").code == 0);
  }
}

TEST_CASE("labels in front of values and texts, and a header, are told from them") {
  const Place place("labels-in-front");
  place.write("series.tsv", series("1", "2"));
  place.train("ucr", {"data.train=series.tsv", "data.format=ucr", "data.tokenizer=word"});
  place.train("tsv", {});
  place.write("u.csv", "1,0.5,0.2\n2,0.9,0.8\n");
  const Outcome labelled = place.predict("ucr", "u.csv");
  CHECK(labelled.code == 2);
  CHECK(labelled.out.empty());
  CHECK(
      has(labelled.err, "u.csv: error: each of its 2 lines begins with a label of the model, as \"1\" does"));
  const Outcome read = orochi_program(
      {"predict", place.path("ucr"), place.path("u.csv"), "data.format={type = \"ucr\", delimiter = \",\"}"});
  CHECK(read.code == 0);
  place.write("values.csv", "1,2,0.5\n2,1,0.8\n");  // whole numbers may be values
  const Outcome values = place.predict("ucr", "values.csv");
  CHECK(values.code == 0);
  CHECK(has(values.err, "2 of 2 lines begin with a label, which was read as a value"));
  place.write("zeros.csv", "1,0.5\n1,0.8\n");
  CHECK(place.predict("ucr", "zeros.csv").code == 0);

  for (const char* name : {"headed.tsv", "headed.txt"}) {
    place.write(name, "label\ttext\nyes\tACGT\nno\tGGG\n");
    const Outcome headed = place.predict("tsv", name);
    CHECK(headed.code == 2);
    CHECK(has(headed.err, ":1: error: \"label\", \"text\" look like a header"));
  }
  place.write("pairs.csv", "label,a,b\nyes,A,C\nno,C,A\nyes,AA,C\nno,C,AA\nyes,A,CC\nno,CC,A\n");
  place.train("pairs",
              {"data.train=pairs.csv", "data.format.type=csv", R"(data.format.text_columns=["a","b"])"});
  place.write("one.tsv", "yes\tACGT\nno\tGGG\n");
  CHECK(has(place.predict("pairs", "one.tsv").err, "which would be read as a text; leave the labels out"));
}
