// What the tasks without labels ask: how many rows, which, and what becomes of them.
#include <cmath>
#include <map>
#include <set>

#include <orochi/batching.hpp>
#include <orochi/dataset.hpp>
#include <orochi/error.hpp>

#include "catch.hpp"
#include "tasks.hpp"
#include "tokenizers.hpp"

using namespace orochi;
using catch_matchers::Contains;
using catch_matchers::WithinAbs;

namespace {

/// Numbers 0 to 9 as tokens, of which 3 begins and 4 ends a sequence, and those from 7 on continue a word.
class Digits : public Tokenizer {
 public:
  void fit(std::span<const std::string_view>, Index) override {}
  Index encode(std::string_view text, Index, std::vector<std::int32_t>& ids) const override {
    for (const char c : text) ids.push_back(c - '0');
    return std::ssize(text);
  }
  Index vocabulary_size() const override { return 10; }
  std::int32_t begin() const override { return 3; }
  std::int32_t end() const override { return 4; }
  std::int32_t separator() const override { return 4; }
  bool continues_word(std::int32_t id) const override { return id >= 7; }
  std::string token(std::int32_t id) const override { return std::to_string(id); }
  void save(State&) const override {}
  void load(const State&) override {}
};

/// A task that knows the tokens, and a batch of texts.
struct Asking {
  Asking(const Options& options, const std::vector<std::string>& texts)
      : task(new_task("masked_tokens", options)) {
    Preprocessing rows;
    rows.tokenizer = std::make_shared<Digits>();
    task->prepare(rows);
    for (const std::string& text : texts) {
      for (const char c : text) data.tokens.push_back(c - '0');
      data.offsets.push_back(std::ssize(data.tokens));
    }
    batch = as_batch(data, samples);
  }
  Batch ask(std::uint32_t step) { return orochi::ask(*task, batch, {7, step}, asked); }

  std::unique_ptr<Task> task;
  Sequences data;
  std::vector<std::uint32_t> samples;
  Batch batch;
  Asked asked;
};

/// `count` times a text of 40 tokens between those of begin and end.
std::vector<std::string> texts(int count) {
  std::string inner;
  for (int i = 0; i < 40; ++i) inner += "0125697801"[static_cast<std::size_t>(i) % 10];
  return std::vector<std::string>(static_cast<std::size_t>(count), "3" + inner + "4");
}

}  // namespace

TEST_CASE("of each sequence a share of the rows is asked, never special ones") {
  for (const double share : {0.15, 0.4, 1.0, 0.001}) {
    Asking asking({{"share", share}}, texts(50));
    const Batch batch = asking.ask(1);
    std::vector<int> counts(50);
    for (const Index row : batch.asked) {
      ++counts[static_cast<std::size_t>(row / 42)];
      CHECK((row % 42 != 0 && row % 42 != 41));
    }
    for (const int count : counts) CHECK(count == std::max<long>(1, std::lround(share * 40)));
    CHECK(std::set<Index>(batch.asked.begin(), batch.asked.end()).size() == batch.asked.size());
    for (std::size_t i = 0; i < batch.asked.size(); ++i)
      CHECK(batch.targets[i] == asking.data.tokens[static_cast<std::size_t>(batch.asked[i])]);
  }
}

TEST_CASE("80 % are hidden, 10 % are another token, 10 % stay, and all rows are asked alike") {
  Asking asking({}, texts(50));
  double asked = 0, hidden = 0, changed = 0;
  std::map<Index, double> rows;          // how often each was asked
  std::map<std::int32_t, double> drawn;  // how often each token was put in the place of another
  for (std::uint32_t step = 0; step < 200; ++step) {
    const Batch batch = asking.ask(step);
    asked += static_cast<double>(batch.asked.size());
    hidden += static_cast<double>(batch.hidden.size());
    for (const Index row : batch.asked) rows[row % 42] += 1;
    for (std::size_t i = 0; i < asking.data.tokens.size(); ++i)
      if (batch.tokens[i] != asking.data.tokens[i]) changed += 1, drawn[batch.tokens[i]] += 1;
  }
  CHECK(asked == 200 * 50 * 6);
  const auto bound = [&](double p) { return 5 * std::sqrt(p * (1 - p) / asked); };  // 5 standard deviations
  CHECK_THAT(hidden / asked, WithinAbs(0.8, bound(0.8)));
  CHECK_THAT(changed / asked, WithinAbs(0.1, bound(0.1)));
  CHECK(rows.size() == 40);
  for (const auto& [row, count] : rows) CHECK_THAT(count / asked, WithinAbs(1.0 / 40, bound(1.0 / 40)));
  CHECK(drawn.size() == 8);  // none of the special ones
  CHECK((drawn.count(3) == 0 && drawn.count(4) == 0));
}

TEST_CASE("a span is asked as one run, cut anywhere but at special rows") {
  Asking asking({{"span", std::int64_t{4}}, {"share", 0.3}}, {"3012501250125012501254012501254"});
  std::set<Index> first;
  for (std::uint32_t step = 0; step < 100; ++step) {
    const Batch batch = asking.ask(step);
    CHECK((!batch.asked.empty() && batch.asked.size() <= 12));
    for (std::size_t i = 0; i < batch.asked.size(); ++i) {
      const bool begins = i == 0 || batch.asked[i] != batch.asked[i - 1] + 1;
      if (begins) first.insert(batch.asked[i]);
      CHECK(asking.data.tokens[static_cast<std::size_t>(batch.asked[i])] != 4);
    }
  }
  CHECK(first.size() > 20);  // every phase
}

