// From a process that mpirun has started to a rank among the others.
#pragma once

#include <memory>
#include <string>

#include <orochi/communicator.hpp>

namespace orochi {

/// Where this process was started as one of several: the way to the others, by the module that is built with
/// MPI, which is loaded only then. Else null. Throws a failure that says what to do where there is no module.
std::unique_ptr<Communicator> join_ranks();

/// Whether there is such a module.
bool has_mpi();

/// What mpirun says of this process: rank 0 is where there is none.
int started_rank();

}  // namespace orochi
