// The tape: values, and the pullbacks that carry gradients back through them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <orochi/arena.hpp>
#include <orochi/matrix.hpp>
#include <orochi/observer.hpp>
#include <orochi/parameters.hpp>

namespace [[gnu::visibility("default")]] orochi {

class AnomalyDetector;
class PackedWeights;
class Tape;

[[noreturn]] void refuse_shape(Index rows, Index cols, Index expected_rows, Index expected_cols);

/// A gradient as a matrix to add to.
inline MatrixMap started(GradientTarget target, Index rows, Index cols) {
  MatrixMap into(target.data, rows, cols);
  if (!target.accumulate) into.setZero();
  return into;
}

/// gradient (+)= expression.
template <class Expression>
void add_to(GradientTarget target, Index rows, Index cols, const Expression& expression) {
  MatrixMap into(target.data, rows, cols);
  if (target.accumulate)
    into.noalias() += expression;
  else
    into.noalias() = expression;
}

/// Throws unless a gradient's shape is that of what it is the gradient of.
inline void check_shape(Index rows, Index cols, Index expected_rows, Index expected_cols) {
  if (rows != expected_rows || cols != expected_cols) refuse_shape(rows, cols, expected_rows, expected_cols);
}

/// A closure without captures by reference. With one it would not be of standard layout, which is how the
/// compiler tells them; nor is it with an Eigen map inside, which is made anew at no cost.
template <class Closure>
concept CapturesByValue = std::is_standard_layout_v<Closure>;

/// A matrix on a tape: a handle, to be passed by value.
class Var {
 public:
  Index rows() const { return node_->rows; }
  Index cols() const { return node_->cols; }
  Scalar* data() const { return node_->value; }
  MatrixMap value() const { return {node_->value, node_->rows, node_->cols}; }
  /// d loss / d this [rows, cols]; complete in a pullback of this Var, and gone after it.
  ConstMatrixMap grad() const { return {node_->grad, node_->rows, node_->cols}; }
  Tape& tape() const { return *node_->tape; }

  /// Whether anything wants this Var's gradient.
  bool needs_grad() const { return node_->needs_grad; }
  /// For kernels that write a gradient themselves. Only where needs_grad().
  GradientTarget grad_target() const;
  /// d this [rows, cols] to add to, zeroed at its first use: for operations that touch parts of it. Only
  /// where needs_grad().
  MatrixMap grad_sum() const { return started(grad_target(), rows(), cols()); }
  /// d this += expression.
  template <class Expression>
  void add_grad(const Expression& expression) const {
    check_shape(expression.rows(), expression.cols(), rows(), cols());
    if (!needs_grad()) return;
    add_to(grad_target(), rows(), cols(), expression);
  }

  /// At the end of a pullback of this Var, which must be done with its gradient: adds it to that of `other`,
  /// of the same shape, or hands its memory over where `other` has none yet.
  void pass_grad(Var other) const;

  /// Records how gradients flow from this Var to what it was computed from; nothing in inference. The closure
  /// lives in the arena and runs when the function that made it has returned: it captures Vars, batches,
  /// numbers, pointers and `this` by value (CapturesByValue), nothing that owns memory.
  template <class Function>
  void pullback(Function function) const;

 private:
  friend class AnomalyDetector;
  friend class Tape;
  struct Node {
    Tape* tape;
    Scalar* value;
    Scalar* grad;  // nullptr until the first write
    Index rows, cols;
    bool needs_grad;
    const std::string* layer;  // that made it, or null
  };
  explicit Var(Node* node) : node_(node) {}
  Node* node_;
};

/// What a step draws its randomness from: bits are counted by (seed, step, sample, stream, element).
struct RandomKey {
  std::uint32_t seed = 0, step = 0;
};
/// A number in [0, 1). Two of one key and sample that should differ have another stream or element.
double uniform(RandomKey key, std::uint32_t sample, std::uint32_t stream, std::uint32_t element);

enum class Mode { train, infer };

/// What a pass is made with; layers ask it through their tape.
struct Context {
  Mode mode = Mode::infer;
  RandomKey key;
  int engine = 0;                         // kernels::Engine, behind the products
  const PackedWeights* packed = nullptr;  // of this step's products; null: each packs its own
};

/// One object of each type, unique to it.
template <class T>
inline constexpr char type_key = 0;

/// One shard's record of a step. Creation order is the order; `backward` walks it from last to first.
class Tape {
 public:
  /// `engine`: "auto" | "native" | "eigen" | "onednn", behind the products of linear layers.
  explicit Tape(const Parameters& parameters, const char* engine = "auto");
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  /// Forgets everything. Mode::infer records nothing and drops nothing out; `gradients` may then be null.
  void begin(Mode mode, Gradients* gradients, RandomKey key);

  Var input(Index rows, Index cols, bool needs_grad = false);  // to be filled through value()
  Var result(Index rows, Index cols);                          // an operation's output, uninitialized
  /// For the next result, or the one made last.
  ConstMatrixMap value(Parameter p) {
    const ConstMatrixMap numbers = parameters_.value(p);  // checks the handle
    if (!flows_ && trains(p)) flow();
    return numbers;
  }
  /// False for a frozen parameter, whose gradient nobody reads: whoever computes it may leave it out.
  bool trains(Parameter p) const { return parameters_.entry(p.id).rate > 0; }
  /// What the parameter was added for.
  Use use(Parameter p) const { return parameters_.entry(p.id).use; }
  /// Where d parameter [rows, cols] goes, for who writes all of it: assign or add, as the target says.
  GradientTarget grad_target(Parameter p) {
    if (observer_ != nullptr && trains(p)) observer_->touched(p);
    return gradients_->target(p);
  }
  /// Adds an Eigen expression [rows, cols]; throws where the shape is another.
  template <class Expression>
  void add_grad(Parameter p, const Expression& expression) {
    check_shape(expression.rows(), expression.cols(), p.rows, p.cols);
    add_to(grad_target(p), p.rows, p.cols, expression);
  }
  /// d parameter [rows, cols] to add to, zeroed at its first use in a step.
  MatrixMap grad_sum(Parameter p) { return started(grad_target(p), p.rows, p.cols); }
  /// For parameters of Use::lookup: row ids[i] gets rows[i].
  void add_grad_rows(Parameter p, std::span<const std::int32_t> ids, const Scalar* rows) {
    if (observer_ != nullptr && trains(p)) observer_->touched(p);
    gradients_->add_rows(p, ids, rows);
  }

