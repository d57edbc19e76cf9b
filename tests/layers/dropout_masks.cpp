#include "dropout_masks.hpp"

#include <cmath>

#include "catch.hpp"
#include "core/kernels/reference/dropout.hpp"

namespace orochi {
namespace {

double threshold_of(double p) { return std::min(std::round(65536 * p), 65535.0); }

/// Keeps a copy of the rows that it hands on.
class Probe : public Layer {
 public:
  explicit Probe(std::vector<RowMatrix>& seen) : seen_(seen) {}
  Rows forward(const Rows& x) const override {
    seen_.push_back(x.values.value());
    return x;
  }

 private:
  std::vector<RowMatrix>& seen_;
};

/// Row t of a sequence becomes 1 in column t, 0 elsewhere.
class Places : public Layer {
 public:
  explicit Places(Builder&) {}
  Rows forward(const Rows& rows) const override {
    const Var x = rows.values;
    const Batch batch = rows.batch;
    Var y = x.tape().result(x.rows(), x.cols());  // [N, C]
    y.value().setZero();
    for (Index b = 0; b < batch.num_sequences(); ++b)
      for (Index t = 0; t < batch.length(b); ++t) y.value()(batch.first_row(b) + t, t) = 1;
    return rows.with(y);
  }
};

class Same : public Layer {
 public:
  explicit Same(Builder&) {}
  Rows forward(const Rows& x) const override { return x; }
};

constexpr Index code_length = 12;  // hidden columns whose bits are in one column
Index groups_of(Index hidden) { return (hidden + code_length - 1) / code_length; }

/// With s = 1 / (1 - p) a layer then adds s (k1 + k2 (4 + 8 s code)) to an element: k1 and k2 are the bits of
/// its two residual branches, code those of code_length hidden columns; which ones depends on the column.
void show_rows(const ParameterView& view, Index hidden, Scalar* to) {
  for (const char* name : {"embedding.weight", "class_token", "attention.output.bias", "linear1.bias"})
    if (view.name.ends_with(name)) std::fill_n(to, view.size, Scalar(1));
  if (view.name.ends_with("linear2.bias")) std::fill_n(to, view.size, Scalar(4));
  if (!view.name.ends_with("linear2.weight")) return;
  for (Index i = 0; i < view.size; ++i) {  // [C, hidden]
    const Index c = i / hidden, f = i % hidden;
    if (f / code_length == c % groups_of(hidden))
      to[i] = std::ldexp(Scalar(8), static_cast<int>(f % code_length));
  }
}

}  // namespace

double share_kept(double p) { return 1 - threshold_of(p) / 65536; }

bool documented_keep(RandomKey key, std::uint32_t sample, std::uint32_t stream, Index row, Index col,
                     double p) {
  const kernels::RandomRow at{key.seed, key.step, sample, stream, static_cast<std::uint32_t>(row)};
  return reference::dropout_factor(p, at, col) > 0;
}

/// What the probes see of one training pass; `fill` sets the weights that are not 0.
std::vector<RowMatrix> DropoutPass::seen(Config config, const Fill& fill) const {
  std::vector<RowMatrix> seen;
  Layers registry = builtin_layers();
  registry.add<Same>("same", Role::rows, "x");
  registry.add<Places>("places", Role::rows, "1 in the column of the place");
  registry.add({"probe", Role::rows, "looks", [&](Builder&) { return std::make_unique<Probe>(seen); }});
  ModelConfig& m = config.model;
  m.num_heads = heads, m.window = window, m.causal = causal, m.positions = "none";
  m.norm = "same", m.norm_first = norm_first;
  m.pooling = class_token ? "cls" : "mean", m.activation = own_activation ? "same" : "relu";
  Classifier model(config, {1, 0, longest()}, 2, registry);
  for (const ParameterView& view : model.parameters().views())
    fill(view, model.parameters().data() + view.offset);

  std::vector<Index> offsets{0};
  for (const Index length : lengths) offsets.push_back(offsets.back() + length);
  const std::vector<std::int32_t> tokens(static_cast<std::size_t>(offsets.back()));
  Batch batch;
  batch.tokens = tokens, batch.offsets = offsets, batch.samples = samples;
  Gradients gradients(model.parameters());
  Tape tape(model.parameters());
  tape.begin(Mode::train, &gradients, key);
  model.forward(tape, batch);
  return seen;
}

/// One row of what a layer added (see show_rows) to row `at` of its masks: inside of the feed-forward, then
/// the branches of attention and feed-forward.
void DropoutPass::read_row(const RowMatrix& branches, Index row, Index at, Mask* of) const {
  const double s = 1 / share_kept(p);
  const Index groups = groups_of(hidden);
  std::vector<char> known(static_cast<std::size_t>(groups));
  for (Index c = 0; c < columns; ++c) {
    const double all = static_cast<double>(branches(row, c)) / s;
    const bool fed = all > 2;
    const auto code = static_cast<std::int64_t>(fed ? (all - 3.5) / (8 * s) : 0);
    const double attended = fed ? all - 4 - 8 * s * static_cast<double>(code) : all;
    if (std::min(std::abs(attended), std::abs(attended - 1)) > 0.2)
      FAIL(of->name << ", row " << row << ", column " << c << ": " << all << " is no sum of kept elements");
    of[1].set(at, c, attended > 0.5);
    of[2].set(at, c, fed);
    if (!fed) continue;
    const Index first = c % groups * code_length, last = std::min(hidden, first + code_length);
    for (Index f = first; f < last; ++f) of[0].set(at, f, (code >> (f - first) & 1) != 0);
    known[static_cast<std::size_t>(c % groups)] = 1;
  }
  if (std::count(known.begin(), known.end(), 0) > 0)
    FAIL(of->name << ", row " << row << ": no column of a group was kept");
}

std::vector<Mask> DropoutPass::rows() const {
  Config config;
  config.model.d_model = columns;
  config.model.dim_feedforward = hidden;
  config.model.dropout = p;
  config.model.attention_dropout = 0;
  config.model.block = {{"probe"}, {"encoder_layer"}, {"probe"}, {"encoder_layer"}, {"probe"}};
  const std::vector<RowMatrix> x =
      seen(config, [&](const ParameterView& view, Scalar* to) { show_rows(view, hidden, to); });
  const RowMatrix branches[] = {x[1] - x[0], x[2] - x[1]};  // [N, C]
  std::vector<Mask> masks;
  Index first = 0;
  for (std::size_t b = 0; b < lengths.size(); ++b) {
    const Index length = lengths[b] + (class_token ? 1 : 0);
    Mask& embedding = masks.emplace_back("embedding", 0, b, length, columns);
    for (Index i = 0; i < length; ++i)
      for (Index c = 0; c < columns; ++c) embedding.set(i, c, x[0](first + i, c) > Scalar(0.5));
    for (std::size_t layer = 0; layer < 2; ++layer) {
      const std::string name = "layer " + std::to_string(layer) + ", ";
      const std::uint32_t stream = first_stream(layer) + heads;
      masks.emplace_back(name + "feed-forward", stream, b, length, hidden);
      masks.emplace_back(name + "attention's branch", stream + 1, b, length, columns);
      masks.emplace_back(name + "feed-forward's branch", stream + 2, b, length, columns);
      for (Index i = 0; i < length; ++i)
        read_row(branches[layer], first + i, i, masks.data() + masks.size() - 3);
    }
    first += length;
  }
  return masks;
}

std::vector<RowMatrix> DropoutPass::filters() const {
  const Index t = longest(), width = heads * t;
  Config config;
  config.model.d_model = width;
  config.model.dim_feedforward = 1;
  config.model.dropout = 0;
  config.model.attention_dropout = p;
  config.model.block = {{"places"}, {"encoder_layer"}, {"probe"}, {"places"}, {"encoder_layer"}, {"probe"}};
  std::vector<RowMatrix> y = seen(config, [&](const ParameterView& view, Scalar* to) {
    for (Index i = 0; i < width; ++i) {  // each head's value of row j is 1 in column j
      if (view.name.ends_with("value.weight")) to[i * width + i % t] = 1;
      if (view.name.ends_with("attention.output.weight")) to[i * width + i] = 1;
    }
  });
  for (RowMatrix& rows : y) {  // what remains without the residual
    Index first = 0;
    for (const Index length : lengths) {
      for (Index i = 0; i < length; ++i) rows(first + i, i) -= 1;
      first += length;
    }
  }
  return y;
}

std::vector<Mask> DropoutPass::attention() const {
  const std::vector<RowMatrix> filter = filters();
  std::vector<Mask> masks;
  for (std::size_t layer = 0; layer < 2; ++layer)
    for (Index h = 0; h < heads; ++h) {
      Index first = 0;
      for (std::size_t b = 0; b < lengths.size(); ++b) {
        const Index t = lengths[b];
        Mask& mask = masks.emplace_back("layer " + std::to_string(layer) + ", head " + std::to_string(h),
                                        first_stream(layer) + static_cast<std::uint32_t>(h), b, t, t);
        for (Index i = 0; i < t; ++i)
          for (Index j = 0; j < t; ++j)
            mask.set(j, i, filter[layer](first + i, h * longest() + j) > 0.5 / static_cast<double>(t));
        first += t;
      }
    }
  return masks;
}

}  // namespace orochi
