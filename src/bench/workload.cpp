#include "bench/workload.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <random>
#include <system_error>

#include <fmt/format.h>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/train.hpp>

#include "core/in_table.hpp"
#include "inference/model_file.hpp"
#include "io/config_file.hpp"

namespace orochi {
namespace {

/// Pre-norm, erf gelu, learned positions, mean pooling and the optimizer's defaults, in every row.
struct Shape {
  const char* name;
  Index d_model, num_layers, num_heads, dim_feedforward, length, batch_size, vocabulary;
  bool uneven;  // lengths log-normal, median 30, sigma 0.7, at most `length`
};
constexpr Index num_classes = 4;
constexpr std::array<Shape, 7> shapes{{
    {"tiny", 64, 2, 4, 256, 60, 64, 8, false},
    {"small", 128, 4, 4, 512, 128, 32, 8000, false},
    {"base-small", 256, 4, 8, 1024, 256, 16, 16000, false},
    {"mini", 384, 6, 12, 1536, 128, 16, 30522, false},
    {"long", 64, 2, 4, 256, 1024, 8, 8, false},
    {"uneven-tiny", 64, 2, 4, 256, 256, 64, 8, true},
    {"uneven-small", 128, 4, 4, 512, 256, 64, 8000, true},
}};

std::string config_text(const Shape& s) {
  return fmt::format(
      "[data]\ntrain = \"random tokens\"\nmax_length = {}\n[model]\nd_model = {}\nnum_layers = {}\n"
      "num_heads = {}\ndim_feedforward = {}\n[train]\nbatch_size = {}\n",
      s.length, s.d_model, s.num_layers, s.num_heads, s.dim_feedforward, s.batch_size);
}

/// Lengths follow data.max_length, which an override may change.
Sequences random_tokens(const Shape& s, Index longest, Index count) {
  std::mt19937 numbers(1);
  const auto below = [&](Index n) { return static_cast<std::int32_t>(numbers() % static_cast<unsigned>(n)); };
  std::normal_distribution<double> normal;
  Sequences data;
  for (Index b = 0; b < count; ++b) {
    Index length = longest;
    if (s.uneven)
      length = std::clamp(static_cast<Index>(std::lround(30 * std::exp(0.7 * normal(numbers)))), Index{1},
                          longest);
    for (Index i = 0; i < length; ++i) data.tokens.push_back(below(s.vocabulary));
    data.offsets.push_back(data.offsets.back() + length);
    data.targets.push_back(below(num_classes));
  }
  return data;
}

std::vector<std::vector<std::uint32_t>> cut_batches(const Sequences& data, const TrainConfig& train,
                                                    std::size_t most) {
  const std::vector<std::uint32_t> order = epoch_order(data.size(), train.seed, 0);
  const auto size = static_cast<std::size_t>(train.batch_size);
  std::vector<std::vector<std::uint32_t>> batches;
  for (std::size_t at = 0; at + size <= order.size() && batches.size() < most; at += size)
    batches.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(at),
                         order.begin() + static_cast<std::ptrdiff_t>(at + size));
  if (batches.empty()) batches.push_back(order);
  return batches;
}

Workload from_table(const Shape& s, const std::vector<std::string>& overrides, const Extensions& extensions) {
  Workload work;
  work.name = s.name;
  work.config = parse_config(config_text(s), s.name, overrides, component_schemas(extensions));
  const Index batches = s.uneven ? 40 : 8;
  work.data = random_tokens(s, work.config.data.max_length, batches * work.config.train.batch_size);
  work.input = {s.vocabulary, 0, work.config.data.max_length};
  work.task = extensions.tasks.make(work.config.task);
  work.task->fit(std::vector<std::string>{"0", "1", "2", "3"});
  work.task->fit_split(work.data.targets);
  return work;
}

Workload from_config(const std::string& path, const std::vector<std::string>& overrides,
                     const Extensions& extensions) {
  Workload work;
  work.name = path;
  work.config = read_config(path, overrides, extensions);
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  LoadedData loaded;
  with_location(path, overrides, extensions, [&] {
    work.task = in_table("task", [&] { return extensions.tasks.make(work.config.task); });
    loaded = load_data(work.config.data, folder.empty() ? "." : folder.string(), work.config.train.seed,
                       extensions.readers, extensions.tokenizers, *work.task);
  });
  work.data = std::move(loaded.train);
  work.input = input_shape(work.config.data, loaded.preprocessing);
  return work;
}

}  // namespace

std::vector<std::string> workload_names() {
  std::vector<std::string> names;
  names.reserve(std::size(shapes));
  for (const Shape& s : shapes) names.emplace_back(s.name);
  return names;
}

Workload make_workload(const std::string& what, const std::vector<std::string>& overrides,
                       const Extensions& extensions) {
  const auto shape =
      std::find_if(shapes.begin(), shapes.end(), [&](const Shape& s) { return what == s.name; });
  std::error_code error;  // where it cannot be told, reading the config says why
  if (shape == shapes.end() && !std::filesystem::exists(what, error) && !error)
    throw usage_error(fmt::format("\"{}\" is neither a workload ({}) nor a config file", what,
                                  fmt::join(workload_names(), ", ")));
  Workload work = shape == shapes.end() ? from_config(what, overrides, extensions)
                                        : from_table(*shape, overrides, extensions);
  work.batches = cut_batches(work.data, work.config.train, 40);
  return work;
}

}  // namespace orochi
