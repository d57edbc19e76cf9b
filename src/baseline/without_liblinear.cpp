#include <orochi/error.hpp>

#include "baseline/baseline.hpp"

namespace orochi {

bool has_baselines() { return false; }

std::vector<Baseline> fit_baselines(const BaselineRequest&) {
  throw failure(
      "this program was built without liblinear, which baselines need. Install liblinear-dev "
      "(scripts/install-packages does) and build it again, with OROCHI_LIBLINEAR on");
}

}  // namespace orochi
