// orochi bench
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>

#include "bench/benchmark.hpp"
#include "cli/metrics_report.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "core/choices.hpp"
#include "data/file_errors.hpp"
#include "run/run_folder.hpp"

namespace orochi {
namespace {

using nlohmann::ordered_json;

std::string rate(const Cost& cost) {
  if (cost.seconds <= 0) return "-";
  if (cost.flops > 0) return fmt::format("{:.0f} GFLOP/s", 1e-9 * cost.flops / cost.seconds);
  return cost.bytes > 0 ? fmt::format("{:.0f} GB/s", 1e-9 * cost.bytes / cost.seconds) : "-";
}

/// Time of the workers that no operation reported: waiting at the end of a parallel loop, and the loops
/// themselves.
double unreported(const BenchmarkResult& r) { return r.profiled_seconds - r.profile.seconds(); }

std::string profile_text(const BenchmarkResult& r) {
  const auto steps = static_cast<double>(r.profiled_steps);
  const auto ms = [&](double seconds) { return fmt::format("{:.3f}", 1e3 * seconds / steps); };
  const auto share = [&](double seconds) {
    return fmt::format("{:.1f}%", 100 * seconds / r.profiled_seconds);
  };
  Table table({{"operation", Align::left},
               {"share"},
               {"forward, ms"},
               {"rate a thread"},
               {"backward, ms"},
               {"rate a thread"}});
  for (const Profile::Entry& e : r.profile.entries())
    table.add({e.name, share(e.forward.seconds + e.backward.seconds), ms(e.forward.seconds), rate(e.forward),
               e.backward.seconds > 0 ? ms(e.backward.seconds) : "-", rate(e.backward)});
  table.add({"waiting and the rest", share(unreported(r)), ms(unreported(r)), "-", "-", "-"});
  return "\n" + table.text();
}

/// fp32's peak is the only one that is measured: products in bf16 are below its bound.
bool has_roofline(const Workload& work, const BenchmarkResult& r) {
  return precision_choice.is(work.config.train.precision, Precision::fp32) && r.machine.flops > 0;
}

/// Each operation beside what it takes at least on this CPU, forward and backward pass together.
std::string roofline_text(const BenchmarkResult& r) {
  const double to_ms = 1e3 / static_cast<double>(r.profiled_steps);
  Table table({{"operation", Align::left}, {"ms"}, {"at least, ms"}, {"times"}, {"bound by", Align::left}});
  const auto add = [&](const std::string& name, double seconds, double least, const char* reason) {
    table.add({name, fmt::format("{:.3f}", to_ms * seconds), fmt::format("{:.3f}", to_ms * least),
               least > 0 ? fmt::format("{:.2f}", seconds / least) : "-", reason});
  };
  double sum = 0;
  for (const Profile::Entry& e : r.profile.entries()) {
    const LeastTime forward = least_time(e.forward, r.machine), backward = least_time(e.backward, r.machine);
    const double least = forward.seconds() + backward.seconds();
    add(e.name, e.forward.seconds + e.backward.seconds, least,
        (forward.seconds() > backward.seconds() ? forward : backward).reason());
    sum += least;
  }
  add("step, all threads", r.profiled_seconds, sum, "");
  const Machine& m = r.machine;
  std::string text =
      fmt::format("\n{}a thread at best: {:.0f} GFLOP/s, {:.2f} G exponentials/s, {:.2f} G random numbers/s;",
                  table.text(), 1e-9 * m.flops, 1e-9 * m.exponentials, 1e-9 * m.random_numbers);
  for (const Machine::Level& level : m.memory)
    text += fmt::format(" {:.0f} GB/s in {:.0f} KB{}", 1e-9 * level.rate, 1e-3 * level.size,
                        &level == &m.memory.back() ? "\n" : ",");
  return text;
}

std::string layers_text(const BenchmarkResult& r) {
  const auto steps = static_cast<double>(r.profiled_steps);
  const auto ms = [&](double seconds) { return fmt::format("{:.3f}", 1e3 * seconds / steps); };
  Table table({{"layer", Align::left}, {"share"}, {"forward, ms"}, {"backward, ms"}});
  double rest = r.profiled_seconds;
  for (const Profile::LayerTime& layer : r.profile.layers()) {
    const double seconds = layer.forward + layer.backward;
    rest -= seconds;
    table.add({layer.name, fmt::format("{:.1f}%", 100 * seconds / r.profiled_seconds), ms(layer.forward),
               ms(layer.backward)});
  }
  table.add({"outside of layers", fmt::format("{:.1f}%", 100 * rest / r.profiled_seconds), ms(rest), "-"});
  return "\n" + table.text();
}

ordered_json layers_json(const BenchmarkResult& r) {
  const double to_ms = 1e3 / static_cast<double>(r.profiled_steps);
  ordered_json rows = ordered_json::array();
  for (const Profile::LayerTime& layer : r.profile.layers())
    rows.push_back({{"layer", layer.name},
                    {"forward_ms", to_ms * layer.forward},
                    {"backward_ms", to_ms * layer.backward},
                    {"share", (layer.forward + layer.backward) / r.profiled_seconds}});
  return rows;
}

ordered_json cost_json(const Cost& cost, double steps) {
  return {{"ms", 1e3 * cost.seconds / steps},
          {"gflop", 1e-9 * cost.flops / steps},
          {"mb", 1e-6 * cost.bytes / steps},
          {"exponentials", cost.exponentials / steps},
          {"random_numbers", cost.random_numbers / steps},
          {"calls", cost.calls / steps}};
}

ordered_json machine_json(const Machine& machine) {
  ordered_json memory = ordered_json::array();
  for (const Machine::Level& level : machine.memory)
    memory.push_back({{"kb", 1e-3 * level.size}, {"gb_per_second", 1e-9 * level.rate}});
  return {{"gflops", 1e-9 * machine.flops},
          {"exponentials_per_second", machine.exponentials},
          {"random_numbers_per_second", machine.random_numbers},
          {"memory", memory}};
}

ordered_json profile_json(const Workload& work, const BenchmarkResult& r) {
  const auto steps = static_cast<double>(r.profiled_steps);
  ordered_json rows = ordered_json::array();
  for (const Profile::Entry& e : r.profile.entries()) {
    rows.push_back({{"operation", e.name},
                    {"forward", cost_json(e.forward, steps)},
                    {"backward", cost_json(e.backward, steps)}});
    if (has_roofline(work, r))
      for (const auto& [pass, cost] : {std::pair("forward", e.forward), std::pair("backward", e.backward)})
        rows.back()[pass]["least_ms"] = 1e3 * least_time(cost, r.machine).seconds() / steps;
  }
  rows.push_back({{"operation", "waiting and the rest"}, {"forward", {{"ms", 1e3 * unreported(r) / steps}}}});
  return rows;
}

ordered_json lengths_json(const Workload& work) {
  ordered_json batches = ordered_json::array();
  for (const std::vector<std::uint32_t>& batch : work.batches) {
    ordered_json lengths = ordered_json::array();
    for (const std::uint32_t row : batch) lengths.push_back(work.data.length(row));
    batches.push_back(std::move(lengths));
  }
  return batches;
}

ordered_json result_json(const Workload& work, const BenchmarkResult& r, int threads) {
  const ModelConfig& m = work.config.model;
  const double gflops = 1e-9 * r.flops_per_step * r.tokens_per_second / r.tokens_per_step;
  ordered_json json{{"workload", work.name},
                    {"threads", threads},
                    {"engine", r.engine},
                    {"precision", work.config.train.precision},
                    {"dropout", m.dropout},
                    {"attention_dropout", m.attention_dropout},
                    {"shards", r.shards},
                    {"model",
                     {{"d_model", m.d_model},
                      {"num_layers", m.num_layers},
                      {"num_heads", m.num_heads},
                      {"dim_feedforward", m.dim_feedforward > 0 ? m.dim_feedforward : 4 * m.d_model},
                      {"vocab_size", work.input.vocab_size},
                      {"channels", work.input.channels},
                      {"num_classes", work.task->outputs()},
                      {"max_length", work.input.max_length}}},
                    {"parameters", r.parameters},
                    {"batch_size", work.config.train.batch_size},
                    {"tokens_per_step", r.tokens_per_step},
                    {"steps", r.steps},
                    {"ms_per_step", {{"median", r.ms_median}, {"low", r.ms_low}, {"high", r.ms_high}}},
                    {"tokens_per_second", r.tokens_per_second},
                    {"gflop_per_step", 1e-9 * r.flops_per_step},
                    {"gflops", gflops},
                    {"peak_gflops", 1e-9 * r.peak_flops},
                    {"share_of_peak", 1e9 * gflops / r.peak_flops},
                    {"first_step_seconds", r.first_step_seconds},
                    {"peak_memory_mb", r.peak_memory_mb},
                    {"estimated_memory_mb", r.estimated_memory_mb}};
  json["allocations_per_step"] =
      r.allocations_per_step < 0 ? ordered_json() : ordered_json(r.allocations_per_step);
  json["lengths"] = lengths_json(work);
  if (!r.profile.entries().empty()) {
    json["profile"] = profile_json(work, r);
    json["thread_at_best"] = machine_json(r.machine);
    json["profile_layers"] = layers_json(r);
  }
  return json;
}

std::vector<std::string> summary(const Workload& work, const BenchmarkResult& r) {
  const double gflops = 1e-9 * r.flops_per_step * r.tokens_per_second / r.tokens_per_step;
  return {work.name,
          grouped(static_cast<std::int64_t>(r.tokens_per_second)),
          fmt::format("{:.2f}", r.ms_median),
          fmt::format("{:.2f}-{:.2f}", r.ms_low, r.ms_high),
          fmt::format("{:.0f}", gflops),
          fmt::format("{:.0f}%", 100e9 * gflops / r.peak_flops),
          fmt::format("{:.0f}", r.peak_memory_mb),
          r.allocations_per_step < 0 ? "-" : fmt::format("{:.1f}", r.allocations_per_step),
          fmt::format("{:.2f}", r.first_step_seconds)};
}

/// Of a run folder its config; another word as it is. A path that is not there is answered as a missing run.
std::string config_of_run(const std::string& word) {
  const bool is_path = std::filesystem::is_directory(word) || std::filesystem::path(word).has_parent_path();
  return std::ranges::count(workload_names(), word) == 0 && is_path && names_run(word)
             ? file_of_run(word, "config.toml")
             : word;
}

int call_bench(const Extensions& extensions, AllocationCounter allocations, const Arguments& arguments,
               Output& out) {
  BenchmarkRequest request;
  request.threads = threads_of(arguments);
  request.seconds = static_cast<double>(arguments.integer("--seconds", 3));
  request.profile = arguments.has("--profile");
  request.allocations = allocations;
  std::vector<std::string> names, overrides;
  for (const std::string& word : arguments.words) (is_override(word) ? overrides : names).push_back(word);
  if (names.empty()) names = workload_names();
  for (std::string& name : names) name = config_of_run(name);
  Table table({{"workload", Align::left},
               {"tokens/s"},
               {"ms a step"},
               {"10-90 of 100"},
               {"GFLOP/s"},
               {"of peak"},
               {"memory, MB"},
               {"allocations a step"},
               {"first step, s"}});
  std::string profiles, engine;
  double peak = 0;
  for (const std::string& name : names) {
    const Workload work = make_workload(name, overrides, extensions);
    const BenchmarkResult result = run_benchmark(work, request, extensions);
    request.first = false;
    if (arguments.has("--json")) {
      out.write(dump_json(result_json(work, result, request.threads), -1) + "\n");
      out.flush();
      continue;
    }
    table.add(summary(work, result));
    engine = result.engine;
    peak = result.peak_flops;
    if (request.profile)
      profiles += "\n" + escape(work.name) + ", a step:" + profile_text(result) +
                  (has_roofline(work, result) ? roofline_text(result) : "") + layers_text(result);
  }
  if (!arguments.has("--json"))
    out.write(table.text() + profiles +
              fmt::format("\nforward, backward and update on {} threads; products by {}; peak {:.0f} GFLOP/s "
                          "(multiply-adds alone)\n",
                          request.threads, engine, 1e-9 * peak));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb bench_verb(AllocationCounter allocations) {
  Verb verb;
  verb.name = "bench";
  verb.summary = "measure how fast training steps are";
  verb.description =
      "Trains on random tokens of fixed shapes (tiny, small, base-small, mini, long, uneven-tiny, "
      "uneven-small), or on the data of a config, and prints real tokens a second, the time of a step "
      "(median and spread), GFLOP/s of all products (counted exactly), memory and heap allocations. Nothing "
      "is written.";
  verb.words = {{"WORKLOAD", "one of the shapes, or a config file (default: every shape)", false, false},
                {"KEY=VALUE", "settings, for example model.dropout=0 train.shards=16", false, true}};
  verb.options = {
      {"--profile", "",
       "print each operation's share, forward and backward, with its GFLOP/s or GB/s; in fp32 beside what it "
       "takes at least on this CPU; and each layer's share"},
      {"--seconds", "N", "how long to measure each workload (default: 3; example: --seconds 10)", 1, 3600},
      threads_option(),
      json_option("one JSON object a workload and line in place of the table")};
  verb.examples = {"bench", "bench tiny model.dropout=0 --threads 1 --profile",
                   "bench configs/splice.toml --json"};
  verb.call = [allocations](const Extensions& extensions, const Arguments& arguments, Output& out) {
    return call_bench(extensions, allocations, arguments, out);
  };
  verb.trains = true;
  return verb;
}

}  // namespace orochi
