// orochi doctor: what the program is and has here, and whether that is enough.
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <orochi/column.hpp>
#include <orochi/error.hpp>

#include "about/about.hpp"
#include "baseline/baseline.hpp"
#include "bench/benchmark.hpp"
#include "cli/build_text.hpp"
#include "cli/metrics_report.hpp"
#include "cli/report/answering.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "core/kernels/kernels.hpp"
#include "core/temporary_file.hpp"
#include "data/file_errors.hpp"
#include "data/raw.hpp"
#include "exchange/onnx.hpp"
#include "ranks/join.hpp"
#include "run/machine_memory.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

/// One line of the report: a name, what there is, and what the user should do.
struct Finding {
  std::string name, found;
  std::string wrong = {};   // needed, and not as it should be
  std::string advice = {};  // could be better
};

/// Whether an engine's products agree with sums in double.
bool multiplies_well(const std::string& engine) {
  constexpr Index m = 37, n = 29, k = 61;
  std::vector<Scalar> a(m * k), b(n * k), c(m * n);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = std::sin(static_cast<Scalar>(i));
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = std::cos(static_cast<Scalar>(3 * i));
  kernels::gemm_nt(kernels::choose_engine(engine.c_str()), m, n, k, {a.data(), k}, {b.data(), k}, c.data(), n,
                   false);
  for (Index i = 0; i < m; ++i)
    for (Index j = 0; j < n; ++j) {
      double sum = 0;
      for (Index at = 0; at < k; ++at)
        sum += static_cast<double>(a[static_cast<std::size_t>(i * k + at)]) *
               static_cast<double>(b[static_cast<std::size_t>(j * k + at)]);
      if (!(std::abs(static_cast<double>(c[static_cast<std::size_t>(i * n + j)]) - sum) < 1e-4)) return false;
    }
  return true;
}

Finding cpu() {
  Finding cpu{"CPU",
              fmt::format("{}: {}; this program is built for {}", cpu_name(), cpu_level(), built_level())};
  if (built_level() < cpu_level().substr(0, built_level().size()))
    cpu.advice =
        "the program does not use all of this CPU: build it here with -DOROCHI_NATIVE=ON (scripts/test does)";
  return cpu;
}

Finding products() {
  Finding products{"kernels", "auto takes " + automatic_engine() + "; there are"};
  std::vector<std::string> missing;
  for (const Ability& engine : engines()) {
    if (!engine.missing.empty()) {
      missing.push_back(engine.missing);
      continue;
    }
    products.found += " " + engine.word;
    if (!multiplies_well(engine.word))
      products.wrong += fmt::format(
          "products by {0} are wrong on this machine: train.kernels must not be \"{0}\"; ", engine.word);
  }
  products.found +=
      products.wrong.empty() ? ", whose products agree with plain sums; train.precision may be" : "";
  for (const Ability& precision : precisions()) {
    if (precision.missing.empty())
      products.found += " " + precision.word;
    else
      missing.push_back(precision.missing);
  }
  products.advice = fmt::format("{}", fmt::join(missing, "; "));
  return products;
}

Finding threads(int count) {
  const char* asked = std::getenv("OMP_NUM_THREADS");
  Finding threads{"threads",
                  fmt::format("{}{}", counted(count, "thread"),
                              asked == nullptr ? "" : fmt::format(", OMP_NUM_THREADS is {}", asked))};
  try {
    threads.found +=
        fmt::format("; {:.0f} GFLOP/s in a loop of multiply-adds", 1e-9 * peak_of_threads(count));
  } catch (const Error& error) {
    threads.wrong = error.what();
  }
  return threads;
}

Finding memory() {
  constexpr double little = 200e6;
  const MemoryLeft left = memory_left(0);
  Finding memory{"memory", left.reason.empty() ? "not known" : left.reason};
  if (left.bytes < little)
    memory.wrong = fmt::format("{} are too few to train in: end other programs, or raise the limit",
                               memory_text(left.bytes));
  return memory;
}

/// By making one: what access rights say is not all.
bool takes_files(const std::string& folder) {
  std::string path;
  const int file = make_temporary_file(folder, path);
  if (file < 0) return false;
  ::unlink(path.c_str());
  return ::close(file) == 0;
}

