// Registries: the components of one kind that a program knows, by the names that configs use.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <orochi/error.hpp>
#include <orochi/options.hpp>

namespace [[gnu::visibility("default")]] orochi {

/// A value that `main` fills and passes on. An Entry has a `name`, a one-line `summary`, `options` and
/// `make`.
template <class EntryType>
class Registry {
 public:
  using Entry = EntryType;

  /// Behind the others; `find` notices a name that is taken.
  void add(Entry entry) { entries_.push_back(std::move(entry)); }
  /// Adds a class whose constructor takes the Settings of one instance.
  template <class T>
  void add(std::string name, std::string summary, std::vector<Option> options = {}) {
    add({std::move(name), std::move(summary), std::move(options),
         [](const Settings& settings) { return std::make_unique<T>(settings); }});
  }
  /// nullptr if there is none; a name that was added twice is a failure.
  const Entry* find(const std::string& name) const {
    const Entry* found = nullptr;
    for (const Entry& entry : entries_) {
      if (entry.name != name) continue;
      if (found != nullptr) throw failure("two components are named \"" + name + "\"; rename one of them");
      found = &entry;
    }
    return found;
  }
  const std::vector<Entry>& entries() const { return entries_; }

  /// The named component with its options; a usage_error for a name that nobody registered.
  template <class... Arguments>
  auto make(const Component& component, Arguments&&... arguments) const {
    const Entry* entry = find(component.type);
    if (entry == nullptr) throw usage_error("\"" + component.type + "\" is not registered in this program");
    return entry->make(Settings(entry->name, entry->options, component.options),
                       std::forward<Arguments>(arguments)...);
  }

 private:
  std::vector<Entry> entries_;
};

}  // namespace orochi
