// What the verbs that train have in common: the progress line, a stop by signal, the report.
#pragma once

#include <iostream>
#include <utility>

#include <orochi/error.hpp>
#include <orochi/train.hpp>

#include "cli/progress.hpp"
#include "cli/stop_signals.hpp"
#include "cli/verbs.hpp"

namespace orochi {

/// Trains by `make`, which takes `request`, and says what came of it.
template <class Make, class Report>
int train_and_report(TrainRequest& request, Output& out, Make make, Report report_of) {
  decltype(make(std::declval<TrainObserver&>())) result;
  int signal = 0;
  {  // what comes after the training ends at a signal as any program does
    StopSignals signals;
    request.stop = [&signals] { return signals.arrived(); };
    ProgressLine progress(std::cerr, standard_error_screen());
    result = make(progress);
    signal = signals.number();
    if (signal != 0 && !result.finished) progress.note("stopped by a signal, with a checkpoint");
  }
  request.stop = nullptr;
  out.write(report_of(result));
  if (!result.finished && signal != 0) return 128 + signal;
  return static_cast<int>(ExitCode::done);
}

}  // namespace orochi
