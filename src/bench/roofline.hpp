// What a CPU does at best, and what an operation takes at least by it (Williams et al. 2009).
#pragma once

#include <vector>

#include <orochi/observer.hpp>

namespace orochi {

/// Best rates of one thread while as many others are busy with the same, a second.
struct Machine {
  struct Level {
    double size;  // bytes that are gone over
    double rate;  // bytes a second
  };
  double flops = 0;           // fp32, in a loop of multiply-adds
  double exponentials = 0;    // with their maximum and their sum, in the first cache
  double random_numbers = 0;  // of dropout
  std::vector<Level> memory;  // from the first cache on; two tensors read, one written
};
Machine measure_machine(int threads);

/// What an operation takes at least, in seconds of its thread.
struct LeastTime {
  double products = 0;  // at 96 % of the peak: about what the best product of large matrices has
  double exponentials = 0, random_numbers = 0;
  double memory = 0;  // at the rate of the level that holds what one call goes over
  /// Arithmetic goes on while memory is on its way.
  double seconds() const;
  /// The largest part: "products", "exponentials", "random numbers" or "memory"; "-" where nothing was
  /// counted.
  const char* reason() const;
};
LeastTime least_time(const Cost& cost, const Machine& machine);

}  // namespace orochi
