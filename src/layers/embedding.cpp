#include "layers/embedding.hpp"

#include <algorithm>
#include <cmath>

#include <orochi/elementwise_ops.hpp>
#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "core/kernels/kernels.hpp"
#include "core/kernels/row_sum.hpp"
#include "layers/operation_error.hpp"

namespace orochi {

void make_sinusoids(Index first, Index count, Index c, Scalar* rows) {
  const double scale = embedding_scale(c) * std::sqrt(2.0);  // a sine's deviation is 1 / sqrt(2)
  for (Index j = 0; j < c; ++j) {
    const double slowness = std::pow(10000.0, static_cast<double>(j / 2 * 2) / static_cast<double>(c));
    for (Index t = 0; t < count; ++t) {
      const double angle = static_cast<double>(first + t) / slowness;
      rows[t * c + j] = static_cast<Scalar>(scale * (j % 2 == 0 ? std::sin(angle) : std::cos(angle)));
    }
  }
}

void check_positions(Index length, Index positions) {
  if (length > positions)
    throw usage_error("a sequence has " + std::to_string(length) + " rows, but the model has positions for " +
                      std::to_string(positions) + "; raise data.max_length and train again");
}

double embedding_scale(Index d_model) { return 1 / std::sqrt(static_cast<double>(d_model)); }

Index embedding_width(const ModelConfig& model) {
  return model.embedding_dim > 0 ? model.embedding_dim : model.d_model;
}

TokenEmbedding::TokenEmbedding(Builder& builder) : has_one_text_(builder.input().num_texts == 1) {
  const Index width = embedding_width(builder.model()), texts = builder.input().num_texts;
  const Init init = Init::normal(embedding_scale(width));
  table_ = builder.embedding("weight", builder.input().vocab_size, width, init,
                             builder.input().ties_head ? Use::table : Use::lookup);
  builder.set_width(width);
  Index segments = builder.integer("segments");
  if (segments == 0 && texts > 1) segments = texts;
  if (const Index longest = builder.integer("ngrams"); longest > 1)
    ngrams_.emplace(builder, longest, builder.integer("ngram_buckets"), width);
  if (segments > 0) segments_ = builder.embedding("segment", segments, width, init, Use::table);
}

Rows TokenEmbedding::forward(const Rows& x) const {
  const Batch& batch = x.batch;
  if (std::ssize(batch.tokens) != batch.num_rows())
    throw operation_error("embedding", std::to_string(batch.num_rows()) + " tokens, one a row",
                          std::to_string(batch.tokens.size()));
  Var tokens = embedding(x.tape(), table_, batch.tokens);  // [N, C]
  if (ngrams_) tokens = ngrams_->add_to(tokens, batch);
  if (!segments_) return x.with(tokens);
  std::span<const std::int32_t> segments = batch.segments;  // [N]
  if (std::ssize(segments) != batch.num_rows() && !(segments.empty() && has_one_text_))
    throw operation_error("embedding", std::to_string(batch.num_rows()) + " segments, one a row",
                          std::to_string(segments.size()));
  auto* ids = x.tape().allocate_as<std::int32_t>(batch.num_rows());  // [N]
  std::fill_n(ids, batch.num_rows(), 0);
  const auto last = static_cast<std::int32_t>(segments_->rows - 1);
  std::transform(segments.begin(), segments.end(), ids,
                 [last](std::int32_t id) { return std::min(id, last); });
  return x.with(add(tokens, embedding(x.tape(), *segments_, {ids, as_size(batch.num_rows())})));
}

Var embedding(Tape& tape, Parameter table, std::span<const std::int32_t> tokens) {
  const Index n = std::ssize(tokens), c = table.cols;
  const double bytes = 2.0 * static_cast<double>(n * c) * sizeof(Scalar);
  const Measure measure(tape.observer(), "embedding", Pass::forward, 0, bytes);
  const Scalar* rows = tape.value(table).data();  // [V, C]
  Var y = tape.result(n, c);                      // [N, C]
  for (Index i = 0; i < n; ++i) {
    const Index token = tokens[static_cast<std::size_t>(i)];
    if (token < 0 || token >= table.rows)
      throw operation_error("embedding", "tokens from 0 to " + std::to_string(table.rows - 1),
                            std::to_string(token) + " in row " + std::to_string(i));
    std::copy_n(rows + token * c, c, y.data() + i * c);
  }
  y.pullback([=] {
    const Measure back(y.tape().observer(), "embedding", Pass::backward, 0, bytes);
    if (y.tape().use(table) == Use::lookup) return y.tape().add_grad_rows(table, tokens, y.grad().data());
    Scalar* dtable = y.tape().grad_sum(table).data();  // [V, C]
    for (Index i = 0; i < n; ++i) {
      Scalar* row = dtable + tokens[static_cast<std::size_t>(i)] * c;
      kernels::add(c, row, y.grad().data() + i * c, row);
    }
  });
  return y;
}

LearnedPositions::LearnedPositions(Builder& builder)
    : table_(builder.embedding("weight", builder.input().max_length, builder.width(),
                               Init::normal(embedding_scale(builder.width())), Use::table)) {}

Rows LearnedPositions::forward(const Rows& rows) const {
  const Var x = rows.values;
  const Batch batch = rows.batch;
  check_rows("learned positions", x, batch);
  Tape& tape = x.tape();
  const Index c = table_.cols;
  const double bytes = 3.0 * static_cast<double>(x.rows() * c) * sizeof(Scalar);
  const Measure measure(tape.observer(), "positions", Pass::forward, 0, bytes);
  Var y = tape.result(x.rows(), c);  // [N, C]
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    check_positions(batch.length(b), table_.rows);
    const Index at = batch.first_row(b) * c;
    kernels::add(batch.length(b) * c, x.data() + at, tape.value(table_).data(), y.data() + at);
  }
  y.pullback([=, this] {
    const Measure back(y.tape().observer(), "positions", Pass::backward, 0, bytes);
    MatrixMap dtable = y.tape().grad_sum(table_);  // [max_length, C]
    for (Index b = 0; b < batch.num_sequences(); ++b)
      kernels::add_scaled(batch.length(b) * c, Scalar(1), y.grad().data() + batch.first_row(b) * c,
                          dtable.data());
    y.pass_grad(x);
  });
  return rows.with(y);
}

