// orochi init: the config that it writes, for each kind of data.
#include <fstream>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The config that init writes for a file of these lines.
std::string config_for(const Workplace& place, const std::string& name, const std::string& contents,
                       std::vector<std::string> more = {}) {
  std::ofstream(place.path(name)) << contents;
  std::vector<std::string> words{"init", place.path(name), "--out", place.path("made.toml")};
  words.insert(words.end(), more.begin(), more.end());
  const Outcome outcome = orochi_program(words);
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  CHECK(has(outcome.out, "train " + place.path("made.toml")));
  std::ifstream file(place.path("made.toml"));
  const std::string config{std::istreambuf_iterator<char>(file), {}};
  CHECK(orochi_program({"train", place.path("made.toml"), "--run", place.path("made"), "train.max_steps=3"})
            .code == 0);
  std::filesystem::remove(place.path("made.toml"));
  std::filesystem::remove_all(place.path("made"));
  return config;
}

std::string lines(int count, const std::string& even, const std::string& odd) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i % 2 == 0 ? even : odd) + std::to_string(i / 9) + "\n";
  return text;
}

}  // namespace

TEST_CASE("texts of words have words as rows, and rare ones are unknown") {
  const Workplace place("init-words");
  const std::string config = config_for(
      place, "reviews.tsv", lines(60, "good\ta fine thing to have ", "bad\tit broke on the first day "));
  CHECK(has(config, "# 60 records, 2 labels; half of them have up to "));
  CHECK(has(config, "tokenizer = {type = \"word\", min_count = 2}"));
  CHECK(has(config, "pooling = \"mean\""));
  CHECK(has(config, "epochs = 200\n"));
  CHECK(has(config, "text_features = 131072"));
  CHECK_FALSE(has(config, "[layer.token_embedding]"));
}

TEST_CASE("a label that is called as columns are makes no header") {
  const Workplace place("init-acts");
  const std::string acts =
      config_for(place, "acts.csv", lines(60, "question,who is it now ", "answer,it is me again "));
  CHECK(has(acts, "# 60 records"));
  CHECK(has(acts, "header = false"));
}

TEST_CASE("single words have letters as rows, with n-grams; of one length they are places") {
  const Workplace place("init-letters");
  const std::string letters = config_for(place, "names.tsv", lines(60, "a\tmoon", "b\tstarlight"));
  CHECK(has(letters, "type = \"char\""));
  CHECK(has(letters, "ngrams = 4"));
  const std::string places = config_for(place, "codes.tsv", lines(18, "a\tACGT", "b\tTTGA"));
  CHECK(has(places, "pooling = \"max\""));
  CHECK_FALSE(has(places, "ngrams"));
  CHECK(has(places, "text_places = true"));
  CHECK_FALSE(has(letters, "text_places"));
  CHECK(has(places, "max_length = 5 "));
}

TEST_CASE("a column of many different numbers is predicted as a quantity, others can be named") {
  const Workplace place("init-columns");
  std::string csv = "id,text,stars,price\n";
  for (int i = 0; i < 60; ++i)
    csv += std::to_string(i) + ",some words of a text," + (i % 2 == 0 ? "good," : "poor,") +
           std::to_string(i) + ".5\n";
  const std::string guessed = config_for(place, "shop.csv", csv);
  CHECK(has(guessed, "label_column = \"stars\""));
  CHECK(has(guessed, "text_columns = [\"text\"]"));
  const std::string price = config_for(place, "shop.csv", csv, {"--label", "price"});
  CHECK(has(price, "task = \"regression\""));
  CHECK(has(price, "label_column = \"price\""));
  std::string homes = "listing,rooms,price\n";
  for (int i = 0; i < 60; ++i)
    homes += "a house of " + std::to_string(i % 7) + " rooms,3," + std::to_string(900 + i) + "\n";
  const std::string by_numbers = config_for(place, "homes.csv", homes, {"--label", "price"});
  CHECK(has(by_numbers, "task = \"regression\""));
  const Outcome outcome =
      orochi_program({"init", place.path("shop.csv"), "--label", "prize", "--out", place.path("x.toml")});
  CHECK(outcome.code == 2);
  CHECK(has(outcome.err, "there is no column \"prize\"; there are: \"id\", \"text\", \"stars\", \"price\""));
}

