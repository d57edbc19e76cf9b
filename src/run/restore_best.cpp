// best.h5 of a run that goes on: whether it is the one that last.h5 knows of.
#include <fmt/format.h>

#include "run/resume_point.hpp"
#include "run/training_run.hpp"

namespace orochi {

void Trainer::restore_best() {
  const BestFile best = check_best(folder_.path(), progress_);
  // The run comes to that step again, in the same bits unless the config has changed.
  if (best.state == BestState::fits || (best.state == BestState::later && setup_.changes.empty())) return;
  if (best.state == BestState::unmade) return save_best();
  const auto aside = [this](const std::string& what) {
    return "; kept as " + folder_.quarantine("best.h5", what);
  };
  std::string found = fmt::format("best.h5 of step {} is gone", progress_.best_step);
  if (best.state == BestState::damaged)
    found = fmt::format("best.h5 of step {} is damaged", progress_.best_step) + aside("damaged");
  else if (best.state != BestState::missing)
    found = fmt::format("best.h5 is of step {}, not {}", best.step, progress_.best_step) +
            aside(fmt::format("of-step-{}", best.step));
  observer_.note(found + ": from here on the best is looked for anew");
  progress_.best_step = -1;
}

}  // namespace orochi
