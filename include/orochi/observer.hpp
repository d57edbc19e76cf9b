// Observers: what looks at the operations of a tape. None changes a number.
#pragma once

#include <chrono>
#include <string>

#include <orochi/parameters.hpp>

namespace [[gnu::visibility("default")]] orochi {

class Var;

enum class Pass { forward, backward };

/// What an operation has to do, and how long it took.
struct Cost {
  double seconds = 0;
  double flops = 0;           // of products, exact; 0 where the operation is bound by memory
  double bytes = 0;           // read and written, each tensor once
  double exponentials = 0;    // of softmax
  double random_numbers = 0;  // of dropout
  double calls = 1;
};

/// Tape::set_observer has it told of everything that follows.
class Observer {
 public:
  virtual ~Observer();
  /// What comes next is of this layer (null: of none).
  virtual void enter(const std::string* layer, Pass pass);
  /// An operation begins or ends; some report neither.
  virtual void begin(const char* operation);
  /// What it took. By default nothing happens.
  virtual void end(const char* operation, Pass pass, const Cost& cost);
  /// An operation with a backward pass has been recorded; its result may not be computed yet.
  virtual void recorded(Var result);
  /// The backward pass asks for the gradient of a parameter, to add to it.
  virtual void touched(Parameter parameter);
  /// The pullback of `result` is done; its gradient is still there.
  virtual void pulled_back(Var result, Gradients& gradients);
};

/// Reports an operation from its making to its end; nothing where `observer` is null.
class Measure {
 public:
  Measure(Observer* observer, const char* operation, Pass pass, double flops, double bytes,
          double exponentials = 0, double random_numbers = 0)
      : observer_(observer),
        operation_(operation),
        pass_(pass),
        cost_{0, flops, bytes, exponentials, random_numbers} {
    if (observer_ == nullptr) return;
    observer_->begin(operation);
    start_ = Clock::now();
  }
  ~Measure() {
    if (observer_ == nullptr) return;
    cost_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    observer_->end(operation_, pass_, cost_);
  }
  Measure(const Measure&) = delete;
  Measure& operator=(const Measure&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  Observer* observer_;
  const char* operation_;
  Pass pass_;
  Cost cost_;
  Clock::time_point start_;
};

}  // namespace orochi
