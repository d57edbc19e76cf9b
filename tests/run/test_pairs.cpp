// Sequences of several texts: their rows, their segments, and a model that takes them from file to answer.
#include <cmath>
#include <cstring>

#include <orochi/batching.hpp>
#include <orochi/extensions.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>
#include <orochi/stepper.hpp>

#include "catch.hpp"
#include "data/input_encoder.hpp"
#include "io/checkpoint.hpp"
#include "small_model.hpp"
#include "tokenizers.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;
using catch_matchers::Contains;
using Ids = Column<std::int32_t>;

namespace {

/// A word tokenizer whose vocabulary has a separator.
class Marked : public VocabularyTokenizer {
 public:
  using VocabularyTokenizer::VocabularyTokenizer;
  void split(std::string_view text, Tokens& tokens) const override {
    for (const std::string_view word : split_list(text, ' ')) tokens.push_back(word);
  }
  std::int32_t separator() const override { return 1; }
};

InputEncoder encoder_of(Index max_length, Index texts = 2) {
  DataConfig config;
  config.max_length = max_length;
  Preprocessing preprocessing;
  preprocessing.texts = texts;
  preprocessing.tokenizer = test::word_tokenizer({"<unk>", "a", "b", "c", "d", "e"});  // separator: 6
  return InputEncoder(config, preprocessing);
}

/// The rows of a line, as "tokens|segments".
std::pair<Ids, Ids> rows_of(const InputEncoder& encoder, const std::string& line, bool* was_cut = nullptr) {
  Sequences data;
  const bool cut = encoder.append_line(line, data);
  if (was_cut != nullptr) *was_cut = cut;
  CHECK(data.offsets == std::vector<Index>{0, std::ssize(data.tokens)});
  return {data.tokens, data.segments};
}

/// Sequences of two texts. Text s has tokens 1 + s, 3 + s, 5 + s, ...: none is in both.
Sequences random_pairs(Index count, unsigned seed) {
  Sequences data = random_sequences(count, 12, 8, 0, 3, seed);
  for (Index b = 0; b < count; ++b)
    for (Index row = data.offsets[static_cast<std::size_t>(b)];
         row < data.offsets[static_cast<std::size_t>(b) + 1]; ++row) {
      const bool second = 2 * (row - data.offsets[static_cast<std::size_t>(b)]) >= data.length(b);
      std::int32_t& token = data.tokens[static_cast<std::size_t>(row)];
      token = 2 * token + (second ? 1 : 0);
      data.segments.push_back(second ? 1 : 0);
    }
  return data;
}

Config plain_config() {
  Config config = small_config();
  config.model.dropout = config.model.attention_dropout = 0;
  return config;
}

Scalar* values_of(Classifier& model, const std::string& name) {
  for (const ParameterView& view : model.parameters().views())
    if (view.name == name) return model.parameters().data() + view.offset;
  FAIL("no parameter " << name);
  return nullptr;
}

std::vector<Scalar> outputs_of(Classifier& model, const Sequences& data) {
  Inference inference(model, "auto", 1);
  std::vector<std::uint32_t> samples;
  const std::span<const Scalar> outputs = inference.outputs(as_batch(data, samples));
  return {outputs.begin(), outputs.end()};
}

const char* const file =
    "text,other,label,w\n"
    "a b c,c,same,1\na b c d,d,same,1\nb c,e,other,1\nd d,a,other,1\nb a,b,same,1\nc e,b,other,1\n";

TrainRequest pair_request(const Workplace& place, const std::string& run) {
  std::ofstream(place.root / "pairs.csv") << file;
  TrainRequest request = place.request(run);
  request.overrides = {"data.format={type = \"csv\", text_columns = [\"text\", \"other\"]}",
                       "data.train=pairs.csv",
                       "data.test=pairs.csv",
                       "data.validation_fraction=0.34",
                       "data.tokenizer=word",
                       "train.batch_size=2"};
  return request;
}

}  // namespace