TEST_CASE("init and check-data tell quantities from classes alike") {
  const Workplace place("init-quantities");
  const auto tasks = [&](int numbers, const std::string& setting = {}) {
    std::string csv = "text,year\n";
    for (int i = 0; i < 200; ++i)
      csv += "some words of " + std::to_string(i) + "," + std::to_string(1990 + i % numbers) + "\n";
    const bool by_init = has(config_for(place, "years.csv", csv), "task = \"regression\"");
    std::vector<std::string> words{"check-data", place.path("years.csv"), "--config"};
    if (!setting.empty()) words.push_back(setting);
    const Outcome checked = orochi_program(words);
    CHECK(checked.code == 0);
    return std::pair(by_init, has(checked.out, "task = \"regression\""));
  };
  CHECK(tasks(30) == std::pair(true, true));
  CHECK(tasks(150) == std::pair(true, true));  // so many classes are an error
  CHECK(tasks(5) == std::pair(false, false));
  CHECK(tasks(30, "task=classification") == std::pair(true, false));
}

TEST_CASE("very uneven labels get advice, others none") {
  const Workplace place("init-uneven");
  const auto notes = [&](int often, int rarely) {
    std::ofstream file(place.path("mood.tsv"));
    for (int i = 0; i < often + rarely; ++i)
      file << (i < often ? "fine" : "bad") << "\tsome words of " << i << "\n";
    file.close();
    std::filesystem::remove(place.path("x.toml"));
    const Outcome made = orochi_program({"init", place.path("mood.tsv"), "--out", place.path("x.toml")});
    CHECK(made.code == 0);
    const Outcome checked = orochi_program({"check-data", place.path("mood.tsv")});
    CHECK((made.err.empty() || has(checked.out, "note        " + made.err)));
    return made.err;
  };
  const std::string frequent = notes(96, 4);
  CHECK(has(frequent, "label \"fine\" has 96.0 % of the records"));
  CHECK(has(frequent, "train.monitor = \"macro_f1\""));
  CHECK(has(frequent,
            "task.class_weights = \"balanced\"; 1 label has fewer than 5 records, as \"bad\" with 4: "));
  const Outcome trained =
      orochi_program({"train", place.path("x.toml"), "train.monitor=macro_f1", "task.class_weights=balanced",
                      "--run", place.path("made"), "train.max_steps=3"});
  INFO(trained.err);
  CHECK(trained.code == 0);
  CHECK(has(notes(20, 3), "1 label has fewer than 5 records, as \"bad\" with 3"));
  CHECK(notes(60, 40).empty());
}

TEST_CASE("a header of unusual words is known by the labels below it") {
  const Workplace place("init-header");
  std::string commas = "klasse,bericht\n", tabs = "klasse\tbericht\n";
  for (int i = 0; i < 40; ++i) {
    const std::string label = i % 2 == 0 ? "gut" : "schlecht", text = "ein \"Satz von vielen";
    commas += label + ",ein Satz\n", tabs += label + "\t" + text + "\n";
  }
  const std::string csv = config_for(place, "words.csv", commas), tsv = config_for(place, "words.tsv", tabs);
  CHECK(has(csv, "label_column = \"klasse\""));
  CHECK(has(csv, "text_columns = [\"bericht\"]"));
  CHECK(has(csv, "# 40 records, 2 labels"));
  CHECK(has(
      tsv, "delimiter = \"\\t\"\ntext_columns = [\"bericht\"]\nlabel_column = \"klasse\"\nquotes = false\n"));
  CHECK(has(tsv, "# 40 records, 2 labels"));
  const std::string bare = config_for(place, "bare.csv", commas.substr(commas.find('\n') + 1));
  CHECK(has(bare, "header = false"));
  CHECK(has(bare, "# 40 records, 2 labels"));
}

TEST_CASE("a column that may only number the records is said to be one") {
  const Workplace place("init-ids");
  std::string csv = "id,text,price\n";
  for (int i = 1; i <= 60; ++i)
    csv += std::to_string(i) + ",some words of text " + std::to_string(i % 5) + "," + std::to_string(i % 30) +
           "\n";
  std::ofstream(place.path("shop.csv")) << csv;
  const auto said = [&](const std::string& label) {
    std::filesystem::remove(place.path("x.toml"));
    const Outcome outcome =
        orochi_program({"init", place.path("shop.csv"), "--label", label, "--out", place.path("x.toml")});
    CHECK(outcome.code == 0);
    CHECK(has(outcome.out, "regression of 60 records"));
    return outcome.err;
  };
  CHECK(has(said("id"), "all labels are different whole numbers, such as "));
  CHECK(has(said("id"), "name another column with --label COLUMN; there are: \"id\", \"text\", \"price\"\n"));
  CHECK(said("price").empty());
}

