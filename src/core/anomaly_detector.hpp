// Where the first number that is not finite came from: for the one step that went wrong, run once more.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <orochi/tape.hpp>

namespace orochi {

struct Anomaly {
  std::string layer;      // encoder.0.attention; empty: outside of any
  std::string operation;  // as in profiles; empty: one that does not report
  std::string tensor;     // "its result", "the gradient of encoder.0.attention.query.weight"
  double value = 0;       // NaN or an infinity
  bool backward = false;
};

/// It checks results when the backward pass begins, since an operation may record its pullback before it
/// has computed; gradients after each step back. The first fault stays.
class AnomalyDetector : public Observer {
 public:
  explicit AnomalyDetector(const Parameters& parameters) : parameters_(parameters) {}

  void clear();
  bool found() const { return found_; }
  const Anomaly& fault() const { return fault_; }

  void enter(const std::string* layer, Pass pass) override;
  void begin(const char* operation) override { begun_ = operation; }
  void recorded(Var result) override {
    operations_.push_back({result.node_, std::exchange(begun_, nullptr)});
  }
  void touched(Parameter p) override { touched_.push_back(p); }
  void pulled_back(Var result, Gradients& gradients) override;

 private:
  void check_results();
  struct Operation {
    const Var::Node* output;
    const char* name;
  };
  /// Of a parameter that several names share, the one at `at`.
  const std::string& name_of(Parameter p, Index at) const;
  void note(const Operation& operation, const std::string& tensor, double value, bool backward);

  const Parameters& parameters_;
  std::vector<Operation> operations_;  // in the order of their making
  const char* begun_ = nullptr;        // and not recorded yet
  std::vector<Parameter> touched_;     // whose gradients were asked for since the last check
  Anomaly fault_;
  bool found_ = false, checked_ = false;
};

}  // namespace orochi