SinusoidalPositions::SinusoidalPositions(Builder& builder)
    : table_(builder.position_table("sinusoidal", builder.width(),
                                    [c = builder.width()](Index first, Index count, Scalar* rows) {
                                      make_sinusoids(first, count, c, rows);
                                    })) {}

Rows SinusoidalPositions::forward(const Rows& rows) const {
  const Var x = rows.values;
  const Batch& batch = rows.batch;
  check_rows("sinusoidal positions", x, batch);
  const Index c = x.cols();
  Var y = x.tape().result(x.rows(), c);  // [N, C]
  for (Index b = 0; b < batch.num_sequences(); ++b)
    table_->each_piece(batch.length(b), [&](Index first, Index count, const Scalar* table) {
      const Index at = (batch.first_row(b) + first) * c;
      kernels::add(count * c, x.data() + at, table, y.data() + at);
    });
  y.pullback([=] { y.pass_grad(x); });
  return rows.with(y);
}

ClassToken::ClassToken(Builder& builder)
    : row_(builder.embedding("", 1, builder.width(), Init::normal(embedding_scale(builder.width())),
                             Use::table)) {
  builder.set_max_length(builder.input().max_length + 1);
}

Rows ClassToken::forward(const Rows& rows) const {
  const Var x = rows.values;
  const Batch batch = rows.batch;
  check_rows("class token", x, batch);
  Tape& tape = x.tape();
  const Index c = x.cols(), sequences = batch.num_sequences();
  Var y = tape.result(x.rows() + sequences, c);  // [N + B, C]
  const Scalar* row = tape.value(row_).data();   // [C]
  for (Index b = 0; b < sequences; ++b) {
    Scalar* to = y.data() + (batch.first_row(b) + b) * c;
    std::copy_n(row, c, to);
    std::copy_n(x.data() + batch.first_row(b) * c, batch.length(b) * c, to + c);
  }
  y.pullback([=, this] {
    const Scalar** first = y.tape().allocate_as<const Scalar*>(sequences);  // [B]: each sequence's first row
    MatrixMap dx = x.grad_sum();                                            // [N, C]
    for (Index b = 0; b < sequences; ++b) {
      const Index at = batch.first_row(b) + b;
      first[b] = y.grad().data() + at * c;
      dx.middleRows(batch.first_row(b), batch.length(b)) += y.grad().middleRows(at + 1, batch.length(b));
    }
    const GradientTarget drow = y.tape().grad_target(row_);  // [1, C]
    kernels::sum_rows_at(c, drow.accumulate ? drow.data : nullptr, {first, as_size(sequences)}, drow.data);
  });
  return rows.with_lengths(y, [](Index length) { return length + 1; });
}

}  // namespace orochi
