// Where the time of a step goes: operations report what they did and how long it took.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] orochi {

enum class Pass { forward, backward };

/// Sums by operation and by layer; one object a worker, so that nothing is shared.
class Profile {
 public:
  struct Cost {
    double seconds = 0;
    double flops = 0;  // of products, exact; 0 where the operation is bound by memory
    double bytes = 0;  // read and written, each tensor once
  };
  struct Entry {
    std::string name;
    Cost forward, backward;
  };
  /// Seconds in a layer's own code, without those of the layers inside of it.
  struct LayerTime {
    std::string name;
    double forward = 0, backward = 0;
  };
  /// Time from now on counts for this layer (null: for none), until the next call.
  void enter(const std::string* layer, Pass pass);
  const std::vector<LayerTime>& layers() const { return layers_; }

  void begin(const char* name) { begun_ = name; }
  void add(const char* name, Pass pass, const Cost& cost);
  void add(const Profile& other);
  void clear();
  const std::vector<Entry>& entries() const { return entries_; }
  double flops() const;    // of all
  double seconds() const;  // of all
  /// The operation that began last, or null where none has since the last question.
  const char* take_begun() { return std::exchange(begun_, nullptr); }

 private:
  Entry& entry(const std::string& name);
  std::vector<Entry> entries_;  // in the order of their first report
  const char* begun_ = nullptr;

  LayerTime& layer_time(const std::string& name);
  std::vector<LayerTime> layers_;  // likewise
  const std::string* layer_ = nullptr;
  Pass pass_ = Pass::forward;
  std::chrono::steady_clock::time_point entered_;
};

/// Reports from its making to its end; nothing where `profile` is null.
class Measure {
 public:
  Measure(Profile* profile, const char* name, Pass pass, double flops, double bytes)
      : profile_(profile), name_(name), pass_(pass), cost_{0, flops, bytes} {
    if (profile_ == nullptr) return;
    profile_->begin(name);
    start_ = Clock::now();
  }
  ~Measure() {
    if (profile_ == nullptr) return;
    cost_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    profile_->add(name_, pass_, cost_);
  }
  Measure(const Measure&) = delete;
  Measure& operator=(const Measure&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  Profile* profile_;
  const char* name_;
  Pass pass_;
  Profile::Cost cost_;
  Clock::time_point start_;
};

}  // namespace orochi
