// Every operation: its gradients against central differences, in double; the same bits alone and beside
// others; no memory but the arena's.
#include <cmath>
#include <cstring>
#include <random>
#include <type_traits>

#include "catch.hpp"
#include "cli/count_allocations.hpp"
#include "operation_cases.hpp"

using namespace orochi;

namespace {

using Numbers = std::vector<Scalar>;

/// A batch of sequences of these lengths, whose tokens are places within their sequences.
struct Samples {
  explicit Samples(const std::vector<Index>& lengths) {
    for (const Index length : lengths) {
      for (Index t = 0; t < length; ++t)
        places.push_back(static_cast<std::int32_t>(t % 3 == 2 ? -1 : (5 * t + 1) % length));
      offsets.push_back(offsets.back() + length);
    }
    batch.tokens = places;
    batch.offsets = offsets;
  }
  Samples(const Samples&) = delete;
  Samples& operator=(const Samples&) = delete;
  Index rows_of(const OperationInput& input) const {
    if (input.kind == Kind::rows) return batch.num_rows();
    return input.kind == Kind::shared ? input.rows : input.rows * batch.num_sequences();
  }
  std::vector<std::int32_t> places;  // [N]
  std::vector<Index> offsets{0};     // [B + 1]
  Batch batch;
};

Numbers random_numbers(Index n, bool positive, std::mt19937& generator) {
  std::uniform_real_distribution<double> uniform(positive ? 0.5 : -2, 2);
  Numbers numbers(static_cast<std::size_t>(n));
  for (Scalar& x : numbers) x = static_cast<Scalar>(uniform(generator));
  return numbers;
}

std::vector<Numbers> random_inputs(const OperationCase& c, const Samples& sequences, unsigned seed) {
  std::mt19937 generator(seed);
  std::vector<Numbers> inputs;
  for (const OperationInput& input : c.inputs)
    inputs.push_back(random_numbers(sequences.rows_of(input) * input.cols, input.positive, generator));
  return inputs;
}

struct NoParameters : Parameters {
  NoParameters() { allocate(); }
};

/// One operation on a tape of its own.
class Run {
 public:
  Run(const OperationCase& c, const Samples& sequences, const char* engine = "native")
      : case_(c), sequences_(sequences), gradients_(parameters_), tape_(parameters_, engine) {}

  /// Memory that results and gradients will be taken from holds NaN: each must be written.
  void poison() {
    tape_.begin(Mode::train, &gradients_, {});
    std::fill_n(tape_.allocate(1 << 18), 1 << 18, std::numeric_limits<Scalar>::quiet_NaN());
  }
  Var forward(const std::vector<Numbers>& inputs, Mode mode = Mode::train) {
    tape_.begin(mode, &gradients_, {});
    vars_.clear();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const OperationInput& input = case_.inputs[i];
      vars_.push_back(tape_.input(sequences_.rows_of(input), input.cols, true));
      std::copy(inputs[i].begin(), inputs[i].end(), vars_.back().data());
    }
    return case_.run(vars_, sequences_.batch);
  }
  /// The inputs' gradients for that of the result; `before` is what each of their elements already holds.
  void backward(Var y, const Scalar* dy, Scalar before) {
    for (const Var x : vars_)
      if (before != 0) x.grad_sum().setConstant(before);
    y.add_grad(ConstMatrixMap(dy, y.rows(), y.cols()));
    tape_.backward();
  }
  const std::vector<Var>& vars() const { return vars_; }
  std::size_t capacity() const { return tape_.capacity(); }

 private:
  const OperationCase& case_;
  const Samples& sequences_;
  NoParameters parameters_;
  Gradients gradients_;
  Tape tape_;
  std::vector<Var> vars_;
};

double weighted_sum(Var y, const Numbers& weights) {
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i)
    sum += static_cast<double>(weights[i]) * static_cast<double>(y.data()[i]);
  return sum;
}

/// The largest |analytic - numeric| / (1 + |numeric|) over some elements of every input. Where a step leads
/// over a kink (relu, max), a shorter one is tried.
double gradient_difference(const OperationCase& c, Scalar before) {
  const Samples sequences({3, 1, 6, 2});
  std::vector<Numbers> inputs = random_inputs(c, sequences, 1);
  Run run(c, sequences);
  run.poison();
  const Var y = run.forward(inputs);
  std::mt19937 generator(2);
  const Numbers dy = random_numbers(y.rows() * y.cols(), false, generator);
  run.backward(y, dy.data(), before);
  std::vector<Numbers> gradients;
  for (const Var x : run.vars())
    gradients.emplace_back(x.grad().data(), x.grad().data() + x.rows() * x.cols());
  double worst = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    for (std::size_t k = 0; k < inputs[i].size(); k += inputs[i].size() / 40 + 1) {
      double least = HUGE_VAL;
      for (const double h : {1e-5, 1e-6, 1e-7}) {
        Scalar& x = inputs[i][k];
        const Scalar kept = x;
        x = static_cast<Scalar>(kept + h);
        const double up = weighted_sum(run.forward(inputs), dy);
        x = static_cast<Scalar>(kept - h);
        const double down = weighted_sum(run.forward(inputs), dy), numeric = (up - down) / (2 * h);
        x = kept;
        const double apart =
            std::abs(static_cast<double>(gradients[i][k] - before) - numeric) / (1 + std::abs(numeric));
        if (apart < least) least = apart;
      }
      worst = std::max(worst, least);
    }
  return worst;
}

}  // namespace

