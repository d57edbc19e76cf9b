// State: what a component has learned from the training data, by name. A checkpoint keeps it under
// /state/COMPONENT/NAME.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include <orochi/error.hpp>

namespace [[gnu::visibility("default")]] orochi {

/// Lists of texts, numbers or integers. Names are of letters, digits, `_` and `-`.
class State {
 public:
  using Value = std::variant<std::vector<std::string>, std::vector<double>, std::vector<std::int64_t>>;

  /// Takes the place of a list of that name.
  void set(const std::string& name, Value value) { values_[name] = std::move(value); }

  /// A usage_error where there is no such list, or one of another kind: the file was made by hand.
  const std::vector<std::string>& texts(const std::string& name) const {
    return get<std::vector<std::string>>(name, "texts");
  }
  /// As `texts`.
  const std::vector<double>& numbers(const std::string& name) const {
    return get<std::vector<double>>(name, "numbers");
  }
  /// As `texts`.
  const std::vector<std::int64_t>& integers(const std::string& name) const {
    return get<std::vector<std::int64_t>>(name, "integers");
  }
  /// Whether there is such a list, of any kind.
  bool has(const std::string& name) const { return values_.count(name) > 0; }
  const std::map<std::string, Value>& values() const { return values_; }
  bool operator==(const State&) const = default;

 private:
  template <class T>
  const T& get(const std::string& name, const char* kind) const {
    const auto found = values_.find(name);
    if (found == values_.end()) throw usage_error("its state lacks \"" + name + "\"");
    const T* value = std::get_if<T>(&found->second);
    if (value == nullptr) throw usage_error("its state \"" + name + "\" does not hold " + kind);
    return *value;
  }

  std::map<std::string, Value> values_;
};

}  // namespace orochi
