#include "cli/answer_writer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>

#include "cli/answers.hpp"
#include "cli/confidence.hpp"
#include "cli/metrics_report.hpp"
#include "cli/text.hpp"
#include "data/file_errors.hpp"

namespace orochi {

AnswerWriter::AnswerWriter(const Arguments& arguments, const Task& task, Output& out,
                           std::optional<std::vector<std::string>> kept)
    : json_(arguments.has("--json")),
      wants_logits_(arguments.has("--logits")),
      least_(min_confidence(arguments, task)),
      kept_(std::move(kept)),
      out_(out),
      task_(task) {
  const bool has_columns = task.level() == Level::sequence;
  if (wants_logits_ && !json_ && !has_columns)
    throw usage_error("--logits: the model answers every row; add --json for a list a sequence");
  std::string header = task.answer_name();
  std::vector<std::string> names = task.score_names();
  if (wants_logits_ && names.empty())
    for (Index k = 1; k <= task.outputs(); ++k) names.push_back(std::to_string(k));
  if (has_columns)
    for (const std::string& name : names)
      header += fmt::format("\t{}({})", wants_logits_ ? "logit" : "p", escape(name));
  if (kept_ && kept_->empty()) header += "\tinput";
  if (kept_)
    for (const std::string& name : *kept_) header += fmt::format("\tinput({})", escape(name));
  if (!json_) out_.write(header + "\n");
  out_.flush();
}

void AnswerWriter::write(std::span<const Scalar> outputs, std::span<const std::string> fields) {
  Prediction prediction = task_.predict(outputs);
  const bool sure = !least_ || confidence_of(prediction) >= *least_;
  if (!sure) prediction.labels.clear();
  ++answers_;
  sure_ += sure;
  if (json_) {
    nlohmann::ordered_json line = answer_json(task_, prediction);
    if (wants_logits_) {
      line.erase("probabilities");
      line["logits"] = outputs_json(task_, outputs);
    }
    if (!fields.empty()) line["input"] = input_json(fields);
    out_.write(dump_json(line) + "\n");
    return;
  }
  std::string line = sure ? text_of(prediction) : "-";  // a label of that name is written \x2d
  const std::vector<double> columns =
      wants_logits_ ? std::vector<double>(outputs.begin(), outputs.end()) : prediction.scores;
  if (task_.level() == Level::sequence)
    for (const double value : columns) line += fmt::format("\t{:.6f}", value);
  for (const std::string& field : fields) line += "\t" + escape_cell(field);
  out_.write(line + "\n");
}

std::string AnswerWriter::notes() const {
  if (!least_ || answers_ == 0) return "";
  return fmt::format("kept {} of {} ({:.1f} %), those of probability {} or more\n", grouped(sure_),
                     counted(answers_, "answer"),
                     100 * static_cast<double>(sure_) / static_cast<double>(answers_), *least_);
}

nlohmann::ordered_json AnswerWriter::input_json(std::span<const std::string> fields) const {
  if (kept_->empty()) return nlohmann::ordered_json::parse(fields.front());
  nlohmann::ordered_json input;
  for (std::size_t i = 0; i < fields.size(); ++i) input[(*kept_)[i]] = fields[i];
  return input;
}

/// Labels as cells that a spreadsheet takes for text.
std::string AnswerWriter::text_of(Prediction prediction) const {
  for (std::string& label : prediction.labels) label = escape_cell(label);
  return prediction.text(task_.level() == Level::row ? " " : ",");
}

}  // namespace orochi
