// predict on data files of many kinds, with or without labels.
#include <algorithm>
#include <fstream>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The answers' labels, one after another.
std::string labels_of(const Outcome& outcome) {
  std::string labels;
  std::size_t at = outcome.out.find('\n');
  while (at != std::string::npos && at + 1 < outcome.out.size()) {
    const std::size_t end = outcome.out.find_first_of("\t\n", at + 1);
    labels += outcome.out.substr(at + 1, end - at - 1) + " ";
    at = outcome.out.find('\n', at + 1);
  }
  return labels;
}

/// Texts of Workplace's training data.
const std::vector<std::string> texts{"CGATTACAG", "CGCTTACAG", "AAATTTGGG", "AACTTTGGG"};

void write(const Workplace& place, const std::string& name, const std::string& before,
           const std::string& between, const std::string& after) {
  std::ofstream file(place.path(name));
  file << before;
  for (const std::string& text : texts) file << between << text << after;
}

}  // namespace

TEST_CASE("predict reads a file of the model's format by its name, with or without labels") {
  const Workplace place("predict-files");
  const auto train = [&](const std::string& run, const std::vector<std::string>& settings) {
    std::vector<std::string> words{"train", place.path("small.toml"), "--run", place.path(run)};
    words.insert(words.end(), settings.begin(), settings.end());
    REQUIRE(orochi_program(words).code == 0);
  };
  const auto predict = [&](const std::string& run, const std::string& file) {
    return orochi_program({"predict", place.path(run), place.path(file)});
  };
  train("tsv", {});
  write(place, "plain.txt", "", "", "\n");
  const std::string expected = labels_of(predict("tsv", "plain.txt"));
  REQUIRE(std::count(expected.begin(), expected.end(), ' ') == 4);
  write(place, "labelled.tsv", "", "yes\t", "\n");
  const Outcome labelled = predict("tsv", "labelled.tsv");
  CHECK(labels_of(labelled) == expected);
  CHECK(has(labelled.err, "read as data.format = \"tsv\"; labels are ignored"));

  // The same data as CSV and as JSON Lines gives the same model.
  std::ifstream lines(place.path("train.tsv"));
  std::ofstream csv(place.path("train.csv")), jsonl(place.path("train.jsonl"));
  csv << "label,text\n";
  for (std::string line; std::getline(lines, line);) {
    const std::string label = line.substr(0, line.find('\t')), text = line.substr(line.find('\t') + 1);
    csv << label << "," << text << "\n";
    jsonl << R"({"label": ")" << label << R"(", "text": ")" << text << "\"}\n";
  }
  csv.close();
  jsonl.close();
  train("csv", {"data.train=train.csv", "data.format=csv", "data.test="});
  train("jsonl", {"data.train=train.jsonl", "data.format=jsonl", "data.test="});
  write(place, "no-label.csv", "text,more\n", "", ",x\n");
  write(place, "label.csv", "label,text\n", "no,", "\n");
  write(place, "no-label.jsonl", "", R"({"id": 1, "text": ")", "\"}\n");
  CHECK(labels_of(predict("csv", "no-label.csv")) == expected);
  CHECK(labels_of(predict("csv", "label.csv")) == expected);
  CHECK(labels_of(predict("csv", "plain.txt")) == expected);
  CHECK(labels_of(predict("jsonl", "no-label.jsonl")) == expected);

  const Outcome piped = orochi_program({"predict", place.path("csv")}, "label,text\nno,CGATTACAG\n");
  CHECK(piped.code == 2);
  CHECK(has(piped.err, "standard input:1: error: \"label,text\" looks like the columns of a data file"));
  CHECK(labels_of(orochi_program({"predict", place.path("csv")}, "CGATTACAG\nlabel,text\n")).size() > 3);

  // Of another format labels would be read as texts.
  const Outcome other = predict("csv", "labelled.tsv");
  CHECK(other.code == 2);
  CHECK(other.out.empty());
  CHECK(has(other.err, "looks like lines of label, tab, text, but the model reads data.format = \"csv\""));
  CHECK(labels_of(orochi_program(
            {"predict", place.path("csv"), place.path("labelled.tsv"), "data.format=tsv"})) == expected);
  CHECK(predict("tsv", "no-label.jsonl").code == 2);

  const Outcome folder = predict("tsv", ".");
  CHECK(folder.code == 2);
  CHECK(folder.out.empty());
  CHECK(has(folder.err, "is a folder; expected a file"));

  write(place, "renamed.csv", "review,mood\n", "", ",x\n");
  const Outcome renamed = predict("csv", "renamed.csv");
  CHECK(renamed.code == 2);
  CHECK(renamed.out.empty());
  CHECK(has(renamed.err, "add data.format.text_columns=NAME, with one of them, behind the file's name"));
  CHECK(has(renamed.err, "predict ... <FILE"));
  CHECK(has(predict("tsv", "renamed.csv").err, "add data.format=csv behind the file's name"));

  std::ofstream(place.path("bad.txt")) << "CGATTACAG\n\nCGCTTACAG\n";
  CHECK(has(orochi_program({"predict", place.path("tsv"), "--keep"}).err,
            "--keep keeps the columns of a data file"));
  const Outcome skipped =
      orochi_program({"predict", place.path("tsv/best.h5"), place.path("bad.txt"), "--skip-bad"});
  CHECK(skipped.code == 0);
  CHECK(labels_of(skipped) == expected.substr(0, labels_of(skipped).size()));
  CHECK(has(skipped.err, "bad.txt:2: error: "));
  CHECK(has(skipped.err, "1 line skipped"));
  CHECK(predict("tsv", "bad.txt").code == 2);
  std::ofstream(place.path("mac.txt")) << "CGATTACAG\rCGCTTACAG\r";
  CHECK(has(predict("tsv", "mac.txt").err, "lines that end in a carriage return alone"));
  std::ofstream(place.path("open.csv")) << "text,id\n\"CGATTACAG,1\nCGCTTACAG,2\nAAATTTGGG,3\n";
  const Outcome open = orochi_program({"predict", place.path("csv"), place.path("open.csv"), "--skip-bad"});
  CHECK(has(open.err, "open.csv:2: error: a quoted field begins here and is not closed before the end"));
  CHECK(has(open.err, "1 record with an error left out\n"));
  CHECK(std::count(open.out.begin(), open.out.end(), '\n') == 3);
  std::ofstream(place.path("other.txt")) << "xyz\nzzzz\n";
  CHECK(has(predict("tsv", "other.txt").err, "100 % of the tokens are unknown to the model"));
}