TEST_CASE("series of numbers have rows of numbers, and a test file is named") {
  const Workplace place("init-series");
  std::string cases = "@problemName x\n@timeStamps false\n@univariate true\n@classLabel true a b\n@data\n";
  for (int i = 0; i < 40; ++i) cases += i % 2 == 0 ? "1,2,3,4:a\n" : "4,3,2,1:b\n";
  std::ofstream(place.path("test.ts")) << cases;
  const std::string config = config_for(place, "train.ts", cases, {"--test", place.path("test.ts")});
  CHECK(has(config, "format = \"ts\""));
  CHECK(has(config, "test = \"" + place.path("test.ts") + "\""));
  CHECK(has(config, "\nseries_features = 10000 "));
  CHECK_FALSE(has(config, "tokenizer"));
  CHECK(has(config, "kernel_size = 7"));  // not over more rows than there are
  CHECK(has(config, "pooling = \"max\""));
}

TEST_CASE("a test file that training could not read is refused, and what training would note is said") {
  const Workplace place("init-test-file");
  const auto init = [&](const std::string& contents, const std::string& name = "other.csv") {
    std::ofstream(place.path(name)) << contents;
    std::filesystem::remove(place.path("x.toml"));
    return orochi_program({"init", place.path("mood.csv"), "--test", place.path(name), "--label", "mood",
                           "--out", place.path("x.toml")});
  };
  std::string csv = "mood,words\n";
  for (int i = 0; i < 40; ++i)
    csv += (i % 2 == 0 ? "good,fine words " : "bad,poor words ") + std::to_string(i) + "\n";
  std::ofstream(place.path("mood.csv")) << csv;
  const Outcome fits = init("mood,words\ngood,fine words 2\nbad,others\n");
  CHECK(fits.code == 0);
  CHECK(has(fits.err, "test: 2 sequences"));
  CHECK(has(fits.err, "1 of 2 test sequences is also in train"));
  const auto refused = [&](const Outcome& outcome, const std::string& message) {
    INFO(outcome.err);
    CHECK(outcome.code == 2);
    CHECK(has(outcome.err, message));
    CHECK(has(outcome.err, "does not fit " + place.path("mood.csv")));
    CHECK_FALSE(std::filesystem::exists(place.path("x.toml")));
  };
  refused(init("mood,text\ngood,x\nbad,y\n"), "other.csv:1: error: no column \"words\"");
  refused(init("mood,words\nnew,x\n"), "other.csv:2: error: label \"new\" does not occur");
  refused(init("mood;words\ngood;x\nbad;y\n"),
          "it looks like CSV with semicolons between fields, and the other one like CSV");
  refused(init("good\tx\nbad\ty\n", "other.tsv"), "it looks like lines of label, tab, text");
  refused(init("words\nx\ny\n"), "no column \"mood\"");
}

TEST_CASE("what was not chosen of several columns is said, with the way to choose it") {
  const Workplace place("init-unused");
  std::string csv = "a,b,kind\n", two = "kind,a\n";
  for (int i = 0; i < 40; ++i) {
    const std::string number = std::to_string(i), kind = i % 2 == 0 ? "x" : "y";
    csv += "a longer text " + number + ",text " + number + "," + kind + "\n";
    two += kind + ",text " + number + "\n";
  }
  std::ofstream(place.path("pairs.csv")) << csv;
  std::ofstream(place.path("two.csv")) << two;
  const auto init = [&](const std::string& name, const std::vector<std::string>& more) {
    std::filesystem::remove(place.path("x.toml"));
    std::vector<std::string> words{"init", place.path(name), "--out", place.path("x.toml")};
    words.insert(words.end(), more.begin(), more.end());
    return orochi_program(words).out;
  };
  const auto config = [&] {
    std::ifstream file(place.path("x.toml"));
    return std::string{std::istreambuf_iterator<char>(file), {}};
  };
  CHECK(has(init("pairs.csv", {}),
            "text \"a\", label \"kind\"\nthe text is the longest column, the label the one with the fewest "
            "different values; not used: \"b\"; --text and --label choose others, and text_columns = [...] "
            "in the config takes several texts, number_columns = [...] numbers\n"));
  CHECK(has(config(), "Not used: \"b\"\ntext_columns = [\"a\"]\n"));
  CHECK_FALSE(has(init("pairs.csv", {"--text", "b", "--label", "kind"}), "not used"));
  CHECK_FALSE(has(config(), "Not used"));
  CHECK_FALSE(has(init("two.csv", {}), "not used"));
}

