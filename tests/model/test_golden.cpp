// Values from PyTorch (scripts/make_golden.py): logits, loss, every gradient, the losses of ten updates.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numeric>

#include <orochi/cross_attention.hpp>
#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/schedule.hpp>
#include <orochi/updater.hpp>

#include "catch.hpp"
#include "core/kernels/kernels.hpp"
#include "inference/model_file.hpp"
#include "io/config_file.hpp"
#include "io/hdf5.hpp"
#include "tasks.hpp"
#include "tokenizers.hpp"

using namespace orochi;
using hdf5::Hid;

namespace {

/// One fixture file.
class Golden {
 public:
  explicit Golden(const std::string& path)
      : file_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose) {}

  template <class T>
  std::vector<T> read(const std::string& name, hid_t type) const {
    const Hid set(H5Dopen2(file_.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
    const Hid space(H5Dget_space(set.get()), H5Sclose);
    std::vector<T> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get())));
    REQUIRE(H5Dread(set.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
    return values;
  }
  std::vector<double> doubles(const std::string& name) const { return read<double>(name, H5T_NATIVE_DOUBLE); }
  bool has(const std::string& name) const { return H5Lexists(file_.get(), name.c_str(), H5P_DEFAULT) > 0; }
  std::string text(const std::string& name) const {
    const Hid set(H5Dopen2(file_.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
    const Hid type(H5Dget_type(set.get()), H5Tclose);
    std::string result(H5Tget_size(type.get()), '\0');
    REQUIRE(H5Dread(set.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, result.data()) >= 0);
    return result;
  }

 private:
  Hid file_;
};

/// Largest |a - b| over the largest |b|, or over `floor` where all b are smaller: a vector's relative
/// difference.
double relative_difference(const Scalar* mine, const std::vector<double>& theirs, double floor) {
  double difference = 0, largest = floor;
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    difference = std::max(difference, std::abs(static_cast<double>(mine[i]) - theirs[i]));
    largest = std::max(largest, std::abs(theirs[i]));
  }
  return difference / largest;
}

double largest_of(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

/// The model, data and training of a fixture.
struct Case {
  explicit Case(const std::string& path, const std::string& engine)
      : golden(path), config(parse_saved_config(golden.text("config"), path, component_schemas(builtin()))) {
    config.train.kernels = engine;
    offsets = indices("offsets");
    labels = golden.doubles("labels");
    samples.resize(offsets.size() - 1);
    std::iota(samples.begin(), samples.end(), 0u);
    InputShape shape{0, 0, config.data.max_length};
    if (golden.has("tokens")) {
      tokens = golden.read<std::int32_t>("tokens", H5T_NATIVE_INT32);
      shape.vocab_size = 13;
    } else {
      values = golden.read<float>("values", H5T_NATIVE_FLOAT);
      shape.channels = 3;
    }
    batch = {tokens, values, shape.channels, offsets, samples, labels};
    task = golden.has("asked") ? masked_task(shape) : class_task(3, config.task.options);
    if (golden.has("asked")) {
      asked = indices("asked"), hidden = indices("hidden");
      batch.asked = asked, batch.hidden = hidden;
      batch.target_width = task->target_width();
    }
    model = std::make_unique<Classifier>(config, shape, task->shape(), builtin_layers());
    for (const ParameterView& view : model->parameters().views()) {
      const std::vector<float> theirs = golden.read<float>("parameters/" + view.name, H5T_NATIVE_FLOAT);
      REQUIRE(static_cast<Index>(theirs.size()) == view.size);
      std::copy(theirs.begin(), theirs.end(), model->parameters().data() + view.offset);
    }
  }

  std::vector<Index> indices(const std::string& name) const {
    const std::vector<std::int64_t> numbers = golden.read<std::int64_t>(name, H5T_NATIVE_INT64);
    return {numbers.begin(), numbers.end()};
  }
  /// Without labels, for rows of this shape.
  std::unique_ptr<Task> masked_task(const InputShape& shape) const {
    Preprocessing rows;
    rows.channels = shape.channels;
    if (shape.vocab_size > 0) rows.tokenizer = test::word_tokenizer(letters(shape.vocab_size));
    std::unique_ptr<Task> result = builtin_tasks().make(config.task);
    result->prepare(rows);
    return result;
  }
  static std::vector<std::string> letters(Index count) {
    std::vector<std::string> result{"<unk>"};
    for (char c = 'a'; std::ssize(result) < count; ++c) result.emplace_back(1, c);
    return result;
  }

  Golden golden;
  Config config;
  std::vector<Index> offsets;          // [B + 1]
  std::vector<Index> asked, hidden;    // rows, of tasks without labels
  std::vector<double> labels;          // [B] or [M, W]
  std::vector<std::uint32_t> samples;  // [B]
  std::vector<std::int32_t> tokens;    // [N]
  std::vector<float> values;           // [N, channels]
  Batch batch;
  std::unique_ptr<Task> task;
  std::unique_ptr<Classifier> model;
};

void check_case(const std::string& path, const std::string& engine) {
  INFO(path << " " << engine);
  Case c(path, engine);
  Inference inference(*c.model, engine, 1);
  CHECK(relative_difference(inference.outputs(c.batch).data(), c.golden.doubles("logits"), 0) < 1e-5);

  Stepper stepper(*c.model, c.config.train, 2);
  Updater updater(builtin().optimizers.make(c.config.train.optimizer), c.model->parameters());
  const auto schedule = builtin().schedules.make(c.config.train.schedule);
  const double normalizer = weight_of(*c.task, c.labels);  // B or M
  std::optional<Gradient> first = stepper.gradient();
  const StepSums sums = first->add(c.batch, *c.task, normalizer, {});
  CHECK_THAT(sums.loss / sums.weight, catch_matchers::WithinRel(c.golden.doubles("loss")[0], 1e-5));
  const std::vector<Scalar> gradient = first->flat();
  first.reset();
  double largest = 0;  // of all gradients: a key's bias has none but rounding, as softmax ignores a shift
  for (const ParameterView& view : c.model->parameters().views())
    largest = std::max(largest, largest_of(c.golden.doubles("gradients/" + view.name)));
  for (const ParameterView& view : c.model->parameters().views()) {
    INFO(view.name);
    const std::vector<double> theirs = c.golden.doubles("gradients/" + view.name);
    CHECK(relative_difference(gradient.data() + view.offset, theirs, 1e-3 * largest) < 1e-4);
  }

  const std::vector<double> losses = c.golden.doubles("losses");
  for (std::size_t step = 0; step < losses.size(); ++step) {
    Gradient next = stepper.gradient();
    const StepSums now = next.add(c.batch, *c.task, normalizer, {0, static_cast<std::uint32_t>(step)});
    INFO("step " << step);
    CHECK_THAT(now.loss / now.weight, catch_matchers::WithinRel(losses[step], 1e-4));
    next.clip(c.config.train.max_grad_norm);
    updater.update(std::move(next), learning_rate(c.config.train, *schedule, step, losses.size()));
  }
}

/// Cross attention by itself, as a fixture of its own has it.
class CrossCase {
 public:
  explicit CrossCase(const std::string& path) : golden_(path) {
    Config config;
    config.model.d_model = 12;
    config.model.num_heads = 3;
    config.model.attention_dropout = 0;
    const Layers registry = builtin_layers();
    Builder builder(config, {1, 0, 1}, registry, parameters_);
    cross_ = std::make_unique<CrossAttention>(builder, "cross", 10);
    parameters_.allocate();
    for (const ParameterView& view : parameters_.views()) {
      const std::vector<float> theirs = golden_.read<float>("parameters/" + own_name(view), H5T_NATIVE_FLOAT);
      REQUIRE(static_cast<Index>(theirs.size()) == view.size);
      std::copy(theirs.begin(), theirs.end(), parameters_.data() + view.offset);
    }
  }

  void check() {
    Tape tape(parameters_);
    Gradients gradients(parameters_);
    tape.begin(Mode::train, &gradients, {});
    const std::vector<Index> offsets = offsets_of("offsets"), source_offsets = offsets_of("source_offsets");
    const std::vector<std::uint32_t> samples(offsets.size() - 1);
    Batch batch, sources;
    batch.offsets = offsets, batch.samples = samples;
    sources.offsets = source_offsets, sources.samples = samples;
    Var x = filled(tape, "x", offsets.back(), 12), source = filled(tape, "source", source_offsets.back(), 10);
    Var y = cross_->forward(x, batch, source, sources);  // [N, 12]
    CHECK(relative_difference(y.data(), golden_.doubles("y"), 0) < 1e-5);
    y.add_grad(filled(tape, "dy", offsets.back(), 12).value());
    tape.backward();
    CHECK(relative_difference(x.grad().data(), golden_.doubles("dx"), 0) < 1e-4);
    CHECK(relative_difference(source.grad().data(), golden_.doubles("dsource"), 0) < 1e-4);
    const std::vector<Scalar> gradient = GradientSum(parameters_, {&gradients}).flat();
    for (const ParameterView& view : parameters_.views()) {
      INFO(view.name);  // a key's bias has no gradient but rounding
      CHECK(relative_difference(gradient.data() + view.offset, golden_.doubles("gradients/" + own_name(view)),
                                0.1) < 1e-4);
    }
  }

 private:
  static std::string own_name(const ParameterView& view) { return view.name.substr(6); }  // past "cross."
  std::vector<Index> offsets_of(const std::string& name) const {
    const std::vector<std::int64_t> numbers = golden_.read<std::int64_t>(name, H5T_NATIVE_INT64);
    return {numbers.begin(), numbers.end()};
  }
  Var filled(Tape& tape, const std::string& name, Index rows, Index cols) const {
    const std::vector<float> values = golden_.read<float>(name, H5T_NATIVE_FLOAT);
    REQUIRE(static_cast<Index>(values.size()) == rows * cols);
    Var x = tape.input(rows, cols, true);
    std::copy(values.begin(), values.end(), x.data());
    return x;
  }

  Golden golden_;
  Parameters parameters_;
  std::unique_ptr<CrossAttention> cross_;
};

/// Whether it was built in, and this CPU can serve it.
bool has_onednn() {
  try {
    kernels::choose_engine("onednn");
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("cross attention agrees with PyTorch") {
  CrossCase(std::string(std::getenv("OROCHI_TEST_DATA")) + "/cross_attention.h5").check();
}

TEST_CASE("values, gradients and ten updates agree with PyTorch") {
  const std::filesystem::path folder = std::filesystem::path(std::getenv("OROCHI_TEST_DATA")) / "golden";
  std::vector<std::string> engines{"native", "eigen"};
  if (has_onednn()) engines.push_back("onednn");
  int cases = 0, long_ones = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    for (const std::string& engine : engines) check_case(entry.path().string(), engine);
    ++cases;
    long_ones += entry.path().filename().string().rfind("long_", 0) == 0;
  }
  CHECK(cases == 24);
  CHECK(long_ones == 8);  // up to 150 rows: more than one tile of keys, more than two of queries
}
