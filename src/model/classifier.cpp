#include <utility>

#include <orochi/classifier.hpp>
#include <orochi/elementwise_ops.hpp>
#include <orochi/error.hpp>

#include "model/network.hpp"

namespace orochi {

Classifier::Classifier(const Config& config, InputShape input, OutputShape output, const Layers& layers,
                       Index most)
    : parameters_(most), level_(output.level) {
  add_layers(config, input, output, layers);
  parameters_.allocate();
}

Classifier::Classifier(const Config& config, InputShape input, OutputShape output, const Layers& layers,
                       Parameters::CountOnly only)
    : parameters_(only), level_(output.level) {
  add_layers(config, input, output, layers);
}

double Classifier::count(Config config, InputShape input, OutputShape output, const Layers& layers) {
  const auto blocks = static_cast<double>(config.model.num_layers),
             members = static_cast<double>(std::exchange(config.model.members, 1));
  const auto count_with = [&](Index num_layers) {
    config.model.num_layers = num_layers;
    return Classifier(config, input, output, layers, Parameters::CountOnly()).parameters_.added();
  };
  const double first = count_with(1);
  return members * (config.model.block.empty() ? first + (blocks - 1) * (count_with(2) - first) : first);
}

std::string member_prefix(Index member, Index members) {
  return members == 1 ? "" : "member." + std::to_string(member);
}

void Classifier::add_layers(const Config& config, InputShape input, OutputShape output,
                            const Layers& layers) {
  input.ties_head = output.ties_head;
  for (Index m = 0; m < config.model.members; ++m) {
    Builder builder(config, input, layers, parameters_, member_prefix(m, config.model.members));
    members_.push_back(std::make_unique<Network>(builder, config.model, output, layers));
  }
}

Classifier::~Classifier() = default;

Var Classifier::rows(Tape& tape, const Batch& batch, bool needs_grad) {
  Var x = tape.input(batch.num_rows(), batch.channels, needs_grad);
  std::copy(batch.values.begin(), batch.values.end(), x.data());
  return x;
}

Var Classifier::forward(Var rows, const Batch& batch, FrozenRows* frozen) const {
  Var sum = members_.front()->forward(rows, batch, frozen);  // [B, K], [N, K] or [M, K]
  for (std::size_t m = 1; m < members_.size(); ++m)
    sum = add(sum, members_[m]->forward(rows, batch, nullptr));
  return members_.size() == 1 ? sum : scale(sum, 1 / static_cast<double>(members_.size()));
}

Var Classifier::encode(Var rows, const Batch& batch, FrozenRows* frozen) const {
  if (members_.size() > 1)
    throw usage_error("the model has several members, each with vectors of its own; expected one of one");
  return members_.front()->encode(rows, batch, frozen);
}

Index Classifier::outputs() const { return members_.front()->outputs(); }
Index Classifier::block_width(Index block) const { return members_.front()->block_width(block); }
Index Classifier::num_blocks() const { return members_.front()->num_blocks(); }
Index Classifier::rows_before() const { return members_.front()->rows_before(); }

double Classifier::position_bytes(Index longest) const {
  double sum = 0;
  for (const std::unique_ptr<Network>& member : members_) sum += member->position_bytes(longest);
  return sum;
}

}  // namespace orochi