TEST_CASE("every operation's gradients agree with central differences, alone and added to others") {
  if (std::is_same_v<Scalar, float>)
    return;  // too few digits; the kernels' own tests and PyTorch's values serve
  REQUIRE(operation_cases().size() >= 45);
  for (const OperationCase& c : operation_cases()) {
    INFO(c.name);
    CHECK(gradient_difference(c, 0) < 1e-7);
    CHECK(gradient_difference(c, Scalar(0.5)) < 1e-7);
  }
}

namespace {

/// Rows first .. first + count - 1 of n, for sequence b of `sequences`.
std::pair<Index, Index> part_of(Kind kind, Index rows, const Samples& sequences, Index b) {
  if (kind == Kind::rows) return {sequences.batch.first_row(b), sequences.batch.length(b)};
  const Index each = rows / sequences.batch.num_sequences();
  return {b * each, each};
}

bool same_bits(const Scalar* a, const Scalar* b, Index n) {
  return std::memcmp(a, b, static_cast<std::size_t>(n) * sizeof(Scalar)) == 0;
}

/// Whether sequence b gives and gets the same alone as within `sequences`.
void check_alone(const OperationCase& c, const Samples& sequences, const std::vector<Numbers>& inputs, Var y,
                 const Numbers& dy, const std::vector<Var>& vars, Index b, const char* engine) {
  const Samples single({sequences.batch.length(b)});
  std::vector<Numbers> own = inputs;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (c.inputs[i].kind == Kind::shared) continue;
    const auto [first, count] = part_of(c.inputs[i].kind, sequences.rows_of(c.inputs[i]), sequences, b);
    const Scalar* from = inputs[i].data() + first * c.inputs[i].cols;
    own[i].assign(from, from + count * c.inputs[i].cols);
  }
  Run alone(c, single, engine);
  const Var z = alone.forward(own);
  const auto [first, count] = part_of(c.result, y.rows(), sequences, b);
  REQUIRE(z.rows() == count);
  CHECK(same_bits(z.data(), y.data() + first * y.cols(), count * y.cols()));
  alone.backward(z, dy.data() + first * y.cols(), 0);
  for (std::size_t i = 0; i < vars.size(); ++i) {
    if (c.inputs[i].kind == Kind::shared) continue;
    const auto [at, rows] = part_of(c.inputs[i].kind, vars[i].rows(), sequences, b);
    CHECK(same_bits(alone.vars()[i].grad().data(), vars[i].grad().data() + at * vars[i].cols(),
                    rows * vars[i].cols()));
  }
}

}  // namespace

TEST_CASE("a sequence gives and gets the same bits alone as in company") {
  const Samples sequences({3, 1, 40, 7, 130});
  for (const char* engine : {"native", "eigen"})
    for (const OperationCase& c : operation_cases()) {
      if (c.result == Kind::shared) continue;
      INFO(c.name << ", engine " << engine);
      const std::vector<Numbers> inputs = random_inputs(c, sequences, 3);
      Run together(c, sequences, engine);
      const Var y = together.forward(inputs);
      std::mt19937 generator(4);
      const Numbers dy = random_numbers(y.rows() * y.cols(), false, generator);
      together.backward(y, dy.data(), 0);
      for (Index b = 0; b < sequences.batch.num_sequences(); ++b)
        check_alone(c, sequences, inputs, y, dy, together.vars(), b, engine);
    }
}

TEST_CASE("inference gives what training gives, and a step asks nothing of the heap") {
  const Samples sequences({3, 1, 6, 2});
  for (const OperationCase& c : operation_cases()) {
    INFO(c.name);
    const std::vector<Numbers> inputs = random_inputs(c, sequences, 5);
    Run run(c, sequences);
    Numbers first, dy;
    std::uint64_t before = 0;
    std::size_t capacity = 0;
    for (int step = 0; step < 4; ++step) {
      const Var y = run.forward(inputs);
      if (step == 0) {
        first.assign(y.data(), y.data() + y.rows() * y.cols());
        dy = first;
      }
      run.backward(y, dy.data(), 0);
      if (step == 2) before = allocations(), capacity = run.capacity();
    }
    CHECK(allocations() == before);
    CHECK(run.capacity() == capacity);
    const Var y = run.forward(inputs, Mode::infer);
    CHECK(same_bits(y.data(), first.data(), y.rows() * y.cols()));
  }
}
