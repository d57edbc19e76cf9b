// orochi import: an encoder of the BERT family as a checkpoint to start from.
#include <filesystem>
#include <iostream>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "data/file_errors.hpp"
#include "exchange/hugging_face.hpp"

namespace orochi {
namespace {

int call_import(const Extensions& extensions, const Arguments& arguments, Output& out) {
  if (!arguments.has("--out"))
    throw usage_error("--out FILE is missing: the checkpoint to write, such as encoder.h5");
  const std::string path = arguments.text("--out");
  std::error_code error;
  const auto folder = std::filesystem::weakly_canonical(arguments.words.front(), error),
             parent = std::filesystem::weakly_canonical(path, error).parent_path();
  if (folder == parent)
    throw usage_error(fmt::format("--out {} is in {}, which is only read; name a file outside of it", path,
                                  arguments.words.front()));
  std::vector<std::string> notes;
  const Model model = import_hugging_face(arguments.words.front(), extensions, notes);
  model.save(path);
  for (const std::string& note : notes) std::cerr << escape(note) + "\n";
  const ModelConfig& config = model.config.model;
  out.write(
      fmt::format("{}: {} of {}, {} columns, {} parameters\n"
                  "vocabulary   {} ({}), at most {} rows with the special tokens\n"
                  "pooling      {}\n"
                  "next: a config with\n  [model]\n  init_from = \"{}\"\n",
                  escape(path), counted(config.num_layers, "layer"), counted(config.num_heads, "head"),
                  config.d_model, grouped(model.classifier->parameters().count()),
                  counted(model.preprocessing.vocabulary_size(), "token"), model.config.data.tokenizer.type,
                  model.config.data.max_length, config.pooling, escape(path)));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb import_verb() {
  Verb verb;
  verb.name = "import";
  verb.summary = "read an encoder of the BERT family to start from";
  verb.description =
      "Reads a folder as Hugging Face's save_pretrained writes it (config.json, model.safetensors, "
      "tokenizer.json or vocab.txt) of the families BERT (MiniLM, BGE, E5 among them), DistilBERT, RoBERTa "
      "and ELECTRA, and writes its encoder with its tokenizer as a checkpoint without a head. "
      "model.init_from in a config names it, and training begins from its weights.";
  verb.words = {{"DIR", "the folder, for example all-MiniLM-L6-v2"}};
  verb.options = {{"--out", "FILE", "the checkpoint to write (example: --out encoder.h5)"}};
  verb.examples = {"import all-MiniLM-L6-v2 --out encoder.h5"};
  verb.call = call_import;
  return verb;
}

}  // namespace orochi
