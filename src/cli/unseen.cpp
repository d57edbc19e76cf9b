#include "cli/unseen.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>

#include "cli/confidence.hpp"
#include "cli/text.hpp"
#include "core/as_size.hpp"
#include "data/file_errors.hpp"
#include "data/inputs.hpp"
#include "statistics/ranks.hpp"

namespace orochi {

SeenAndUnseen load_with_unseen(const Model& trained, const std::string& path) {
  std::vector<std::string> notes;
  Inputs all = load_inputs(trained.config.data, trained.extensions.readers, trained.preprocessing, path,
                           false, false, notes);
  for (const std::string& note : notes) std::cerr << escape(note) + "\n";
  SeenAndUnseen result;
  const std::vector<std::string> known = trained.task->score_names();
  std::vector<std::uint32_t> seen, unseen;
  std::vector<double> targets;  // of those seen
  result.seen.places.path = all.places.path;
  for (Index i = 0; i < all.sequences.size(); ++i) {
    const std::string& label = all.places.targets[as_size(i)];
    if (label.empty())
      throw usage_error(all.places.location(i) + ": there is no label; --unseen needs one of every sequence");
    if (std::ranges::find(known, label) == known.end()) {
      unseen.push_back(static_cast<std::uint32_t>(i));
      result.labels.push_back(label);
      continue;
    }
    seen.push_back(static_cast<std::uint32_t>(i));
    trained.task->parse(label, targets);
    if (!all.places.lines.empty()) result.seen.places.lines.push_back(all.places.lines[as_size(i)]);
  }
  if (seen.empty())
    throw usage_error(
        fmt::format("{}: no sequence has a label of the model, which knows {}", path, quote_list(known)));
  std::sort(result.labels.begin(), result.labels.end());
  result.labels.erase(std::unique(result.labels.begin(), result.labels.end()), result.labels.end());
  all.sequences.weights.clear();
  result.seen.file.sequences = all.sequences.take(seen);
  result.seen.file.sequences.targets.assign(targets.begin(), targets.end());
  result.unseen = all.sequences.take(unseen);
  return result;
}

Unseen rejection_of(SeenAndUnseen& file, std::vector<double> confidence, Inference& inference,
                    const Task& task) {
  std::vector<double> is_seen(confidence.size(), 1);
  is_seen.resize(confidence.size() + as_size(file.unseen.size()));
  const Index before = std::ssize(confidence), k = task.outputs();
  confidence.resize(is_seen.size());
  std::vector<std::uint32_t> samples;
  inference.for_pieces(as_batch(file.unseen, samples), [&](Index first, std::span<const Scalar> outputs) {
    for (Index i = 0; i < std::ssize(outputs) / k; ++i)
      confidence[as_size(before + first + i)] =
          confidence_of(task.predict(outputs.subspan(as_size(i * k), as_size(k))));
  });
  return {file.unseen.size(), file.labels, area_under_roc(confidence, is_seen)};
}

std::string unseen_text(const Unseen& unseen) {
  if (unseen.count == 0) return "\nevery label is one that training saw\n";
  return "\n" +
         escape(fmt::format(
             "{} of labels that training never saw ({}): low probability tells them from the others with "
             "AUROC {:.4f}",
             counted(unseen.count, "sequence"), quote_list(unseen.labels), unseen.auroc)) +
         "\n";
}

nlohmann::ordered_json unseen_json(const Unseen& unseen) {
  return {{"count", unseen.count}, {"labels", unseen.labels}, {"auroc", unseen.auroc}};
}

}  // namespace orochi
