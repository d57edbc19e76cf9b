// orochi report: a run as one page to look at.
#include <filesystem>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>
#include <orochi/model.hpp>

#include "cli/report/answering.hpp"
#include "cli/report/content.hpp"
#include "cli/report/page.hpp"
#include "cli/test_data.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "core/choices.hpp"
#include "data/file_errors.hpp"
#include "inference/model_file.hpp"
#include "io/whole_file.hpp"
#include "run/run_folder.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t heavy_page = 3000000, largest_answering_page = 5000000;  // bytes
constexpr std::size_t most_packed_bytes = 20000000;  // parameters of which packing is tried

/// Where the page goes; a folder that is not there is said before the work is done.
std::string output_path(const std::string& run, const Arguments& arguments) {
  const std::string path = arguments.text("--out", (fs::path(run) / "report.html").string());
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty() && !fs::is_directory(folder))
    throw usage_error(
        fmt::format("--out {}: there is no folder {}; make it, or choose another", path, folder.string()));
  return path;
}

/// Whether a page has the model in it.
enum class Try { automatic, always, never };
constexpr Choice<Try, 3> try_choice{"--try", {"auto", "always", "never"}};

/// The page, with what it takes to answer texts itself, or why it cannot.
std::string make_page(nlohmann::ordered_json content, const Model& trained, Try when) {
  if (when == Try::never) return report_page(content);
  const bool always = when == Try::always;
  if (always || trained.classifier->parameters().flat().size_bytes() < most_packed_bytes) {
    content["try"] = answering_content(trained);
    if (always && content["try"].contains("reason"))
      throw usage_error("--try always: the page cannot answer: " +
                        content["try"]["reason"].get<std::string>());
    std::string page = report_page(content);
    if (always || page.size() <= largest_answering_page) return page;
  }
  content["try"] = {{"reason",
                     "with it this file would be larger than the 5 MB that orochi report writes unasked; "
                     "--try always puts it in"}};
  return report_page(content);
}

int call_report(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const Try when = try_choice.value(arguments.text("--try", "auto"));
  ReportRequest request;
  request.run = arguments.words.front();
  request.checkpoint = file_of_run(request.run, "best.h5");
  request.sequences = static_cast<std::size_t>(arguments.integer("--sequences", 6));
  request.ablation = !arguments.has("--no-ablation");
  request.threads = threads_of(arguments);
  const std::string path = output_path(request.run, arguments);
  Model trained = Model::load(request.checkpoint, extensions);
  take_settings(trained, std::span(arguments.words).subspan(1));
  require_one_member(trained);
  require_answers(trained);
  refuse_output_over_inputs(path, request.checkpoint, trained.config.data, {arguments.text("--data")});
  const ReportData data = report_data(trained, request.checkpoint, arguments);
  std::cerr << data.trained_on;
  const nlohmann::ordered_json content = report_content(request, trained, data);
  const std::string page = make_page(content, trained, when);
  write_whole_file(path, bytes_of(page));
  if (page.size() > heavy_page)
    std::cerr << fmt::format(
        "the page is heavy: {} bytes; --sequences N draws fewer maps, --try never leaves the model out\n",
        grouped(static_cast<Index>(page.size())));
  if (content["baselines"].contains("hint"))
    std::cerr << content["baselines"]["hint"].get<std::string>() + "\n";
  out.write(fmt::format("wrote {}: open it in a browser\n", escape(path)));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb report_verb() {
  Verb verb;
  verb.name = "report";
  verb.summary = "write a run as one page to look at in a browser";
  verb.description =
      "Writes RUN/report.html, a single file that needs no network: figures of best.h5, the curves of "
      "training, the config, each class, the confusion matrix, the worst errors, what is lost without each "
      "head, and for some sequences every head's map, to be opened and walked through. Data: --data FILE; "
      "without it data.test of the checkpoint's config; where that is empty, the validation data of the "
      "training, and the page says so.";
  verb.words = {{"RUN", "the folder of a run, for example runs/splice"}, settings_word()};
  verb.options = {
      test_data_option(),
      {"--out", "FILE", "where the page goes (default: RUN/report.html)"},
      {"--sequences", "N", "sequences whose maps are drawn, up to half of them errors (default: 6)", 1, 60},
      {"--try", "WHEN",
       "put the model itself into the page, which then answers texts that are typed into it: auto (where the "
       "file stays under 5 MB), always or never (default: auto)"},
      {"--no-ablation", "", "leave out what is lost without each head: it takes an evaluation a head"},
      threads_option()};
  verb.examples = {"report runs/splice", "report runs/splice --sequences 12 --out splice.html"};
  verb.call = call_report;
  return verb;
}

}  // namespace orochi
