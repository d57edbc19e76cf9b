// --unseen: labels that training never saw, as what a model should be unsure of.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "data/located.hpp"

namespace orochi {

/// A labelled file, by whether training saw the labels.
struct SeenAndUnseen {
  LocatedFile seen;
  Sequences unseen;
  std::vector<std::string> labels;  // of those, each once
};
/// A usage_error where no sequence has a label of the model, or one has none.
SeenAndUnseen load_with_unseen(const Model& trained, const std::string& path);

/// How well the model rejects sequences with labels that training never saw, as text.
struct Unseen {
  Index count = 0;
  std::vector<std::string> labels;
  double auroc = 0;  // of telling them from the others by a low probability of the answer
};
/// `confidence` of the answers to the others.
Unseen rejection_of(SeenAndUnseen& file, std::vector<double> confidence, Inference& inference,
                    const Task& task);

std::string unseen_text(const Unseen& unseen);
nlohmann::ordered_json unseen_json(const Unseen& unseen);

}  // namespace orochi