  const Context& context() const { return context_; }
  bool training() const { return context_.mode == Mode::train; }
  /// In training, from the first parameter on that is not frozen: what is before gives the same each time.
  bool drops_out() const { return training() && flows_; }
  /// For inference: puts y's values in the place of x's, of the same shape, and forgets all that was computed
  /// since `mark`: layers one after another need the memory of one. Returns x.
  Var replace(Var x, Var y, Arena::Mark mark);
  Arena::Mark mark() const { return arena_.mark(); }
  std::size_t capacity() const { return arena_.capacity() + scratch_.capacity(); }  // bytes
  std::size_t used() const { return arena_.used() + scratch_.capacity(); }          // bytes, of this pass
  /// n scalars that live as long as the step's values.
  Scalar* allocate(Index n);
  /// n elements of any trivial type, as long.
  template <class T>
  T* allocate_as(Index n) {
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(arena_.allocate(static_cast<std::size_t>(n) * sizeof(T)));
  }

  /// Walks the record back. The caller has added d loss / d root to the root with add_grad. A Var's gradient
  /// is gone once its pullback is done; that of an input stays.
  void backward();

  Arena& scratch() { return scratch_; }

  /// Told of all that follows; null: nobody is.
  void set_observer(Observer* observer) { observer_ = observer; }
  Observer* observer() const { return observer_; }
  /// What is recorded from now on is of this layer (null: of none); returns the one before. The name lives
  /// longer than the record.
  const std::string* enter_layer(const std::string* name) {
    if (observer_ != nullptr) observer_->enter(name, Pass::forward);
    return std::exchange(layer_, name);
  }

  /// What layers of one kind look for, by its type: attention for a HeadProbe. It lives as long as the tape;
  /// null takes it away.
  template <class T>
  void attach(T* probe) {
    std::erase_if(attached_, [](const auto& entry) { return entry.first == &type_key<T>; });
    if (probe != nullptr) attached_.emplace_back(&type_key<T>, probe);
  }
  template <class T>
  T* attached() const {
    for (const auto& [key, probe] : attached_)
      if (key == &type_key<T>) return static_cast<T*>(probe);
    return nullptr;
  }
  /// Counts `begin`.
  std::uint64_t pass() const { return pass_; }

  /// Packed weights that products take in place of the parameters; null: none. They must live as long.
  void set_packed(const PackedWeights* packed) { context_.packed = packed; }

 private:
  friend class Var;
  struct Pullback {
    void (*call)(void*);
    void* closure;
    Var::Node* output;
    Pullback* before;
  };
  /// Memory of a gradient that a pullback was done with.
  struct FreeBlock {
    FreeBlock* next;
    Index size;  // in scalars
  };
  Var make(Index rows, Index cols, bool needs_grad);
  void flow();
  void pull_back(const Pullback& p);
  Scalar* allocate_gradient(Index n);
  void release_gradient(Scalar* gradient, Index n);

  const Parameters& parameters_;
  Arena arena_, scratch_;
  Gradients* gradients_ = nullptr;
  Context context_;
  Observer* observer_ = nullptr;
  std::vector<std::pair<const void*, void*>> attached_;  // by type_key
  std::uint64_t pass_ = 0;
  const std::string* layer_ = nullptr;
  /// Whether anything so far wants a gradient: a parameter that is not frozen, or an input. What was made
  /// before depends on neither, so that a frozen beginning has no backward pass.
  bool flows_ = true;
  Var::Node* last_result_ = nullptr;
  Pullback* last_ = nullptr;
  FreeBlock* free_ = nullptr;
};

/// Memory for the length of one operation, forward or backward.
class Scratch {
 public:
  explicit Scratch(Tape& tape) : arena_(tape.scratch()), mark_(arena_.mark()) {}
  ~Scratch() { arena_.release(mark_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  /// n numbers, uninitialized.
  Scalar* scalars(Index n) {
    return static_cast<Scalar*>(arena_.allocate(static_cast<std::size_t>(n) * sizeof(Scalar)));
  }

 private:
  Arena& arena_;
  Arena::Mark mark_;
};

template <class Function>
void Var::pullback(Function function) const {
  static_assert(std::is_trivially_destructible_v<Function>, "a pullback may not own memory");
  static_assert(
      CapturesByValue<Function>,
      "a pullback runs after the function that records it has returned: capture by value ([=], not [&], "
      "[&x] or [&tape]: y.tape() is the tape), and make Eigen maps inside of the pullback");
  if (!tape().training()) return;
  Function* closure = new (tape().allocate_as<Function>(1)) Function(function);
  auto call = [](void* f) { (*static_cast<Function*>(f))(); };
  tape().last_ =
      new (tape().allocate_as<Tape::Pullback>(1)) Tape::Pullback{call, closure, node_, tape().last_};
  if (tape().observer_ != nullptr) tape().observer_->recorded(*this);
}

}  // namespace orochi
