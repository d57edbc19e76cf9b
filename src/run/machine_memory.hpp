// What the machine has of memory, by the kernel's books. All in bytes.
#pragma once

#include <string>

namespace orochi {

double resident_memory();  // of this process, now
double peak_memory();      // the most it has been

/// How much this process may still take, and what says so.
struct MemoryLeft {
  double bytes = 0;
  std::string reason;  // "this machine has 1.9 GB left"
};

/// The least of what the machine has available, what the control groups of this process allow, and `most` for
/// the whole process where that is above 0 (--max-memory). `root`: for tests, in place of "/".
MemoryLeft memory_left(double most, const std::string& root = "");

/// "1.9 GB", "340 MB", "12.5 TB"
std::string memory_text(double bytes);

}  // namespace orochi
