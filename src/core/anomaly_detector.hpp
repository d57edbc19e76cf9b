// Where the first number that is not finite came from: for the one step that went wrong, run once more.
#pragma once

#include <string>
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

/// A tape that has one tells it of its operations. Results are looked at when a forward pass is over, since
/// an operation may record its backward pass before it has computed; gradients after each step back. The
/// first fault stays.
class AnomalyDetector {
 public:
  explicit AnomalyDetector(const Parameters& parameters) : parameters_(parameters) {}

  void clear();
  void check_results();
  bool found() const { return found_; }
  const Anomaly& fault() const { return fault_; }

  // Called by the tape.
  void note_operation(const Var::Node* output, const char* name);
  void note_gradient(Parameter p) { touched_.push_back(p); }
  void check_gradients(const Var::Node* output, Gradients& gradients);

 private:
  struct Operation {
    const Var::Node* output;
    const char* name;
  };
  /// Of a parameter that several names share, the one at `place`.
  const std::string& name_of(Parameter p, Index place) const;
  void note(const Operation& operation, const std::string& tensor, double value, bool backward);

  const Parameters& parameters_;
  std::vector<Operation> operations_;  // in the order of their making
  std::vector<Parameter> touched_;     // whose gradients were asked for since the last check
  Anomaly fault_;
  bool found_ = false;
};

}  // namespace orochi
