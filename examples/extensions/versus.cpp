// A verb: two checkpoints on the same data. Counts the sequences on which one is better, and how often chance
// alone would tell two equal models apart as clearly: the two-sided sign test (for accuracy, McNemar's exact
// test).
#include <cmath>

#include <orochi/orochi.hpp>

#include "extensions.hpp"

using namespace orochi;

namespace {
int versus(const Extensions& extensions, const Arguments& arguments, Output& out) {
  std::vector<std::vector<double>> scores;  // [2][B]
  double sign = 1;
  for (const std::string& checkpoint : {arguments.words[0], arguments.words[1]}) {
    const Model model = Model::load(checkpoint, extensions);
    std::vector<std::string> notes;
    const LoadedFile file = load_file(model.config.data, extensions.readers, model.preprocessing, *model.task,
                                      arguments.words[2], notes);
    Inference inference(model, available_threads());
    scores.push_back(evaluate(inference, *model.task, file.sequences).scores);
    sign = model.task->higher_score_is_better() ? 1 : -1;
  }
  int better[2] = {0, 0};
  for (std::size_t i = 0; i < scores[0].size(); ++i)
    if (scores[0][i] != scores[1][i]) ++better[sign * scores[0][i] < sign * scores[1][i]];
  const int n = better[0] + better[1];
  double p = 0;  // twice the smaller tail of the binomial distribution (n, 1/2)
  for (int k = 0; k <= std::min(better[0], better[1]); ++k)
    p += 2 * std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) - n * std::log(2.0));
  out.write("first better   " + std::to_string(better[0]) + "\nsecond better  " + std::to_string(better[1]) +
            "\np value        " + std::to_string(std::min(p, 1.0)) + "\n");
  return 0;
}
}  // namespace

void add_versus(Verbs& verbs) {
  Verb verb;
  verb.name = "versus";
  verb.summary = "compare two checkpoints on one data file";
  verb.words = {{"FIRST", "a checkpoint"}, {"SECOND", "another"}, {"FILE", "data with targets"}};
  verb.call = versus;
  verbs.add(verb);
}
