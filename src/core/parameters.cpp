#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <new>
#include <numbers>

#include <orochi/error.hpp>
#include <orochi/parameters.hpp>

#include "core/kernels/kernels.hpp"
#include "core/memory.hpp"
#include "core/random.hpp"

namespace orochi {
namespace {
constexpr Index alignment = 16;  // scalars: every parameter starts on a cache line
Index round_up(Index n) { return (n + alignment - 1) / alignment * alignment; }

/// Two numbers uniform in (0, 1) for element i of view v.
std::array<double, 2> uniform_pair(std::uint64_t seed, Index view, Index i) {
  const std::uint32_t counter[4] = {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i >> 32),
                                    static_cast<std::uint32_t>(view), 0x696e6974u};
  const std::uint32_t key[2] = {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
  std::uint32_t words[4];
  kernels::philox(counter, key, words);
  return {unit_interval(words[0], words[1]) + 0x1p-54, unit_interval(words[2], words[3]) + 0x1p-54};
}

double draw(const ParameterView& view, std::uint64_t seed, Index number, Index i) {
  const auto [u, v] = uniform_pair(seed, number, i);
  switch (view.init.kind) {
    case Init::Kind::zeros:
      return 0;
    case Init::Kind::ones:
      return 1;
    case Init::Kind::normal:  // Box & Muller 1958
      return view.init.scale * std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
    case Init::Kind::xavier_uniform: {
      const double fan = static_cast<double>(view.shape[0] + (view.shape.size() > 1 ? view.shape[1] : 1));
      return (2 * u - 1) * std::sqrt(6 / fan);
    }
  }
  return 0;
}
}  // namespace

bool is_tensor_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
  };
  bool begins = true;  // a part
  for (const char c : name) {
    if (c == '.' ? begins : !is_plain(c)) return false;
    begins = c == '.';
  }
  return !begins;
}

Parameters::Parameters(Index most) : room_(most) {}
Parameters::Parameters(CountOnly) : only_counts_(true) {}
Parameters::~Parameters() { free_scalars(data_); }

Parameter Parameters::add(std::span<const std::string> names, std::vector<Index> shape, Init init, Use use) {
  const Index id = static_cast<Index>(entries_.size());
  Index size = 1;
  double numbers = static_cast<double>(names.size());
  for (const Index n : shape) {
    if (n == 0) throw failure("\"" + names.front() + "\" has no numbers: a side of its shape is 0");
    numbers *= static_cast<double>(n);
    if (only_counts_) continue;
    if (n < 0 || size > room_ / n)
      throw usage_error(
          "the model has too many numbers at \"" + names.front() +
          "\"; smaller: model.d_model, model.dim_feedforward, model.num_layers, data.max_length");
    size *= n;
  }
  added_ += numbers;
  if (only_counts_) {
    const Index cols = shape.size() > 1 ? shape[1] : 1;
    const double rows = std::min(numbers / static_cast<double>(cols), 0x1p62);  // fits an Index
    return shape.size() > 1 ? Parameter{0, static_cast<Index>(rows), cols}
                            : Parameter{0, 1, static_cast<Index>(rows)};
  }
  Index at = 0;
  for (const std::string& name : names) {
    if (!name.empty() && !is_tensor_name(name))  // "" is of a layer alone, without a model
      throw failure("[parameter] expected a name of letters, digits, '_' and '-', joined by dots, found \"" +
                    name + "\": a checkpoint takes no other");
    if (!names_.insert(name).second)
      throw failure("two parameters are named \"" + name + "\"; give the second layer another name");
    views_.push_back({name, shape, id, at, size, init});
    at += size;
    room_ -= size;
  }
  const Index cols = shape.size() > 1 ? shape[1] : at;
  entries_.push_back({.size = at, .cols = cols, .use = use});
  return {id, at / std::max<Index>(cols, 1), cols};
}

void Parameters::allocate() {
  for (const bool dense : {true, false}) {
    for (Entry& entry : entries_) {
      if (entry.is_dense() != dense) continue;
      entry.offset = size_;
      size_ += round_up(entry.size);
    }
    if (dense) dense_size_ = size_;
  }
  for (ParameterView& view : views_) view.offset += entry(view.parameter).offset;
  data_ = allocate_scalars(size_);
}

void Parameters::initialize(std::uint64_t seed) {
  Scalar* values = data();
  for (std::size_t number = 0; number < views_.size(); ++number) {
    const ParameterView& view = views_[number];
    for (Index i = 0; i < view.size; ++i)
      values[view.offset + i] = static_cast<Scalar>(draw(view, seed, static_cast<Index>(number), i));
  }
}

void Parameters::set_rates(std::span<const double> by_view) {
  for (Entry& entry : entries_) entry.rate = 0;
  has_frozen_ = false;
  for (std::size_t i = 0; i < views_.size(); ++i) {
    views_[i].rate = by_view[i];
    Entry& entry = entries_[static_cast<std::size_t>(views_[i].parameter)];
    entry.rate = std::max(entry.rate, by_view[i]);
    has_frozen_ |= by_view[i] == 0;
  }
}

Index Parameters::count() const {
  Index total = 0;
  for (const Entry& entry : entries_) total += entry.size;
  return total;
}

ConstMatrixMap Parameters::value(Parameter p) const {
  if (p.id < 0 || p.id >= std::ssize(entries_) || data_ == nullptr)
    throw usage_error(
        "[parameter] expected one that was added before the parameters were allocated, found number " +
        std::to_string(p.id));
  return {data_ + offset(p), p.rows, p.cols};
}

Parameter Parameters::find(std::string_view name) const {
  const auto view =
      std::find_if(views_.begin(), views_.end(), [&](const ParameterView& one) { return one.name == name; });
  if (view == views_.end()) return {};
  const Entry& found = entry(view->parameter);
  return {view->parameter, found.size / found.cols, found.cols};
}

}  // namespace orochi
