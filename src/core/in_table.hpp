#pragma once

#include <string>

#include <orochi/error.hpp>

namespace orochi {

/// Does `work`; an OptionError of a component that the table of the config names gets its whole key.
template <class Work>
auto in_table(const std::string& table, Work work) {
  try {
    return work();
  } catch (const OptionError& error) {
    throw OptionError(table + "." + error.option(), table + "." + error.what());
  }
}

}  // namespace orochi
