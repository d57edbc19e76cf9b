#include <fmt/format.h>

#include <orochi/error.hpp>

#include "baseline/baseline.hpp"
#include "baseline/text_model.hpp"

namespace orochi {

bool has_baselines() { return false; }
std::string liblinear_text() { return ""; }
std::optional<double> baseline_work(const BaselineRequest&) { return std::nullopt; }

namespace {

Error missing(const char* what) {
  return failure(
      fmt::format("this program was built without liblinear, which {} needs. Install liblinear-dev "
                  "(scripts/install-packages does) and build it again, with OROCHI_LIBLINEAR on",
                  what));
}

}  // namespace

std::vector<Baseline> fit_baselines(const BaselineRequest&) { throw missing("`orochi baseline`"); }

void check_text_model(const DataConfig& config, const Task&, const Sequences&) {
  if (config.text_features > 0) throw missing("a model with data.text_features");
}
void fit_text_model(Model&, const Sequences&, int) {}

}  // namespace orochi