TEST_CASE("two texts are one sequence with a separator between") {
  const InputEncoder encoder = encoder_of(9);
  CHECK(rows_of(encoder, "a b\tc") == std::pair{Ids{1, 2, 6, 3}, Ids{0, 0, 0, 1}});
  CHECK(rows_of(encoder, "x\ta a") == std::pair{Ids{0, 6, 1, 1}, Ids{0, 0, 1, 1}});
  CHECK(rows_of(encoder_of(9, 3), "a\tb\tc") == std::pair{Ids{1, 6, 2, 6, 3}, Ids{0, 0, 1, 1, 2}});
  CHECK(rows_of(encoder_of(9, 1), "a b\tc") == std::pair{Ids{1, 2, 3}, Ids{}});
  const auto message = [&](const std::string& line) {
    Sequences data;
    try {
      encoder.append_line(line, data);
    } catch (const Error& error) {
      CHECK(data.tokens.empty());
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message("a b") == "1 text; expected 2 with tabs between");
  CHECK(message("a\tb\tc") == "3 texts; expected 2 with tabs between");
  CHECK(message("a\t ") == "the text is empty; expected at least one character");
  CHECK_THROWS_WITH(encoder_of(2), Contains("data.max_length is 2; 2 texts with separators need 3 or more"));
}

TEST_CASE("what is too long is cut from the longer text, of equal ones from the second") {
  bool was_cut = false;
  const auto tokens = [&](Index max_length, const std::string& line) {
    return rows_of(encoder_of(max_length), line, &was_cut).first;
  };
  CHECK(tokens(8, "a a a a a\tb b") == Ids{1, 1, 1, 1, 1, 6, 2, 2});
  CHECK_FALSE(was_cut);
  CHECK(tokens(7, "a a a a a\tb b") == Ids{1, 1, 1, 1, 6, 2, 2});
  CHECK(was_cut);
  CHECK(tokens(4, "a a a a a\tb b") == Ids{1, 1, 6, 2});
  CHECK(tokens(3, "a a a a a\tb b") == Ids{1, 6, 2});
  CHECK(tokens(6, "a\tb b b b b b b b") == Ids{1, 6, 2, 2, 2, 2});
  CHECK(tokens(6, "a b c d e\tb c d e a") == Ids{1, 2, 3, 6, 2, 3});
}

TEST_CASE("a separator of the tokenizer's own needs no further id") {
  State state;
  state.set("vocabulary", std::vector<std::string>{"<unk>", "[sep]", "a"});
  auto tokenizer = std::make_shared<Marked>(Settings("marked", Marked::common_options()));
  tokenizer->load(state);
  Preprocessing preprocessing;
  preprocessing.tokenizer = tokenizer;
  preprocessing.texts = 2;
  CHECK(rows_of(InputEncoder(DataConfig(), preprocessing), "a\ta").first == Ids{2, 1, 2});
  CHECK(preprocessing.num_ids() == 3);
  CHECK(preprocessing.token(1) == "[sep]");
  preprocessing.tokenizer = test::word_tokenizer({"<unk>", "a"});
  CHECK(preprocessing.num_ids() == 3);
  CHECK(preprocessing.token(2) == "[sep]");
  CHECK(preprocessing.token(1) == "a");
  preprocessing.texts = 1;
  CHECK(preprocessing.num_ids() == 2);
}

TEST_CASE("a row of the segment table is added to each row of its text") {
  const Sequences data = random_pairs(9, 4);
  Classifier model(plain_config(), {16, 0, 12, 2}, 3, builtin_layers());
  Classifier single(plain_config(), {16, 0, 12}, 3, builtin_layers());
  model.parameters().initialize(4);
  single.parameters().initialize(4);
  // The same as a model without segments whose token rows have the rows of their segments added.
  const Scalar* segment = values_of(model, "embedding.segment");
  for (const ParameterView& view : single.parameters().views())
    std::copy_n(values_of(model, view.name), view.size, values_of(single, view.name));
  Scalar* table = values_of(single, "embedding.weight");  // [16, 32]
  for (Index token = 0; token < 16; ++token)
    for (Index c = 0; c < 32; ++c) table[token * 32 + c] += segment[token % 2 * 32 + c];
  const std::vector<Scalar> expected = outputs_of(single, data), found = outputs_of(model, data);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK_THAT(static_cast<double>(found[i]),
               catch_matchers::WithinAbs(static_cast<double>(expected[i]), 1e-5));
  Sequences without = data;
  without.segments.clear();
  CHECK_THROWS_WITH(outputs_of(model, without), Contains("segments, one a row"));
}

TEST_CASE("the gradient of a segment is the sum over the rows of its text") {
  const Sequences data = random_pairs(9, 4);
  Classifier model(plain_config(), {16, 0, 12, 2}, 3, builtin_layers());
  model.parameters().initialize(4);
  const std::unique_ptr<Task> task = class_task(3);
  Stepper stepper(model, plain_config().train, 2);
  BatchStorage storage;
  std::vector<std::uint32_t> rows(9);
  std::iota(rows.begin(), rows.end(), 0u);
  Gradient sum_of_all = stepper.gradient();
  sum_of_all.add(storage.gather(data, rows), *task, 9, {5, 0});
  const std::vector<Scalar> gradient = sum_of_all.flat();
  Index table = -1, segment = -1;
  for (const ParameterView& view : model.parameters().views()) {
    if (view.name == "embedding.weight") table = view.offset;
    if (view.name == "embedding.segment") segment = view.offset;
  }
  double largest = 0;
  for (Index s = 0; s < 2; ++s)
    for (Index c = 0; c < 32; ++c) {
      double sum = 0;  // no token is in both texts
      for (Index token = s; token < 16; token += 2)
        sum += static_cast<double>(gradient[static_cast<std::size_t>(table + token * 32 + c)]);
      const auto found = static_cast<double>(gradient[static_cast<std::size_t>(segment + s * 32 + c)]);
      CHECK_THAT(found, catch_matchers::WithinAbs(sum, 1e-5));
      largest = std::max(largest, std::abs(found));
    }
  CHECK(largest > 1e-3);
}

TEST_CASE("the derivative of the loss by a segment's number is its gradient") {
  const Sequences data = random_pairs(5, 6);
  Classifier model(plain_config(), {16, 0, 12, 2}, 3, builtin_layers());
  model.parameters().initialize(4);
  const std::unique_ptr<Task> task = class_task(3);
  Stepper stepper(model, plain_config().train, 1);
  BatchStorage storage;
  std::vector<std::uint32_t> rows{0, 1, 2, 3, 4};
  const Batch batch = storage.gather(data, rows);
  const auto loss_of = [&](std::vector<Scalar>* flat) {
    Gradient all = stepper.gradient();
    const double loss = all.add(batch, *task, 5, {5, 0}).loss;
    if (flat != nullptr) *flat = all.flat();
    return loss;
  };
  std::vector<Scalar> gradient;
  loss_of(&gradient);
  Scalar* numbers = values_of(model, "embedding.segment");
  const auto offset = static_cast<std::size_t>(numbers - model.parameters().data());
  const Scalar step = 0.02f;
  for (const std::size_t i : {std::size_t{0}, std::size_t{17}, std::size_t{40}}) {
    const Scalar before = numbers[i];
    numbers[i] = before + step;
    const double above = loss_of(nullptr);
    numbers[i] = before - step;
    const double below = loss_of(nullptr);
    numbers[i] = before;
    CHECK_THAT((above - below) / 5 / (2 * static_cast<double>(step)),
               catch_matchers::WithinAbs(static_cast<double>(gradient[offset + i]), 1e-3));
  }
}

TEST_CASE("a model of pairs trains, goes on in the same bits, and takes pairs afterwards") {
  const Workplace place("pairs");
  Silent observer;
  train(pair_request(place, "whole"), builtin(), observer);
  TrainRequest part = pair_request(place, "parts");
  part.max_steps = 3;
  train(part, builtin(), observer);
  part.max_steps = 0;
  part.resume = true;
  train(part, builtin(), observer);
  CHECK(place.bytes("parts/last.h5") == place.bytes("whole/last.h5"));
  for (const int threads : {1, 4}) {
    TrainRequest request = pair_request(place, "threads" + std::to_string(threads));
    request.threads = threads;
    train(request, builtin(), observer);
    CHECK(place.bytes("threads" + std::to_string(threads) + "/last.h5") == place.bytes("whole/last.h5"));
  }
  const Model model = Model::load((place.root / "whole/last.h5").string(), builtin());
  CHECK(model.preprocessing.texts == 2);
  CHECK(model.input.num_texts == 2);
  CHECK(model.input.vocab_size == model.preprocessing.vocabulary_size() + 1);
  const CheckpointReader reader((place.root / "whole/last.h5").string());
  CHECK(reader.header().state.at("data").integers("texts") == std::vector<std::int64_t>{2});
  // The file's first pair, from the file and as a line.
  std::vector<std::string> notes;
  const Sequences all = load_file(model.config.data, builtin_readers(), model.preprocessing, *model.task,
                                  (place.root / "pairs.csv").string(), notes)
                            .sequences;
  const InputEncoder encoder(model.config.data, model.preprocessing);
  Sequences line;
  encoder.append_line("a b c\tc", line);
  const std::uint32_t first = 0;
  CHECK(all.take({&first, 1}).tokens == line.tokens);
  CHECK(all.take({&first, 1}).segments == line.segments);
  CHECK(line.segments == Ids{0, 0, 0, 0, 1});
  // A file of one text is no data for it.
  TrainRequest request = pair_request(place, "labels");
  request.overrides.emplace_back("task=token_labels");
  CHECK_THAT(ending_of(request, observer, builtin()).message,
             Contains("several texts a record, but the task has a label a row; expected one text"));
}

TEST_CASE("one text column gives the model and the bits that it gave before") {
  const Workplace place("one-text");
  std::ofstream(place.root / "one.tsv") << "same\ta b c\nsame\ta b\nother\tc d\nother\td\n";
  std::ofstream(place.root / "one.csv") << "text,label\na b c,same\na b,same\nc d,other\nd,other\n";
  std::vector<std::vector<Scalar>> found;
  for (const std::string format : {"tsv", "csv"}) {
    TrainRequest request = place.request(format);
    request.overrides = {"data.format=" + format, "data.train=one." + format,
                         "data.test=", "data.validation_fraction=0"};
    Silent observer;
    train(request, builtin(), observer);
    const Model model = Model::load(request.run + "/last.h5", builtin());
    CHECK(model.input.num_texts == 1);
    const CheckpointReader reader(request.run + "/last.h5");
    CHECK_FALSE(reader.header().state.at("data").has("texts"));
    for (const ParameterView& view : model.classifier->parameters().views())
      CHECK(view.name != "embedding.segment");
    const Parameters& all = model.classifier->parameters();
    found.emplace_back(all.data(), all.data() + all.size());
  }
  CHECK(found[0] == found[1]);
}
