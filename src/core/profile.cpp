#include <algorithm>

#include <orochi/profile.hpp>

namespace orochi {
namespace {

void accumulate(Cost& total, const Cost& cost) {
  total.seconds += cost.seconds;
  total.flops += cost.flops;
  total.bytes += cost.bytes;
  total.exponentials += cost.exponentials;
  total.random_numbers += cost.random_numbers;
  total.calls += cost.calls;
}

}  // namespace

Profile::Entry& Profile::entry(const std::string& name) {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.name == name; });
  if (found != entries_.end()) return *found;
  return entries_.emplace_back(Entry{.name = name});
}

Profile::LayerTime& Profile::layer_time(const std::string& name) {
  const auto found =
      std::find_if(layers_.begin(), layers_.end(), [&](const LayerTime& l) { return l.name == name; });
  return found != layers_.end() ? *found : layers_.emplace_back(LayerTime{name, 0, 0});
}

void Profile::enter(const std::string* layer, Pass pass) {
  const auto now = std::chrono::steady_clock::now();
  if (layer_ != nullptr) {
    LayerTime& time = layer_time(*layer_);
    (pass_ == Pass::forward ? time.forward : time.backward) +=
        std::chrono::duration<double>(now - entered_).count();
  }
  layer_ = layer;
  pass_ = pass;
  entered_ = now;
}

void Profile::clear() {
  entries_.clear();
  layers_.clear();
}

void Profile::end(const char* operation, Pass pass, const Cost& cost) {
  Entry& e = entry(operation);
  accumulate(pass == Pass::forward ? e.forward : e.backward, cost);
}

void Profile::add(const Profile& other) {
  for (const Entry& from : other.entries_) {
    Entry& e = entry(from.name);
    accumulate(e.forward, from.forward);
    accumulate(e.backward, from.backward);
  }
  for (const LayerTime& from : other.layers_) {
    LayerTime& time = layer_time(from.name);
    time.forward += from.forward;
    time.backward += from.backward;
  }
}

double Profile::flops() const {
  double sum = 0;
  for (const Entry& e : entries_) sum += e.forward.flops + e.backward.flops;
  return sum;
}

double Profile::seconds() const {
  double sum = 0;
  for (const Entry& e : entries_) sum += e.forward.seconds + e.backward.seconds;
  return sum;
}

}  // namespace orochi
