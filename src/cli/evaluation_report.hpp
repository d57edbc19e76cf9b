// What `orochi evaluate` says besides the task's metrics.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <orochi/dataset.hpp>
#include <orochi/inference.hpp>

#include "data/raw.hpp"
#include "statistics/score_figures.hpp"
#include "statistics/suspects.hpp"

namespace orochi {

/// A table of one line; empty where there are none.
std::string figures_text(const std::vector<NamedFigure>& figures);
nlohmann::ordered_json figures_json(const std::vector<NamedFigure>& figures);

/// Some of the sequences, how many they are and the mean of Task::score over them.
struct Group {
  std::string name;
  Index count = 0;
  double score = 0;
};
/// By length: up to the first quartile of the data, above it up to the second, ...; groups that are not
/// empty.
std::vector<Group> by_length(const Sequences& data, const std::vector<double>& scores);
/// By share of unknown tokens: none, up to 10 %, more; empty where no token is unknown.
std::vector<Group> by_unknown(const Sequences& data, const Tokenizer& tokenizer,
                              const std::vector<double>& scores);

/// Of the answers with a probability of `least` or more.
std::string sure_text(double least, const SureAnswers& sure);
nlohmann::ordered_json sure_json(double least, const SureAnswers& sure);

/// Sequences whose labels are likely wrong, of which `most` are listed, with their places in the file.
struct SuspectList {
  std::vector<Suspect> all;
  std::size_t most = 0;
  const RawSplit& places;
  const std::vector<std::string>& labels;  // [K]
};
std::string suspects_text(const SuspectList& list);
nlohmann::ordered_json suspects_json(const SuspectList& list);

std::string groups_text(const std::string& title, const std::string& score, const std::vector<Group>& groups);
nlohmann::ordered_json groups_json(const std::string& score, const std::vector<Group>& groups);

}  // namespace orochi
