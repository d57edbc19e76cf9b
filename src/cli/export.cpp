// orochi export: a model as other frameworks load it.
#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

#include "cli/test_data.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "data/file_errors.hpp"
#include "exchange/hugging_face.hpp"
#include "exchange/onnx.hpp"
#include "inference/model_file.hpp"

namespace orochi {
namespace {

/// What was written, and the line of Python that loads it.
struct Written {
  std::string kind, loading;
  std::vector<std::string> notes;
};

Written write_folder(const Model& model, const std::string& path) {
  const Exported done = export_safetensors(model, path);
  const std::string folder = escape(path);
  if (done.model_class.empty())
    return {"plain tensors", fmt::format("safetensors.numpy.load_file(\"{}/model.safetensors\")", folder),
            done.notes};
  return {done.model_class,
          fmt::format("transformers.{}.from_pretrained(\"{}\")",
                      model.task == nullptr ? "AutoModel" : "AutoModelForSequenceClassification", folder),
          done.notes};
}

Written write_onnx(const Model& model, const std::string& path) {
  const std::vector<std::string> notes = export_onnx(model, path);
  return {"ONNX", fmt::format("onnxruntime.InferenceSession(\"{}\")", escape(path)), notes};
}

struct Format {
  const char *name, *out;  // what --out is
  Written (*write)(const Model& model, const std::string& path);
};
constexpr Format formats[]{{"safetensors", "the folder to write, such as exported", write_folder},
                           {"onnx", "the file to write, such as model.onnx", write_onnx}};

const Format& format_of(const std::string& name) {
  std::vector<std::string> names;
  for (const Format& format : formats) {
    if (name == format.name) return format;
    names.push_back(format.name);
  }
  throw usage_error(fmt::format("--format is {}; allowed: {}", quote(name), fmt::join(names, " | ")));
}

int call_export(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const Format& format = format_of(arguments.text("--format", formats[0].name));
  const std::string path = arguments.text("--out");
  if (path.empty()) throw usage_error(fmt::format("--out is missing: {}", format.out));
  const std::string checkpoint = checkpoint_of(arguments);
  Model model = Model::load_encoder(checkpoint, extensions);
  require_one_member(model);
  if (model.task != nullptr && !model.task->are_in_file()) model = without_head(std::move(model));
  refuse_output_over_inputs(path, checkpoint, model.config.data, {});
  const Written done = format.write(model, path);
  for (const std::string& note : done.notes) std::cerr << escape(note) + "\n";
  out.write(fmt::format("{}: {}, {} parameters\nnext, in Python: {}\n", escape(path), done.kind,
                        grouped(model.classifier->parameters().count()), done.loading));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb export_verb() {
  Verb verb;
  verb.name = "export";
  verb.summary = "write a model as Hugging Face's tools or ONNX Runtime load it";
  verb.description =
      "--format safetensors writes a folder with config.json, model.safetensors and the tokenizer's files, "
      "which transformers loads as BertForSequenceClassification (or DistilBERT's, RoBERTa's, ELECTRA's) "
      "with the same outputs, or, of what import wrote, as BertModel and so on. Of a model that transformers "
      "does not have, the folder has the tensors by Orochi's names and config.toml; a note says which keys "
      "are in the way. --format onnx writes a file with the whole graph from token ids (or numbers) to "
      "outputs, of any model of built-in layers, with vocabulary and labels as properties. Of a model that "
      "was pre-trained without labels the encoder is written.";
  verb.words = {{"CHECKPOINT", "a file that training or import wrote; of a run folder its best.h5"}};
  verb.options = {{"--out", "PATH",
                   "the folder to write, a new or an empty one; of onnx the file (example: --out exported)"},
                  {"--format", "FORMAT", "safetensors (default) or onnx"}};
  verb.examples = {"export runs/reviews --out exported",
                   "export runs/reviews --format onnx --out model.onnx"};
  verb.call = call_export;
  return verb;
}

}  // namespace orochi
