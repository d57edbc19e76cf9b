// Every component that a program knows: a value, filled in `main`, passed on.
#pragma once

#include <orochi/layer.hpp>
#include <orochi/optimizer.hpp>
#include <orochi/reader.hpp>
#include <orochi/schedule.hpp>
#include <orochi/task.hpp>
#include <orochi/tokenizer.hpp>
#include <orochi/verb.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// All that configs and command lines can name: add to what `builtin` gives and hand it to `run`, `train` or
/// `Model::load`.
struct Extensions {
  Layers layers;
  Tasks tasks;
  Optimizers optimizers;
  Schedules schedules;
  Readers readers;
  Tokenizers tokenizers;
  Verbs verbs;  // besides those of Orochi
};

/// What comes with Orochi.
Extensions builtin();

}  // namespace orochi
#pragma GCC visibility pop
