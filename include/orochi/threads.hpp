#pragma once

namespace [[gnu::visibility("default")]] orochi {

/// Cores that this process may use, or fewer where OMP_NUM_THREADS asks for fewer.
int available_threads();

}  // namespace orochi
