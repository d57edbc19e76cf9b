// The lines of `orochi predict`.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <orochi/task.hpp>

#include "cli/command_line.hpp"

namespace orochi {

/// Answers in the form that was asked for.
class AnswerWriter {
 public:
  /// `kept`: what the file's fields are called, where they are kept; none: a field is a JSON object.
  AnswerWriter(const Arguments& arguments, const Task& task, Output& out,
               std::optional<std::vector<std::string>> kept = {});
  /// Of one sequence: outputs [items, K], and what the file has of it.
  void write(std::span<const Scalar> outputs, std::span<const std::string> fields);
  /// How many answers were sure enough, where that was asked for; empty, or a whole line.
  std::string notes() const;

 private:
  nlohmann::ordered_json input_json(std::span<const std::string> fields) const;
  std::string text_of(Prediction prediction) const;

  bool json_, wants_logits_;
  std::optional<double> least_;  // probability of an answer
  std::optional<std::vector<std::string>> kept_;
  Output& out_;
  const Task& task_;
  Index answers_ = 0, sure_ = 0;
};

}  // namespace orochi