TEST_CASE("labels of a file that is only answered are ignored, whatever the task makes of them") {
  const Workplace place("predict-labels");
  const auto answers = [&](const std::string& task, const std::string& even, const std::string& odd) {
    std::ofstream(place.path("train.jsonl")) << [&] {
      std::string lines;
      for (int i = 0; i < 40; ++i)
        lines += R"({"text": "w)" + std::to_string(i % 4) + R"( x y", "label": )" +
                 (i % 2 == 0 ? even : odd) + "}\n";
      return lines;
    }();
    const std::string run = place.path(task);
    const Outcome trained = orochi_program(
        {"train", place.path("small.toml"), "--run", run, "data.train=train.jsonl", "data.format=jsonl",
         "data.tokenizer=whitespace", "data.test=", "train.epochs=1", "task=" + task});
    INFO(trained.err);
    REQUIRE(trained.code == 0);
    for (const std::string label : {R"(["O", "O", "P"])", R"(["a,b"])", "[1.5, 2]", "null", R"({"a": 1})"}) {
      INFO(task << " " << label);
      std::ofstream(place.path("new.jsonl")) << R"({"text": "w1 x y", "label": )" << label << "}\n";
      for (const char* verb : {"predict", "embed"}) {
        if (task == "token_labels" && *verb == 'e') continue;  // it has no vector of a sequence
        const Outcome outcome = orochi_program({verb, run, place.path("new.jsonl")});
        INFO(outcome.err);
        CHECK(outcome.code == 0);
        CHECK(std::count(outcome.out.begin(), outcome.out.end(), '\n') == (*verb == 'p' ? 2 : 1));
      }
    }
  };
  answers("multi_label", R"(["a", "b"])", R"(["b"])");
  answers("regression", "[1.5, 2]", "[0.5, 3]");
  answers("token_labels", R"(["O", "O", "P"])", R"(["P", "O", "O"])");
  answers("classification", R"("a")", R"("b")");
}

TEST_CASE("attend and explain take the first record of a data file, as predict does") {
  const Workplace place("attend-files");
  std::ifstream lines(place.path("train.tsv"));
  std::ofstream csv(place.path("train.csv"));
  csv << "label,text\n";
  for (std::string line; std::getline(lines, line);)
    csv << line.substr(0, line.find('\t')) << "," << line.substr(line.find('\t') + 1) << "\n";
  csv.close();
  const std::string run = place.path("csv");
  REQUIRE(orochi_program({"train", place.path("small.toml"), "--run", run, "data.train=train.csv",
                          "data.format=csv", "data.test=", "train.epochs=1"})
              .code == 0);
  write(place, "new.csv", "id,text\n", "7,", "\n");
  std::ofstream(place.path("first.txt")) << texts.front() << "\n";
  for (const char* verb : {"attend", "explain"}) {
    const Outcome read = orochi_program({verb, run, place.path("new.csv")});
    INFO(read.err);
    CHECK(read.code == 0);
    CHECK(read.out == orochi_program({verb, run, place.path("first.txt")}).out);
    CHECK(has(read.err, "read as data.format = \"csv\"\n"));
    CHECK(has(read.err, "only the first sequence is read"));
  }
}

