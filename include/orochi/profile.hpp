// Where the time of a step goes: operations report what they did and how long it took.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <orochi/observer.hpp>

namespace [[gnu::visibility("default")]] orochi {

/// Sums by operation and by layer; one object a worker, so that nothing is shared.
class Profile : public Observer {
 public:
  /// An operation, by the name that it reports.
  struct Entry {
    std::string name;
    Cost forward{.calls = 0}, backward{.calls = 0};  // sums
  };
  /// Seconds in a layer's own code, without those of the layers inside of it.
  struct LayerTime {
    std::string name;
    double forward = 0, backward = 0;
  };
  void enter(const std::string* layer, Pass pass) override;
  /// Adds the cost to the entry of the operation.
  void end(const char* operation, Pass pass, const Cost& cost) override;
  const std::vector<LayerTime>& layers() const { return layers_; }

  /// Adds the sums of another worker.
  void add(const Profile& other);
  void clear();
  const std::vector<Entry>& entries() const { return entries_; }
  double flops() const;    // of all
  double seconds() const;  // of all

 private:
  Entry& entry(const std::string& name);
  std::vector<Entry> entries_;  // in the order of their first report

  LayerTime& layer_time(const std::string& name);
  std::vector<LayerTime> layers_;  // likewise
  const std::string* layer_ = nullptr;
  Pass pass_ = Pass::forward;
  std::chrono::steady_clock::time_point entered_;
};

}  // namespace orochi