TEST_CASE("whole words are asked with all their pieces") {
  Asking asking({{"whole_words", true}}, {"37801791234"});  // words 78, 0, 179, 1, 2; 3 and 4 are special
  std::set<std::vector<Index>> found;
  for (std::uint32_t step = 0; step < 100; ++step) {
    const Batch batch = asking.ask(step);
    found.insert({batch.asked.begin(), batch.asked.end()});
  }
  CHECK(found == std::set<std::vector<Index>>{{1, 2}, {3}, {4, 5, 6}, {7}, {8}});
  const std::unique_ptr<Task> task = new_task("masked_tokens", {{"whole_words", true}});
  Preprocessing rows;
  rows.tokenizer = test::word_tokenizer({"<unk>", "a"});
  CHECK_THROWS_WITH(task->prepare(rows), Contains("no token of this tokenizer goes on with a word"));
}

TEST_CASE("a sequence of special rows alone has one that is asked") {
  Asking asking({}, {"34", "3014"});
  const Batch batch = asking.ask(0);
  CHECK(batch.asked.size() == 2);
  CHECK(batch.asked[0] == 0);
  CHECK(slice(batch, 0, 1).asked.size() == 1);
}

TEST_CASE("a part of a batch asks what the batch does, and weights are those of the rows") {
  Asking asking({}, texts(6));
  asking.data.weights.assign(static_cast<std::size_t>(asking.data.offsets.back()), 1);
  std::fill_n(asking.data.weights.begin(), 84, 3.0f);
  const Batch before = asking.batch;
  asking.batch.weights = asking.data.weights;
  const Batch whole = asking.ask(5);
  CHECK((whole.weights.front() == 3 && whole.weights.back() == 1));
  Asked other;
  const Batch part = ask(*asking.task, slice(before, 2, 4), {7, 5}, other), expected = slice(whole, 2, 4);
  CHECK(std::ranges::equal(part.asked, expected.asked));
  CHECK(std::ranges::equal(part.hidden, expected.hidden));
  CHECK(std::ranges::equal(part.targets, expected.targets));
  CHECK(std::ranges::equal(part.tokens, expected.tokens));
  CHECK(part.weights.empty());
  CHECK(expected.weights.size() == expected.asked.size());
}

TEST_CASE("a vocabulary of one token has no other to put in its place") {
  const std::unique_ptr<Task> task = new_task("masked_tokens");
  Preprocessing rows;
  rows.tokenizer = test::word_tokenizer({"<unk>"});
  task->prepare(rows);
  Sequences data;
  data.tokens.assign(40, 0);
  data.offsets = {0, 20, 40};
  std::vector<std::uint32_t> samples;
  for (std::uint32_t step = 0; step < 100; ++step) {
    Asked asked;
    const Batch batch = ask(*task, as_batch(data, samples), {7, step}, asked);
    CHECK(std::ranges::all_of(batch.tokens, [](std::int32_t id) { return id == 0; }));
  }
}

TEST_CASE("masked rows of unknown scale have no loss to compare with") {
  const std::unique_ptr<Task> task = new_task("masked_rows");
  Preprocessing rows;
  rows.channels = 2;
  task->prepare(rows);
  CHECK(std::isinf(task->chance_loss()));
  rows.mean = {0, 0};
  task->prepare(rows);
  CHECK(task->chance_loss() == 1);
}

TEST_CASE("masked rows ask for the values of runs that are hidden") {
  const std::unique_ptr<Task> task = new_task("masked_rows", {{"span", std::int64_t{3}}, {"share", 0.5}});
  Preprocessing rows;
  rows.channels = 2;
  task->prepare(rows);
  CHECK((task->outputs() == 2 && task->target_width() == 2));
  Sequences data;
  data.channels = 2;
  for (int i = 0; i < 48; ++i) data.values.push_back(static_cast<float>(i));
  data.offsets = {0, 12, 24};
  std::vector<std::uint32_t> samples;
  Asked asked;
  const Batch batch = ask(*task, as_batch(data, samples), {7, 1}, asked);
  CHECK(std::ranges::equal(batch.asked, batch.hidden));
  CHECK(batch.asked.size() >= 6);
  for (std::size_t i = 0; i < batch.asked.size(); ++i) {
    CHECK(batch.targets[2 * i] == static_cast<double>(2 * batch.asked[i]));
    CHECK(batch.targets[2 * i + 1] == static_cast<double>(2 * batch.asked[i] + 1));
  }
  rows.channels = 0;
  CHECK_THROWS_WITH(task->prepare(rows), Contains("the data is text; set task = \"masked_tokens\""));
}

TEST_CASE("perplexity is e to the mean loss") {
  Asking asking({}, {"3014"});
  const std::vector<double> kept{0, 1, 1}, targets{0, 1, 0}, losses{0.5, 1.5, 1};
  const std::vector<Index> offsets{0, 3};
  const Figures figures = asking.task->metrics({kept, targets, offsets, losses});
  CHECK_THAT(figures.values[0], WithinAbs(std::exp(1.0), 1e-12));
  CHECK_THAT(figures.values[1], WithinAbs(2.0 / 3, 1e-12));
}
