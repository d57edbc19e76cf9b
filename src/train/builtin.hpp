// What comes with Orochi, one function a file that registers something.
#pragma once

#include <orochi/extensions.hpp>

namespace orochi {

void add_sgd(Optimizers& optimizers);
void add_adam(Optimizers& optimizers);
void add_decay_schedules(Schedules& schedules);

}  // namespace orochi
