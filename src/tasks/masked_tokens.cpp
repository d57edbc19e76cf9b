// Masked tokens (Devlin et al. 2019, BERT): some rows are hidden or changed, and their tokens are asked for.
// The outputs are products with the token embedding.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <orochi/dataset.hpp>
#include <orochi/error.hpp>
#include <orochi/ops.hpp>

#include "core/as_size.hpp"
#include "core/kernels/kernels.hpp"
#include "data/file_errors.hpp"
#include "tasks/builtin.hpp"
#include "tasks/masking.hpp"

namespace orochi {
namespace {

class MaskedTokens : public SelfSupervisedTask {
 public:
  explicit MaskedTokens(const Settings& settings)
      : masking_(settings), whole_words_(settings.flag("whole_words")) {}

  void prepare(const Preprocessing& rows) override;
  Index outputs() const override { return std::ssize(kinds_); }
  bool ties_head() const override { return true; }
  std::string summary() const override { return "masked tokens to predict"; }

  void ask(const Batch& batch, RandomKey key, Asked& asked) const override;
  Var loss(Var outputs, const Batch& batch, double normalizer) const override {
    const std::size_t count = batch.targets.size();
    auto* ids = outputs.tape().allocate_as<std::int32_t>(std::ssize(batch.targets));  // [M]
    std::transform(batch.targets.begin(), batch.targets.end(), ids,
                   [](double id) { return static_cast<std::int32_t>(id); });
    return cross_entropy(outputs, {ids, count}, {0, {}, normalizer, batch.weights});
  }
  double chance_loss() const override { return std::log(static_cast<double>(outputs())); }

  double item_loss(std::span<const Scalar> outputs, std::span<const double> id) const override {
    return kernels::sum_of_exponentials(std::ssize(outputs), outputs.data())
        .negative_log(outputs[static_cast<std::size_t>(id.front())]);
  }
  double score(std::span<const Scalar> outputs, std::span<const double> id) const override {
    return static_cast<double>(best(outputs)) == id.front() ? 1 : 0;
  }
  Index kept() const override { return 1; }  // the most probable token
  void keep(std::span<const Scalar> outputs, std::span<double> kept) const override {
    kept.front() = static_cast<double>(best(outputs));
  }
  /// Perplexity is exp(mean loss).
  Figures metrics(const Outcomes& outcomes) const override {
    const std::span<const double> losses = outcomes.losses, kept = outcomes.kept;
    const auto count = static_cast<double>(std::max<std::size_t>(kept.size(), 1));
    double hits = 0;
    for (std::size_t i = 0; i < kept.size(); ++i) hits += kept[i] == outcomes.targets[i] ? 1 : 0;
    return {{std::exp(std::accumulate(losses.begin(), losses.end(), 0.0) / count), hits / count}, {}, {}, {}};
  }
  Prediction predict(std::span<const Scalar> outputs) const override {
    Prediction prediction;
    const auto k = as_size(this->outputs());
    for (std::size_t at = 0; at < outputs.size(); at += k)
      prediction.labels.push_back(names_[as_size(best(outputs.subspan(at, k)))]);
    return prediction;
  }

 private:
  static Index best(std::span<const Scalar> outputs) {
    return std::max_element(outputs.begin(), outputs.end()) - outputs.begin();
  }
  /// One that is not special, and not `own`.
  std::int32_t another(std::int32_t own, double u) const {
    const bool is_plain = kinds_[static_cast<std::size_t>(own)] != RowKind::special;
    const auto others = static_cast<double>(plain_.size() - (is_plain ? 1 : 0));
    if (others < 1) return own;
    const auto at = static_cast<std::size_t>(u * others);
    return is_plain && plain_[at] >= own ? plain_[at + 1] : plain_[at];
  }

  Masking masking_;
  bool whole_words_;
  std::vector<RowKind> kinds_;       // [V], by token
  std::vector<std::int32_t> plain_;  // the tokens that are not special
  std::vector<std::string> names_;   // [V]
};

void MaskedTokens::prepare(const Preprocessing& rows) {
  if (rows.channels > 0)
    throw OptionError("type",
                      "type is \"masked_tokens\", but the data holds numbers; set task = \"masked_rows\"");
  const Tokenizer& tokenizer = *rows.tokenizer;
  const std::int32_t special[] = {tokenizer.begin(), tokenizer.end(), tokenizer.separator()};
  kinds_.assign(as_size(rows.num_ids()), RowKind::begins_word);
  plain_.clear();
  names_.clear();
  bool has_pieces = false;
  for (std::int32_t id = 0; id < static_cast<std::int32_t>(kinds_.size()); ++id) {
    names_.push_back(rows.token(id));
    RowKind& kind = kinds_[static_cast<std::size_t>(id)];
    if (std::find(std::begin(special), std::end(special), id) != std::end(special)) {
      kind = RowKind::special;
      continue;
    }
    plain_.push_back(id);
    const bool is_piece = tokenizer.continues_word(id);
    has_pieces = has_pieces || is_piece;
    if (whole_words_ && is_piece) kind = RowKind::continues_word;
  }
  if (whole_words_ && !has_pieces)
    throw OptionError(
        "whole_words",
        "whole_words is true, but no token of this tokenizer goes on with a word; leave it out, or "
        "set data.tokenizer to one that cuts words into pieces: wordpiece, bpe, unigram");
}

/// Of the rows of a run all are hidden (80 %), other tokens (10 %), or as they are (10 %).
void MaskedTokens::ask(const Batch& batch, RandomKey key, Asked& asked) const {
  asked.tokens.assign(batch.tokens.begin(), batch.tokens.end());
  const auto kind = [&](Index row) { return kinds_[static_cast<std::size_t>(batch.tokens[as_size(row)])]; };
  masking_.choose(batch, key, kind, [&](const auto& draw, Index first, Index end) {
    const double fate = draw(Masking::fate_stream, first);
    for (Index row = first; row < end; ++row) {
      std::int32_t& token = asked.tokens[as_size(row)];
      asked.rows.push_back(row);
      asked.targets.push_back(static_cast<double>(token));
      if (fate < 0.8)
        asked.hidden.push_back(row);
      else if (fate < 0.9)
        token = another(token, draw(Masking::token_stream, row));
    }
  });
}

}  // namespace

void add_masked_tokens(Tasks& tasks) {
  std::vector<Option> options = Masking::options("tokens, or words,");
  options.push_back(Option("whole_words", false, "ask for all pieces of a word together"));
  tasks.add<MaskedTokens>(
      "masked_tokens",
      "pre-training without labels: tokens that are hidden; cross entropy, products with the "
      "token embedding",
      std::move(options), {{"perplexity", "perplexity", false}, {"accuracy", "accuracy"}});
}

}  // namespace orochi
