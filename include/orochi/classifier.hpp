// The model: an encoder and a linear head, built from a configuration.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <orochi/layer.hpp>
#include <orochi/targets.hpp>

namespace [[gnu::visibility("default")]] orochi {

class FrozenRows;
class Network;

/// What parameters' names begin with before a dot, of one of several members: "member.3"; of one "".
std::string member_prefix(Index member, Index members);

/// One network, or several (model.members) whose outputs are averaged: input -> mask (of rows that a task
/// hides) -> what the pooling needs before (a class token) -> positions -> norm (embedding_norm) -> dropout
/// -> linear (embedding_dim) -> blocks -> norm (when norm_first) -> pooling (of sequences) -> head.
class Classifier {
 public:
  /// Parameters are laid out and zero: `parameters().initialize(seed)` or a checkpoint fills them. Throws a
  /// usage_error for what the configuration asks of layers that do not exist, and for a model of more than
  /// `most` parameters.
  Classifier(const Config& config, InputShape input, OutputShape output, const Layers& layers,
             Index most = most_parameters);
  /// Trainable numbers of such a model, before it is built: its layers are made without them and count
  /// themselves. In double, so that nothing overflows; of `num_layers` blocks, which are alike, only two are
  /// made.
  static double count(Config config, InputShape input, OutputShape output, const Layers& layers);
  ~Classifier();
  Classifier(const Classifier&) = delete;
  Classifier& operator=(const Classifier&) = delete;

  /// The batch's rows on the tape: [N, 0] for tokens, [N, channels] with the values for numeric rows.
  static Var rows(Tape& tape, const Batch& batch, bool needs_grad = false);
  /// Outputs [B, K], [N, K] of rows, or [M, K] where a batch asks for some of them, from `rows`.
  /// `frozen` keeps what a frozen beginning makes of them, and has it the next time.
  Var forward(Var rows, const Batch& batch, FrozenRows* frozen = nullptr) const;
  /// The same from the tokens or numbers of the batch.
  Var forward(Tape& tape, const Batch& batch, FrozenRows* frozen = nullptr) const {
    return forward(rows(tape, batch), batch, frozen);
  }
  /// What the head takes: [B, C], or [N, C] of rows. A usage_error of several members.
  Var encode(Var rows, const Batch& batch, FrozenRows* frozen = nullptr) const;

  Parameters& parameters() { return parameters_; }
  const Parameters& parameters() const { return parameters_; }
  Index outputs() const;  // K, or C without a head
  Level level() const { return level_; }
  /// Rows of the outputs that it gives for a batch: B, N or M.
  Index num_items(const Batch& batch) const {
    if (batch.asks_rows()) return std::ssize(batch.asked);
    return level_ == Level::row ? batch.num_rows() : batch.num_sequences();
  }
  /// Columns of a block's rows; 0 where they are not the batch's: fewer, or a class token more.
  Index block_width(Index block) const;
  Index num_blocks() const;  // of each member
  /// Rows that each sequence has more behind the input: 1 with a class token.
  Index rows_before() const;
  /// What tables of positions take, rotary or sinusoidal, for sequences of at most `longest` rows.
  double position_bytes(Index longest) const;

 private:
  Classifier(const Config& config, InputShape input, OutputShape output, const Layers& layers,
             Parameters::CountOnly);
  void add_layers(const Config& config, InputShape input, OutputShape output, const Layers& layers);

  Parameters parameters_;
  std::vector<std::unique_ptr<Network>> members_;
  Level level_;
};

}  // namespace orochi
