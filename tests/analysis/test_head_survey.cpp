// Figures of heads against their definitions on whole maps, and what long sequences take.
#include <cmath>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>
#include <orochi/model.hpp>

#include "analysis/head_survey.hpp"
#include "analysis/heads.hpp"
#include "catch.hpp"
#include "core/kernels/bf16.hpp"
#include "core/packed_weights.hpp"
#include "layers/attention_recording.hpp"
#include "run/machine_memory.hpp"
#include "small_model.hpp"

using namespace orochi;

namespace {

struct Places {
  bool causal = false;
  Index window = 0;
  std::string positions = "learned", pooling = "mean";
};

Model make_model(const Extensions& extensions, const Places& places, Index longest = 200,
                 Index d_model = 32) {
  Model trained;
  trained.config = small_config();
  trained.config.model.d_model = d_model;
  trained.config.model.causal = places.causal;
  trained.config.model.window = places.window;
  trained.config.model.positions = places.positions;
  trained.config.model.pooling = places.pooling;
  trained.input = {17, 0, longest};
  trained.extensions = extensions;
  trained.task = class_task(3);
  trained.classifier = std::make_unique<Classifier>(trained.config, trained.input, 3, extensions.layers);
  trained.classifier->parameters().initialize(5);
  Parameters& parameters = trained.classifier->parameters();
  for (Index i = 0; i < parameters.size(); ++i) parameters.data()[i] *= 2;  // sharper maps
  return trained;
}

const std::vector<Places> all_locations{
    {}, {true, 0, "rotary"}, {false, 9, "learned", "cls"}, {true, 0, "alibi"}, {false, 70, "rotary"}};

/// [L H] maps of [T, T], in double.
std::vector<std::vector<double>> whole_maps(const std::vector<AttentionRecord>& records) {
  std::vector<std::vector<double>> maps;
  for (const AttentionRecord& r : records)
    for (Index h = 0; h < r.options.num_heads; ++h) {
      const Scalar* map = r.map.data() + h * r.length * r.length;
      maps.emplace_back(map, map + r.length * r.length);
    }
  return maps;
}

/// Some rows of each head's map, from what `record` holds beside maps.
void check_rows(const AttentionRecord& record, const AttentionRecord& whole) {
  for (Index h = 0; h < 4; ++h)
    for (const Index first : {Index{0}, record.length / 2}) {
      const Index t = record.length, count = std::min<Index>(t - first, 65), at = (h * t + first) * t;
      std::vector<Scalar> scores(static_cast<std::size_t>(count * t)), map(scores.size());
      map_rows(record, h, first, count, scores.data(), map.data());
      REQUIRE(std::equal(map.begin(), map.end(), whole.map.begin() + at));
      REQUIRE(std::equal(scores.begin(), scores.end(), whole.scores.begin() + at));
    }
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  double mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) mean_a += a[i] / n, mean_b += b[i] / n;
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
    ab += (a[i] - mean_a) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace

TEST_CASE("some rows of a map are the same bits as in the whole") {
  const Extensions extensions = builtin();
  const Sequences data = random_sequences(4, 190, 17, 0, 3, 2);
  for (const Places& places : all_locations) {
    const Model trained = make_model(extensions, places);
    for (Index i = 0; i < data.size(); ++i) {
      const std::vector<AttentionRecord> whole = record_sequence(trained, data, i),
                                         light = record_sequence(trained, data, i, nullptr, false);
      REQUIRE(light.size() == whole.size());
      for (std::size_t layer = 0; layer < whole.size(); ++layer) {
        REQUIRE(light[layer].map.empty());
        check_rows(light[layer], whole[layer]);
      }
    }
  }
}

TEST_CASE("also of a map whose scores are products in bf16") {
  if (!kernels::bf16_available()) return;
  const Extensions extensions = builtin();
  const Sequences data = random_sequences(3, 190, 17, 0, 3, 4);
  std::vector<std::uint32_t> samples;
  for (const Places& places : all_locations) {
    const Model trained = make_model(extensions, places, 200, 64);  // heads of 16
    const Parameters& parameters = trained.classifier->parameters();
    PackedWeights packed(parameters, kernels::Engine::native, kernels::Precision::bf16);
    for (Index piece = 0; piece < packed.num_pieces(); ++piece) packed.pack(piece);
    Recording recording;
    Tape tape(parameters, "native");
    tape.set_packed(&packed);
    HeadProbe probe{&recording, {}};
    tape.attach(&probe);
    tape.begin(Mode::infer, nullptr, {});
    trained.classifier->forward(tape, as_batch(data, samples));
    REQUIRE(recording.records.size() == 6);
    for (const AttentionRecord& record : recording.records) check_rows(record, record);
  }
}

TEST_CASE("entropy, distance and similarity are those of whole maps") {
  const Extensions extensions = builtin();
  const Sequences data = random_sequences(5, 190, 17, 0, 3, 7);
  for (const Places& places : all_locations) {
    const Model trained = make_model(extensions, places);
    const HeadGrid grid = head_grid(trained, data);
    REQUIRE(grid.count() == 8);
    const HeadSurvey survey = survey_heads(trained, data, grid, 2);
    std::vector<double> entropy(8), distance(8), similarity(64);
    for (Index i = 0; i < 5; ++i) {
      const std::vector<AttentionRecord> records = record_sequence(trained, data, i);
      const std::vector<std::vector<double>> maps = whole_maps(records);
      const auto t = static_cast<std::size_t>(records.front().length);
      for (std::size_t a = 0; a < 8; ++a) {
        for (std::size_t q = 0; q < t; ++q)
          for (std::size_t k = 0; k < t; ++k) {
            const double p = maps[a][q * t + k], share = 1 / static_cast<double>(5 * t);
            if (p > 0) entropy[a] -= p * std::log2(p) * share;
            distance[a] += p * std::abs(static_cast<double>(q) - static_cast<double>(k)) * share;
          }
        for (std::size_t b = 0; b < 8; ++b) similarity[a * 8 + b] += correlation(maps[a], maps[b]) / 5;
      }
    }
    for (std::size_t a = 0; a < 8; ++a) {
      CHECK_THAT(survey.entropy[a], catch_matchers::WithinRel(entropy[a], 1e-5));
      CHECK_THAT(survey.distance[a], catch_matchers::WithinRel(distance[a], 1e-5));
      for (std::size_t b = 0; b < 8; ++b)
        CHECK_THAT(survey.similarity[a * 8 + b], catch_matchers::WithinAbs(similarity[a * 8 + b], 1e-5));
    }
  }
}

/// All rows but the last two of each sequence.
class Shorten : public Layer {
 public:
  explicit Shorten(Builder&) {}
  Rows forward(const Rows& x) const override {
    const auto shorter = [](Index length) { return std::max<Index>(1, length - 2); };
    Index count = 0;
    for (Index b = 0; b < x.batch.num_sequences(); ++b) count += shorter(x.batch.length(b));
    const Var in = x.values, y = x.tape().result(count, in.cols());
    const Rows result = x.with_lengths(y, shorter);
    const Batch from = x.batch, to = result.batch;
    for (Index b = 0; b < from.num_sequences(); ++b)
      y.value().middleRows(to.first_row(b), to.length(b)) =
          in.value().middleRows(from.first_row(b), to.length(b));
    y.pullback([=] {
      for (Index b = 0; b < from.num_sequences(); ++b)
        in.grad_sum().middleRows(from.first_row(b), to.length(b)) +=
            y.grad().middleRows(to.first_row(b), to.length(b));
    });
    return result;
  }
};

TEST_CASE("heads of layers with another number of rows are not compared with each other") {
  Extensions extensions = builtin();
  extensions.layers.add<Shorten>("shorten", Role::rows, "fewer rows");
  Model trained = make_model(extensions, {});
  trained.config.model.block = {{"encoder_layer"}, {"shorten"}, {"encoder_layer"}};
  trained.classifier = std::make_unique<Classifier>(trained.config, trained.input, 3, extensions.layers);
  trained.classifier->parameters().initialize(5);
  Sequences data;
  for (Index i = 0; i < 100; ++i) data.tokens.push_back(static_cast<std::int32_t>(i * i % 17));
  data.offsets.push_back(100);  // neither 100 nor 98 is a multiple of the queries that are taken at a time
  data.targets.push_back(1);
  const HeadSurvey survey = survey_heads(trained, data, head_grid(trained, data), 1);
  const std::vector<std::vector<double>> maps = whole_maps(record_sequence(trained, data, 0));
  for (std::size_t a = 0; a < 8; ++a)
    for (std::size_t b = 0; b < 8; ++b) {
      const double expected = a / 4 == b / 4 ? correlation(maps[a], maps[b]) : 0;
      CHECK_THAT(survey.similarity[a * 8 + b], catch_matchers::WithinAbs(expected, 1e-5));
    }
}

TEST_CASE("looking at the heads of long sequences takes no whole map") {
  const Extensions extensions = builtin();
  const Index t = 3000;
  Sequences data;
  for (Index i = 0; i < t; ++i) data.tokens.push_back(static_cast<std::int32_t>(i * i % 17));
  data.offsets.push_back(t);
  data.targets.push_back(1);
  const Model trained = make_model(extensions, {}, t);
  const double before = peak_memory();
  const HeadSurvey survey = survey_heads(trained, data, head_grid(trained, data), 1);
  CHECK(peak_memory() - before < 4e8);  // scores and maps of 8 heads are 576 MB, and were copied once more
  CHECK(survey.entropy.size() == 8);
  for (std::size_t a = 0; a < 8; ++a)
    CHECK_THAT(survey.similarity[a * 9], catch_matchers::WithinAbs(1, 1e-9));
}

TEST_CASE("whole maps that would not fit are refused") {
  const HeadGrid grid{{{6, 4}, {10, 4}}};
  CHECK(bytes_of_maps(grid, 20000) == 51.2e9);  // 2 x 8 x 20,000 x 20,000 x 2 x 4 bytes
  CHECK_NOTHROW(require_memory_for_maps(grid, 20000, 51.2e9));
  try {
    require_memory_for_maps(grid, 20000, 16e9);
    FAIL("nothing thrown");
  } catch (const Error& error) {
    CHECK(
        std::string(error.what()) ==
        "the attention maps of a sequence of 20000 rows take 51.2 GB with 16 heads in 2 layers, and 16.0 GB "
        "are left; look at a shorter sequence, or at its beginning");
  }
}
