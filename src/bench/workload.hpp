// Benchmarks' models and data: a table of fixed workloads, or what a config names.
#pragma once

#include <string>
#include <vector>

#include <orochi/dataset.hpp>
#include <orochi/extensions.hpp>

namespace orochi {

struct Workload {
  std::string name;
  Config config;
  Sequences data;  // random tokens, or the config's training split
  InputShape input;
  std::unique_ptr<Task> task;
  std::vector<std::vector<std::uint32_t>> batches;  // which sequences; a benchmark goes round
};

/// tiny, small, base-small, mini, long, uneven-tiny, uneven-small
std::vector<std::string> workload_names();

/// `what` is a name of the table or the path of a config. Throws a usage_error.
Workload make_workload(const std::string& what, const std::vector<std::string>& overrides,
                       const Extensions& extensions);

}  // namespace orochi
