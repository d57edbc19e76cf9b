// orochi export: a model as other frameworks load it.
#include <iostream>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "cli/test_data.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "data/file_errors.hpp"
#include "exchange/hugging_face.hpp"

namespace orochi {
namespace {

/// The line of Python that loads the folder.
std::string loading(const Model& model, const std::string& model_class, const std::string& folder) {
  if (model_class.empty())
    return fmt::format("safetensors.numpy.load_file(\"{}/model.safetensors\")", folder);
  return fmt::format("transformers.{}.from_pretrained(\"{}\")",
                     model.task == nullptr ? "AutoModel" : "AutoModelForSequenceClassification", folder);
}

int call(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const std::string folder = arguments.text("--out"), format = arguments.text("--format", "safetensors");
  if (folder.empty()) throw usage_error("--out DIR is missing: the folder to write, such as exported");
  if (format != "safetensors")
    throw usage_error(fmt::format("--format is {}; allowed: safetensors", quote(format)));
  const Model model = Model::load_encoder(checkpoint_of(arguments), extensions);
  const Exported done = export_safetensors(model, folder);
  for (const std::string& note : done.notes) std::cerr << escape(note) + "\n";
  out.write(fmt::format("{}: {}, {} parameters\nnext, in Python: {}\n", escape(folder),
                        done.model_class.empty() ? "plain tensors" : done.model_class,
                        grouped(model.classifier->parameters().count()),
                        loading(model, done.model_class, escape(folder))));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb export_verb() {
  Verb verb;
  verb.name = "export";
  verb.summary = "write a model as Hugging Face's tools load it";
  verb.description =
      "Writes a folder with config.json, model.safetensors and the tokenizer's files, which transformers "
      "loads "
      "as BertForSequenceClassification (or DistilBERT's, RoBERTa's, ELECTRA's) with the same outputs, or, "
      "of "
      "what import wrote, as BertModel and so on. Of a model that transformers does not have, the folder "
      "has the tensors by Orochi's names and config.toml; a note says which keys are in the way.";
  verb.words = {{"CHECKPOINT", "a file that training or import wrote; of a run folder its best.h5"}};
  verb.options = {{"--out", "DIR", "the folder to write: a new or an empty one (example: --out exported)"},
                  {"--format", "FORMAT", "safetensors, the only one (default)"}};
  verb.examples = {"export runs/reviews --out exported"};
  verb.call = call;
  return verb;
}

}  // namespace orochi