Finding runs() {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  const fs::path folder = fs::is_directory("runs", error) ? here / "runs" : here;
  Finding runs{"runs", fmt::format("in {}", folder.string())};
  if (!takes_files(folder.string()))
    runs.wrong = "nothing can be written there: go to another folder, or give --run DIR to train";
  else if (const fs::space_info space = fs::space(folder, error); !error)
    runs.found += fmt::format(", {} free", memory_text(static_cast<double>(space.available)));
  return runs;
}

/// For data.storage = "disk" alone.
Finding disk() {
  const std::string folder = disk_folder();
  Finding disk{"data on disk", "in " + folder};
  try {
    static_cast<void>(Storage::on_disk(folder));
  } catch (const Error& error) {
    disk.advice = std::string("data.storage = \"disk\" cannot be had: ") + error.what();
  }
  return disk;
}

Finding parts() {
  const std::string liblinear = liblinear_text();
  Finding parts{"libraries",
                libraries_text() + (liblinear.empty() ? "" : ", " + liblinear + " for `baseline`")};
  std::vector<std::string> missing;
  const auto left_out = [&](bool is_there, const char* what) {
    if (!is_there) missing.emplace_back(what);
  };
  left_out(has_baselines(), "built without liblinear (liblinear-dev), which `baseline` needs");
  left_out(has_onnx(),
           "built without ONNX (libonnx-dev, libprotobuf-c-dev, protobuf-c-compiler), which `export --format "
           "onnx` needs");
  left_out(has_mpi(), "built without MPI (libopenmpi-dev), which `train` on several machines needs");
  left_out(has_browser_module(),
           "built without Emscripten (emscripten), which puts the model into the page that `report` writes");
  parts.advice = fmt::format("{}", fmt::join(missing, "; "));
  return parts;
}

std::string text_of(const std::vector<Finding>& findings) {
  constexpr std::size_t margin = 14;
  std::string text, wrong;
  const auto add = [&](const std::string& name, const std::string& what) {
    text += with_title(name, escape(what), margin);
  };
  for (const Finding& finding : findings) {
    add(finding.name, finding.found);
    if (!finding.advice.empty()) add("", "note: " + finding.advice);
    if (!finding.wrong.empty()) add("", "WRONG: " + finding.wrong);
    if (!finding.wrong.empty()) wrong += (wrong.empty() ? "" : ", ") + finding.name;
  }
  return text + (wrong.empty() ? "\neverything that training needs is here\n"
                               : fmt::format("\nnot as it should be: {}\n", wrong));
}

nlohmann::ordered_json json_of(const std::vector<Finding>& findings) {
  auto json = nlohmann::ordered_json::array();
  for (const Finding& finding : findings)
    json.push_back({{"name", finding.name},
                    {"found", finding.found},
                    {"note", finding.advice},
                    {"wrong", finding.wrong}});
  return json;
}

int call_doctor(const Extensions&, const Arguments& arguments, Output& out) {
  const auto count = threads_of(arguments);
  const std::vector<Finding> findings{
      {"program", program_text()}, cpu(), products(), threads(count), memory(), runs(), disk(), parts()};
  out.write(arguments.has("--json") ? dump_json(json_of(findings), 2) + "\n" : text_of(findings));
  const bool good =
      std::ranges::all_of(findings, [](const Finding& finding) { return finding.wrong.empty(); });
  return static_cast<int>(good ? ExitCode::done : ExitCode::failed);
}

}  // namespace

Verb doctor_verb() {
  Verb verb;
  verb.name = "doctor";
  verb.summary = "say what the program is and has on this machine, and what is missing";
  verb.description =
      "Looks at the CPU, the kernels (whose products it checks), threads and their speed, memory, the places "
      "for runs and for data on disk, and the libraries. A note says what could be better; exit code 1 where "
      "something that training needs is missing or wrong.";
  verb.options = {threads_option(), json_option("a JSON array: name, found, note, wrong")};
  verb.examples = {"doctor"};
  verb.call = call_doctor;
  return verb;
}

}  // namespace orochi
