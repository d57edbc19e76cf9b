// The one sequence that `attend` and `explain` look at.
#pragma once

#include <string>
#include <vector>

#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "analysis/heads.hpp"
#include "cli/command_line.hpp"

namespace orochi {

struct OneSequence {
  Sequences data;                   // the sequence, or a window of it, without a target where none is known
  std::string target;               // "" where none is known
  std::vector<std::string> tokens;  // [T]: what is at each row, as text; with "[cls]" first for that pooling
};

/// --data FILE --index I, or the first line of FILE or of standard input.
OneSequence take_sequence(const Model& trained, const Arguments& arguments);

/// The words and options that say which.
std::vector<WordSpec> sequence_words();
std::vector<OptionSpec> sequence_options();

/// --layer or --head, counted from 1, as counted from 0; -1 where it is not given. More than `count` is an
/// error.
Index chosen(const Arguments& arguments, const std::string& option, Index count);
/// --head of this layer, or, where `layer` is -1, of any.
Index chosen_head(const Arguments& arguments, const HeadGrid& grid, Index layer);

}  // namespace orochi
