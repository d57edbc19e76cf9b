// Hostile files and what must be said of them.
#pragma once

#include <vector>

#include "captured_stderr.hpp"
#include "catch.hpp"
#include "checkpoint_edit.hpp"

namespace orochi::test {

struct Hostile {
  const char* name;
  std::function<void(hid_t)> edit;
  std::string message;  // the whole of it
};

inline const std::string at_weight = "'a.h5': object '/parameters/head/weight' ";

/// Each message word for word, and nothing else on standard error.
inline void check_refused(const std::vector<Hostile>& files) {
  for (const Hostile& hostile : files) {
    INFO(hostile.name);
    std::string message, said;
    {
      const CapturedStderr captured;
      message = message_after(hostile.edit);
      said = captured.text();
    }
    CHECK(message == hostile.message);
    CHECK(said == "");
  }
}

}  // namespace orochi::test