TEST_CASE("settings take the place of what init chooses, and are in its config") {
  const Workplace place("init-settings");
  std::string csv = "Gef\xFChl,Satz\n";  // cp1252
  for (int i = 0; i < 40; ++i)
    csv += (i % 2 == 0 ? "gut,sch\xF6n war es \x80 " : "schlecht,nicht sehr ") + std::to_string(i) + "\n";
  std::ofstream(place.path("gefuehl.csv")) << csv;
  const Outcome refused = orochi_program({"init", place.path("gefuehl.csv"), "--out", place.path("x.toml")});
  CHECK(refused.code == 2);
  CHECK(has(refused.err, "set data.encoding to \"cp1252\", or convert"));
  const std::string config = config_for(place, "gefuehl.csv", csv,
                                        {"data.encoding=cp1252", "data.max_length=5", "model.d_model=16",
                                         "layer.token_embedding.ngrams=2", "train.epochs=4"});
  CHECK(has(config, "[data]\nencoding = \"cp1252\"\n"));
  CHECK(has(config, "label_column = \"Gef\xC3\xBChl\"\n"));
  CHECK(has(config, "\nmax_length = 5 "));
  CHECK(has(config, "[model]\nd_model = 16\n"));
  CHECK(has(config, "\nepochs = 4\n"));
  CHECK(has(config, "\n[layer.token_embedding]\nngrams = 2\n"));
  const Outcome other = orochi_program({"init", place.path("gefuehl.csv"), "data.encoding=cp1252",
                                        "data.format=tsv", "--out", place.path("x.toml")});
  CHECK(other.code == 2);
  CHECK_FALSE(std::filesystem::exists(place.path("x.toml")));
}

TEST_CASE("labels that are all the same number are no quantities") {
  const Workplace place("init-one-label");
  std::string text, many;
  for (int i = 0; i < 30; ++i) text += "1\tsome words " + std::to_string(i) + "\n";
  std::ofstream(place.path("same.tsv")) << text;
  const Outcome same = orochi_program({"init", place.path("same.tsv"), "--out", place.path("x.toml")});
  CHECK(same.code == 2);
  CHECK(has(same.err, "label"));
  CHECK_FALSE(has(same.err, "regression"));
  for (int i = 0; i < 150; ++i) many += std::to_string(i) + ".5\tsome words " + std::to_string(i % 40) + "\n";
  std::ofstream(place.path("many.tsv")) << many;
  const Outcome quantities = orochi_program({"init", place.path("many.tsv"), "--out", place.path("x.toml")});
  CHECK(has(quantities.out, "regression of 150 records"));
}

TEST_CASE("init overwrites nothing and says what it cannot read") {
  const Workplace place("init-refusals");
  const Outcome there = orochi_program({"init", place.path("train.tsv"), "--out", place.path("small.toml")});
  CHECK(there.code == 2);
  CHECK(has(there.err, "is there already"));
  const Outcome config = orochi_program({"init", place.path("small.toml")});
  CHECK(config.code == 2);
  CHECK(has(config.err, "looks like a configuration (TOML); give a data file"));
  const Outcome columns =
      orochi_program({"init", place.path("train.tsv"), "--out", place.path("x.toml"), "--label", "nope"});
  CHECK(columns.code == 2);
  CHECK(has(columns.err, "leave --text and --label out"));
  std::ofstream(place.path("what.bin")) << std::string("\x7f\x45\x4c\x46\0\1\2\3", 8);
  const Outcome unknown = orochi_program({"init", place.path("what.bin"), "--out", place.path("x.toml")});
  CHECK(unknown.code == 2);
  CHECK(has(unknown.err, "check-data"));
  CHECK_FALSE(std::filesystem::exists(place.path("x.toml")));
}

TEST_CASE("names of files and columns may hold line feeds and quotes") {
  const Workplace place("init-names");
  std::string csv = "\"a \"\"text\"\"\nof words\",kind\n";
  for (int i = 0; i < 40; ++i) csv += "a longer text " + std::to_string(i) + (i % 2 == 0 ? ",x\n" : ",y\n");
  const std::string config = config_for(place, "two\nlines.csv", csv);
  CHECK(has(config, "two\\nlines.csv\"\n"));
  CHECK(has(config, "text_columns = [\"a \\\"text\\\"\\nof words\"]\n"));
}
