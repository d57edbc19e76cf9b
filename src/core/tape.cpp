#include <orochi/tape.hpp>

#include "core/kernels/kernels.hpp"

namespace orochi {

Tape::Tape(const Parameters& parameters, const char* engine)
    : parameters_(parameters), engine_(static_cast<int>(kernels::choose_engine(engine))) {}
Tape::~Tape() = default;

void Tape::begin(Mode mode, Gradients* gradients, RandomKey key) {
  arena_.reset();
  scratch_.reset();
  mode_ = mode;
  gradients_ = gradients;
  key_ = key;
  last_ = nullptr;
}

Scalar* Tape::allocate(Index n) { return allocate_as<Scalar>(n); }

Var Tape::make(Index rows, Index cols, bool needs_grad) {
  Var::Node* node = allocate_as<Var::Node>(1);
  *node = {this, allocate(rows * cols), nullptr, rows, cols, needs_grad};
  return Var(node);
}

Var Tape::input(Index rows, Index cols, bool needs_grad) {
  return make(rows, cols, needs_grad && training());
}

Var Tape::result(Index rows, Index cols) { return make(rows, cols, training()); }

GradientTarget Var::grad_target() const {
  const bool accumulate = node_->grad != nullptr;
  if (!accumulate) node_->grad = tape().allocate(rows() * cols());
  return {node_->grad, accumulate};
}

void Var::pass_grad(Var other) const {
  if (!other.needs_grad()) return;
  if (other.node_->grad == nullptr) {
    other.node_->grad = node_->grad;
  } else {
    const Index size = rows() * cols();
    kernels::add(size, other.node_->grad, node_->grad, other.node_->grad);
  }
}

void Tape::backward() {
  for (Pullback* p = last_; p != nullptr; p = p->before)
    if (p->output->grad != nullptr) p->call(p->closure);  // null: nothing downstream used it
}

}  // namespace orochi
