#include <orochi/batching.hpp>

#include "analysis/heads.hpp"
#include "data/windows.hpp"

namespace orochi {

std::vector<AttentionRecord> record_sequence(const Model& trained, const Sequences& data, Index i,
                                             std::vector<Scalar>* outputs, bool maps,
                                             std::span<const HeadReplacement> replacements, int threads) {
  std::vector<std::uint32_t> samples;
  Recording recording{maps, {}};
  Tape tape(trained.classifier->parameters(), trained.config.train.kernels.c_str());
  HeadProbe probe{&recording, replacements};
  tape.attach(&probe);
  tape.begin(Mode::infer, nullptr, {});
  const Batch one = slice(as_batch(data, samples), i, i + 1);
  const Windows windows = windows_of(one.offsets, one.window);
  const Var y = trained.classifier->forward(tape, slice(window_batch(one, windows), 0, 1));  // [items, K]
  if (!y.value().allFinite()) throw not_finite(i);
  if (outputs != nullptr && !one.has_windows()) {
    outputs->assign(y.data(), y.data() + y.rows() * y.cols());
  } else if (outputs != nullptr) {
    Inference inference(trained, threads);
    inference.set_replacements(replacements);
    const std::span<const Scalar> all = inference.outputs(one);  // [items, K]
    outputs->assign(all.begin(), all.end());
  }
  return std::move(recording.records);
}

}  // namespace orochi
