// What goes to a terminal: inert text, tables, the report, the progress line.
#include <cmath>
#include <sstream>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "cli/metrics_report.hpp"
#include "cli/progress.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"

using namespace orochi;

TEST_CASE("text from data is inert") {
  CHECK(escape("caf\xC3\xA9 \xE6\x97\xA5") == "caf\xC3\xA9 \xE6\x97\xA5");
  CHECK(escape("a\x1b[2Jb\tc\nd\x7f") == "a\\x1b[2Jb\\x09c\\x0ad\\x7f");
  CHECK(escape("\xC2\x9B"
               "31m") == "\\u{009b}31m");                                 // CSI as one C1 control
  CHECK(escape("x\xE2\x80\xAEy\xE2\x81\xA6") == "x\\u{202e}y\\u{2066}");  // right-to-left override, isolate
  CHECK(escape("ok\xFF\xC3") == "ok\\xff\\xc3");
  CHECK(escape(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(inert_lines("a\r\nb\x1b\n") == "a\\x0d\nb\\x1b\n");
}

TEST_CASE("cells that a spreadsheet would take for formulas are inert, numbers stay") {
  CHECK(escape_cell("=1+2") == "\\x3d1+2");
  CHECK(escape_cell("@SUM(A1)") == "\\x40SUM(A1)");
  CHECK(escape_cell("-cmd|' /C calc'!A0") == "\\x2dcmd|' /C calc'!A0");
  CHECK(escape_cell("+a\x1b") == "\\x2ba\\x1b");
  for (const char* plain : {"-1", "+1.5e3", "-0.25", "=", "-", "a=b", ""}) CHECK(escape_cell(plain) == plain);
}

TEST_CASE("words for the shell") {
  CHECK(shell_word("runs/splice-1/best.h5") == "runs/splice-1/best.h5");
  CHECK(shell_word("my run") == "'my run'");
  CHECK(shell_word("it's $HOME") == "'it'\\''s $HOME'");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("a\x1b[31m'\\\xE2\x80\xAE") == "$'a\\x1b[31m\\x27\\x5c\\xe2\\x80\\xae'");
}

TEST_CASE("lines are wrapped between words") {
  CHECK(wrap("one two three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(wrap("incomprehensible", 4) == std::vector<std::string>{"incomprehensible"});
}

TEST_CASE("tables are aligned by characters, not bytes") {
  Table table({{"class", Align::left}, {"n"}});
  table.add({"\xC3\xA9\xC3\xA9", "1"});
  table.add({"a\x1b", "1234"});
  CHECK(table.text() ==
        "class     n\n"
        "\xC3\xA9\xC3\xA9        1\n"
        "a\\x1b  1234\n");
}

TEST_CASE("a table that is too wide goes on below, with its first columns") {
  Table table({{"label", Align::left}, {"a"}, {"bcd"}, {"e"}});
  table.add({"x", "1", "2", "33"});
  const std::string whole =
      "label  a  bcd   e\n"
      "x      1    2  33\n";
  CHECK(table.text() == whole);
  CHECK(table.fitted(1, 17) == whole);
  CHECK(table.fitted(1, 16) ==
        "label  a  bcd\n"
        "x      1    2\n"
        "\n"
        "label   e\n"
        "x      33\n");
  CHECK(table.fitted(2, 3) ==
        "label  a  bcd\n"
        "x      1    2\n"
        "\n"
        "label  a   e\n"
        "x      1  33\n");
}

namespace {

const std::vector<MetricInfo> class_metrics{{"loss", "loss", false},
                                            {"accuracy", "accuracy"},
                                            {"macro_f1", "macro F1"},
                                            {"weighted_f1", "weighted F1"},
                                            {"mcc", "MCC"}};

Metrics measured(const std::vector<double>& labels, const std::vector<double>& predictions,
                 const std::vector<std::string>& names, double loss) {
  return {std::ssize(labels), std::ssize(labels), loss, 0, class_figures(labels, predictions, names)};
}

}  // namespace

TEST_CASE("the report has the matrix, or for many classes the most frequent confusions") {
  const auto report = [](Index k) {
    std::vector<double> labels, predictions;
    std::vector<std::string> names;
    for (Index i = 0; i < k; ++i) {
      labels.push_back(static_cast<double>(i));
      predictions.push_back(static_cast<double>(i == 1 ? 0 : i));
      names.push_back("class" + std::to_string(i));
    }
    const Metrics metrics = measured(labels, predictions, names, 0.5);
    return figures_table(metrics, class_metrics) + class_tables(metrics, "a note");
  };
  const std::string few = report(3), wide = report(20), many = report(31);
  CHECK(few.find("label \\ predicted  class0  class1  class2\n"
                 "class0                  1       0       0\n"
                 "class1                  1       0       0\n") != std::string::npos);
  CHECK(few.find("0.6667") != std::string::npos);  // accuracy
  CHECK(wide.find("\n    label \\ predicted  1  2  3") != std::string::npos);
  CHECK(wide.find("\n 2  class1             1  0  0") != std::string::npos);
  CHECK(wide.find("\n20  class19 ") != std::string::npos);
  CHECK(many.find("label \\ predicted") == std::string::npos);
  CHECK(many.find("confusions, 1 of 1:\nlabel   predicted  sequences\nclass1  class0             1\n") !=
        std::string::npos);
}

TEST_CASE("of very many classes the report has the worst and the largest, and JSON what is not 0") {
  constexpr Index k = 10000;
  std::vector<double> labels, predictions;
  std::vector<std::string> names;
  const auto add = [&](Index label, Index prediction, int times) {
    labels.insert(labels.end(), static_cast<std::size_t>(times), static_cast<double>(label));
    predictions.insert(predictions.end(), static_cast<std::size_t>(times), static_cast<double>(prediction));
  };
  for (Index i = 0; i < k; ++i) {
    names.push_back("c" + std::to_string(i));
    if (i > 50) add(i, i == 77 ? 78 : i, i == 9000 ? 40 : 2);  // those up to 50 do not occur
  }
  add(5000, 77, 7);
  const Metrics metrics = measured(labels, predictions, names, 0.5);
  const std::string text = class_tables(metrics, "");
  CHECK(std::count(text.begin(), text.end(), '\n') < 60);
  CHECK(text.find("lowest F1, 20 of 10,000 classes (--json has all):\n"
                  "class  precision  recall      F1  support\n"
                  "c77       0.0000  0.0000  0.0000        2\n"
                  "c5000     1.0000  0.2222  0.3636        9\n"
                  "c78       0.5000  1.0000  0.6667        2\n"
                  "c9000     1.0000  1.0000  1.0000       40\n") != std::string::npos);
  CHECK(text.find("largest, 20 of 10,000 classes:\n"
                  "class  precision  recall      F1  support\n"
                  "c9000     1.0000  1.0000  1.0000       40\n"
                  "c5000     1.0000  0.2222  0.3636        9\n") != std::string::npos);
  CHECK(text.find("most frequent confusions, 2 of 2:\n"
                  "label  predicted  sequences\n"
                  "c5000  c77                7\n"
                  "c77    c78                2\n") != std::string::npos);
  const auto json = classes_json(metrics);
  CHECK(json["classes"].size() == 10000);
  CHECK(json["confusions"].size() == 9950);  // 9,948 on the diagonal, 2 beside it
  CHECK(dump_json(json).size() < 2'000'000);
}

TEST_CASE("JSON has every figure and is pure ASCII") {
  const std::vector<double> labels{0, 1, 1}, predictions{0, 1, 0};
  const Metrics metrics = measured(labels, predictions, {"\xC3\xA9\x1b", "bad\xFF"}, 0.25);
  auto json = figures_json(metrics, class_metrics);
  json.update(classes_json(metrics));
  const std::string text = dump_json(json);
  CHECK(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; }));
  const auto read = nlohmann::json::parse(text);
  CHECK(read["classes"][0]["label"] == "\xC3\xA9\x1b");
  CHECK(read["classes"][1]["support"] == 2);
  CHECK(read["confusions"].size() == 3);  // 0 as 0, 1 as 0, 1 as 1
  CHECK(read["confusions"][1] ==
        nlohmann::json({{"label", "bad\xEF\xBF\xBD"}, {"prediction", "\xC3\xA9\x1b"}, {"count", 1}}));
  CHECK(read["accuracy"].get<double>() == 2.0 / 3.0);
  CHECK(read["loss"] == 0.25);
}

TEST_CASE("on a terminal, long lines are cut between words, and what shows a place stays") {
  const std::string text =
      "f:1:2: error: " + std::string(12, 'a') + " b\n    1 | " + std::string(30, 'x') + "\n";
  CHECK(fitted(text, {false, false, 20}) == text);
  CHECK(fitted(text, {true, false, 20}) ==
        "f:1:2: error:\n    aaaaaaaaaaaa b\n    1 | " + std::string(30, 'x') + "\n");
  CHECK(fitted("", {true, false, 20}).empty());
}

TEST_CASE("progress: plain lines off a terminal, a status line on one, no color where none is wanted") {
  const auto shown = [](Screen screen) {
    std::ostringstream out;
    {
      ProgressLine progress(out, screen);
      progress.start({"accuracy", class_metrics}, 0, 200);
      progress.step(100, 0.5, 12345);
      EpochRecord record;
      record.epoch = 1;
      record.step = 100;
      record.tokens_per_second = 12345;
      record.validation = {0.5, 0.75, 0.7, 0.72, 0.6};
      progress.epoch(record, Standing::best);
      record.train_loss = std::nan("");
      progress.epoch(record, Standing::behind);
      record.train_loss = 0;
      progress.epoch(record, Standing::tie);
      progress.note("a note\x1b[2J");
    }
    return out.str();
  };
  const std::string plain = shown({false, false, 80}), drawn = shown({true, false, 100}),
                    colored = shown({true, true, 100}), narrow = shown({true, true, 20});
  CHECK(plain.find_first_of("\r\x1b") == std::string::npos);
  CHECK(plain ==
        "training: 200 steps\n"
        "                   train            validation\n"
        "            step    loss  accuracy    loss  accuracy  macro F1    tokens/s\n"
        "epoch 1      100  0.0000    0.0000  0.5000    0.7500    0.7000      12,345  best\n"
        "epoch 1      100       -    0.0000  0.5000    0.7500    0.7000      12,345\n"
        "epoch 1      100  0.0000    0.0000  0.5000    0.7500    0.7000      12,345  tie\n"
        "a note\\x1b[2J\n");
  std::istringstream lines(plain);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
  CHECK(drawn.find("\rstep 100/200 [=") != std::string::npos);
  CHECK(drawn.find(">") != std::string::npos);
  CHECK(drawn.find("  50%  loss 0.5000  12,345 tokens/s  ETA 0:0") != std::string::npos);
  CHECK(drawn.find("\x1b[36m") == std::string::npos);
  CHECK(colored.find("\x1b[36m[") != std::string::npos);
  CHECK(narrow.find("\rstep 100/200   50% \x1b[K") != std::string::npos);  // 19 columns, no bar
}
