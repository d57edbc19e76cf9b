#include <algorithm>
#include <new>
#include <string>

#include <orochi/error.hpp>
#include <orochi/tape.hpp>

#include "core/kernels/kernels.hpp"
#include "core/random.hpp"

namespace orochi {

double uniform(RandomKey key, std::uint32_t sample, std::uint32_t stream, std::uint32_t element) {
  constexpr std::uint32_t own = 0x756e6966;  // apart from the bits of dropout
  const std::uint32_t counter[4] = {element, own, stream, sample}, words_key[2] = {key.seed, key.step};
  std::uint32_t words[4];
  kernels::philox(counter, words_key, words);
  return unit_interval(words[0], words[1]);
}

void refuse_shape(Index rows, Index cols, Index expected_rows, Index expected_cols) {
  const auto text = [](Index m, Index n) { return "[" + std::to_string(m) + ", " + std::to_string(n) + "]"; };
  throw failure("add_grad: expected a gradient of shape " + text(expected_rows, expected_cols) + ", found " +
                text(rows, cols) + "; give it the shape of what it is the gradient of");
}

Tape::Tape(const Parameters& parameters, const char* engine) : parameters_(parameters) {
  context_.engine = static_cast<int>(kernels::choose_engine(engine));
}
Tape::~Tape() = default;

Observer::~Observer() = default;
void Observer::enter(const std::string*, Pass) {}
void Observer::begin(const char*) {}
void Observer::end(const char*, Pass, const Cost&) {}
void Observer::recorded(Var) {}
void Observer::touched(Parameter) {}
void Observer::pulled_back(Var, Gradients&) {}

void Tape::begin(Mode mode, Gradients* gradients, RandomKey key) {
  if (mode == Mode::train && gradients == nullptr)
    throw usage_error("[tape] expected gradients to train, found none; Mode::infer needs none");
  arena_.reset();
  scratch_.reset();
  context_.mode = mode;
  gradients_ = gradients;
  context_.key = key;
  flows_ = !parameters_.has_frozen();
  last_result_ = nullptr;
  last_ = nullptr;
  free_ = nullptr;
  ++pass_;
  layer_ = nullptr;
}

Scalar* Tape::allocate(Index n) { return allocate_as<Scalar>(n); }

Var Tape::make(Index rows, Index cols, bool needs_grad) {
  Var::Node* node = allocate_as<Var::Node>(1);
  *node = {this, allocate(rows * cols), nullptr, rows, cols, needs_grad, layer_};
  return Var(node);
}

Var Tape::input(Index rows, Index cols, bool needs_grad) {
  flows_ |= needs_grad;
  return make(rows, cols, needs_grad && training());
}

Var Tape::result(Index rows, Index cols) {
  const Var y = make(rows, cols, flows_ && training());
  last_result_ = y.node_;
  return y;
}

/// The first parameter that is not frozen is read, perhaps for the result that was made last.
void Tape::flow() {
  flows_ = true;
  if (last_result_ != nullptr) last_result_->needs_grad = training();
}

Var Tape::replace(Var x, Var y, Arena::Mark mark) {
  std::copy_n(y.data(), x.rows() * x.cols(), x.data());
  arena_.release(mark);
  return x;
}

GradientTarget Var::grad_target() const {
  const bool accumulate = node_->grad != nullptr;
  if (!accumulate) node_->grad = tape().allocate_gradient(rows() * cols());
  return {node_->grad, accumulate};
}

void Var::pass_grad(Var other) const {
  if (!other.needs_grad()) return;
  if (other.node_->grad == nullptr) {
    other.node_->grad = node_->grad;
    node_->grad = nullptr;  // it has changed hands
  } else {
    const Index size = rows() * cols();
    kernels::add(size, other.node_->grad, node_->grad, other.node_->grad);
  }
}

void Tape::pull_back(const Pullback& p) {
  if (observer_ != nullptr) observer_->enter(p.output->layer, Pass::backward);
  p.call(p.closure);
  if (observer_ != nullptr) observer_->pulled_back(Var(p.output), *gradients_);
}

void Tape::backward() {
  for (Pullback* p = last_; p != nullptr; p = p->before) {
    Var::Node& output = *p->output;
    if (output.grad == nullptr) continue;  // nothing downstream used it
    if (output.needs_grad) pull_back(*p);
    if (output.grad != nullptr) release_gradient(output.grad, output.rows * output.cols);
    output.grad = nullptr;
  }
  if (observer_ != nullptr) observer_->enter(nullptr, Pass::backward);
}

// Gradients come in few sizes, and the memory of one just used is still in the cache.
Scalar* Tape::allocate_gradient(Index n) {
  for (FreeBlock** link = &free_; *link != nullptr; link = &(*link)->next) {
    if ((*link)->size != n) continue;
    Scalar* found = reinterpret_cast<Scalar*>(*link);
    *link = (*link)->next;
    return found;
  }
  return allocate(std::max(n, static_cast<Index>(sizeof(FreeBlock) / sizeof(Scalar))));
}

void Tape::release_gradient(Scalar* gradient, Index n) { free_ = new (gradient) FreeBlock{free_, n}; }

}  // namespace orochi
