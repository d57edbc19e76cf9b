// Masked patches of numeric series (Nie et al. 2023, PatchTST): rows are hidden, and their values are asked
// for.
#include <cmath>
#include <limits>

#include <orochi/dataset.hpp>
#include <orochi/error.hpp>
#include <orochi/ops.hpp>

#include "core/as_size.hpp"
#include "tasks/builtin.hpp"
#include "tasks/masking.hpp"

namespace orochi {
namespace {

/// Targets are the values as the model takes them, normalized.
class MaskedRows : public SelfSupervisedTask {
 public:
  explicit MaskedRows(const Settings& settings) : masking_(settings) {}

  void prepare(const Preprocessing& rows) override {
    if (rows.channels == 0)
      throw OptionError("type",
                        "type is \"masked_rows\", but the data is text; set task = \"masked_tokens\"");
    channels_ = rows.channels;
    is_normalized_ = !rows.mean.empty();
  }
  Index outputs() const override { return channels_; }
  Index target_width() const override { return channels_; }
  std::string summary() const override { return "masked rows to predict"; }

  void ask(const Batch& batch, RandomKey key, Asked& asked) const override {
    const auto kind = [](Index) { return RowKind::begins_word; };
    masking_.choose(batch, key, kind, [&](const auto&, Index first, Index end) {
      for (Index row = first; row < end; ++row) asked.rows.push_back(row);
      const std::span<const float> values =
          batch.values.subspan(as_size(first * channels_), as_size((end - first) * channels_));
      asked.targets.insert(asked.targets.end(), values.begin(), values.end());
    });
    asked.hidden = asked.rows;
  }
  Var loss(Var outputs, const Batch& batch, double normalizer) const override {
    return mean_squared_error(outputs, batch.targets, batch.weights, normalizer);
  }
  /// Of always answering 0, the mean of normalized values; of others it is not known.
  double chance_loss() const override { return is_normalized_ ? 1 : std::numeric_limits<double>::infinity(); }

  double item_loss(std::span<const Scalar> outputs, std::span<const double> values) const override {
    return mean(outputs, values, [](double e) { return e * e; });
  }
  double score(std::span<const Scalar> outputs, std::span<const double> values) const override {
    return mean(outputs, values, [](double e) { return std::abs(e); });
  }
  std::string score_name() const override { return "mae"; }
  bool higher_score_is_better() const override { return false; }
  Figures metrics(const Outcomes& outcomes) const override {
    return number_figures(outcomes.kept, outcomes.targets, as_size(channels_));
  }
  Prediction predict(std::span<const Scalar> outputs) const override {
    Prediction prediction;
    prediction.values.assign(outputs.begin(), outputs.end());
    return prediction;
  }
  std::string answer_name() const override { return "values"; }

 private:
  template <class Error>
  static double mean(std::span<const Scalar> outputs, std::span<const double> values, const Error& error) {
    double sum = 0;
    for (std::size_t k = 0; k < values.size(); ++k) sum += error(static_cast<double>(outputs[k]) - values[k]);
    return sum / static_cast<double>(values.size());
  }

  Masking masking_;
  Index channels_ = 0;
  bool is_normalized_ = false;
};

}  // namespace

void add_masked_rows(Tasks& tasks) {
  tasks.add<MaskedRows>(
      "masked_rows", "pre-training without labels: rows of numbers that are hidden; mean squared error",
      Masking::options("rows"),
      {{"r2", "R2"}, {"mae", "MAE", false}, {"rmse", "RMSE", false}, {"spearman", "Spearman"}});
}

}  // namespace orochi
