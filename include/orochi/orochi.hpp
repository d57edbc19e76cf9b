// The whole library, for programs of a few lines.
#pragma once

#include <orochi/batching.hpp>
#include <orochi/inference.hpp>
#include <orochi/losses.hpp>
#include <orochi/model.hpp>
#include <orochi/ops.hpp>
#include <orochi/run.hpp>
#include <orochi/schedule.hpp>
#include <orochi/train.hpp>
#include <orochi/updater.hpp>
