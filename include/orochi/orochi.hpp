// What most programs need of the library; docs/library.md lists all headers.
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
