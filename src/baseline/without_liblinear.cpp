#include <fmt/format.h>

#include <orochi/error.hpp>

#include "baseline/baseline.hpp"
#include "baseline/linear_model.hpp"
#include "layers/linear_model.hpp"

namespace orochi {

bool has_baselines() { return false; }
std::string liblinear_text() { return ""; }
std::optional<double> baseline_work(const BaselineRequest&) { return std::nullopt; }

namespace {

Error missing(const std::string& what) {
  return failure(
      fmt::format("this program was built without liblinear, which {} needs. Install liblinear-dev "
                  "(scripts/install-packages does) and build it again, with OROCHI_LIBLINEAR on",
                  what));
}

}  // namespace

std::vector<Baseline> fit_baselines(const BaselineRequest&) { throw missing("`orochi baseline`"); }

void check_linear_model(const DataConfig& config, const Task&, const Sequences&) {
  if (const std::string_view key = linear_model_key(config); !key.empty())
    throw missing(fmt::format("a model with {}", key));
}
void fit_linear_model(Model&, const Sequences&, int) {}

}  // namespace orochi