TEST_CASE("predict keeps the columns of a data file, and leaves out records that are none") {
  const Workplace place("predict-keep");
  const auto train = [&](const std::string& run, const std::vector<std::string>& settings) {
    std::vector<std::string> words{"train", place.path("small.toml"), "--run", place.path(run),
                                   "train.epochs=1"};
    words.insert(words.end(), settings.begin(), settings.end());
    REQUIRE(orochi_program(words).code == 0);
  };
  const auto predict = [&](const std::string& run, const std::string& file,
                           std::vector<std::string> options) {
    options.insert(options.begin(), {"predict", place.path(run), place.path(file)});
    return orochi_program(options);
  };
  std::ifstream lines(place.path("train.tsv"));
  std::ofstream csv(place.path("train.csv")), jsonl(place.path("train.jsonl"));
  csv << "id,text,label\n";
  int id = 0;
  for (std::string line; std::getline(lines, line); ++id) {
    const std::string label = line.substr(0, line.find('\t')), text = line.substr(line.find('\t') + 1);
    csv << id << "," << text << "," << label << "\n";
    jsonl << R"({"id": )" << id << R"(, "label": ")" << label << R"(", "text": ")" << text << "\"}\n";
  }
  csv.close(), jsonl.close();
  train("csv", {"data.train=train.csv", "data.format=csv", "data.test="});
  train("jsonl", {"data.train=train.jsonl", "data.format=jsonl", "data.test="});
  train("tsv", {});

  std::ofstream(place.path("new.csv"))
      << "id,text,what\n7,ACGTACGTA,\"=a\tb\"\n8,,x\n9,CCCCCCCCC,y,z\n10,GGG,z\n";
  CHECK(predict("csv", "new.csv", {"--keep"}).code == 2);
  const Outcome kept = predict("csv", "new.csv", {"--keep", "--skip-bad"});
  CHECK(kept.code == 0);
  CHECK(has(kept.err, "new.csv:3: error: the text is empty; expected at least one character\n"));
  CHECK(has(kept.err, "new.csv:4: error: 4 fields, but the header has 3; "));
  CHECK(has(kept.err, "2 records with an error left out\n"));
  std::ofstream(place.path("many.csv")) << "id,text\n1,ACGTACGTA\n2,\n3,\n4,\n5,\n6,\n7,\n8,\n";
  const Outcome many = predict("csv", "many.csv", {"--skip-bad"});
  CHECK(has(many.err, "many.csv:7: error: the text is empty"));
  CHECK_FALSE(has(many.err, "many.csv:8: "));
  CHECK(has(many.err, "7 records with an error left out; above are the first errors\n"));
  CHECK(has(kept.out, "\tp(yes)\tinput(id)\tinput(text)\tinput(what)\n"));
  CHECK(has(kept.out, "\t7\tACGTACGTA\t\\x3da\\x09b\n"));
  CHECK(has(kept.out, "\t10\tGGG\tz\n"));
  CHECK(std::count(kept.out.begin(), kept.out.end(), '\n') == 3);
  CHECK(has(predict("csv", "new.csv", {"--keep", "--skip-bad", "--json"}).out,
            R"("input":{"id":"10","text":"GGG","what":"z"}})"));
  std::ofstream(place.path("index.csv")) << ",text\n0,ACGTACGTA\n";  // pandas writes its index so
  CHECK(
      has(predict("csv", "index.csv", {"--keep", "--json"}).out, R"("input":{"":"0","text":"ACGTACGTA"}})"));
  std::ofstream(place.path("none.csv")) << "id,words\n7,ACGTACGTA\n";
  CHECK(has(predict("csv", "none.csv", {"--skip-bad"}).err, "no column \"text\""));

  std::ofstream(place.path("new.jsonl")) << "{\"id\": {\"a\": 1}, \"text\": \"ACGTACGTA\"}\n{\"id\": 2}\n";
  CHECK(predict("jsonl", "new.jsonl", {}).code == 2);
  const Outcome objects = predict("jsonl", "new.jsonl", {"--keep", "--skip-bad", "--json"});
  CHECK(has(objects.err, "1 record with an error left out"));
  CHECK(has(objects.out, R"("input":{"id":{"a":1},"text":"ACGTACGTA"}})"));
  CHECK(has(predict("jsonl", "new.jsonl", {"--keep", "--skip-bad"}).out,
            "\t{\"id\": {\"a\": 1}, \"text\": \"ACGTACGTA\"}\n"));

  std::ofstream fasta(place.path("train.fasta"));
  for (int i = 0; i < 20; ++i) fasta << ">" << i << (i % 2 == 0 ? " yes\nACGT\nACC\n" : " no\nGGG\n");
  fasta.close();
  train("fasta", {"data.train=train.fasta", "data.format=fasta", "data.test="});
  std::ofstream(place.path("new.fasta")) << ">a x\nAC\n>b x\nAC\nA1\nGG\n>c x\nGG\n";
  const Outcome letters = predict("fasta", "new.fasta", {"--skip-bad"});
  CHECK(has(letters.err, "1 record with an error left out"));
  CHECK(std::count(letters.out.begin(), letters.out.end(), '\n') == 3);  // never b without its second line

  std::ofstream(place.path("new.tsv")) << "yes\tACGTACGTA\nno\tCCC\nCCC\n";
  const Outcome tabs = predict("tsv", "new.tsv", {"--keep", "--skip-bad"});
  CHECK(has(tabs.err, "1 record with an error left out"));
  CHECK(has(tabs.out, "\tinput(label)\tinput(text)\n"));
  CHECK(has(tabs.out, "\tno\tCCC\n"));
}
