// orochi embed: sequences as vectors.
#include <array>
#include <filesystem>
#include <iostream>
#include <utility>

#include <fmt/format.h>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "cli/line_reader.hpp"
#include "cli/test_data.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "core/as_size.hpp"
#include "data/file_errors.hpp"
#include "data/input_encoder.hpp"
#include "data/inputs.hpp"
#include "inference/model_file.hpp"
#include "io/image_builder.hpp"
#include "io/whole_file.hpp"

namespace orochi {
namespace {

struct Vectors {
  Index count = 0, width = 0;
  std::vector<float> numbers;  // [count, width]
};

using Bytes = std::vector<unsigned char>;

Bytes as_tsv(const Vectors& vectors) {
  std::string text;
  for (Index i = 0; i < vectors.count; ++i)
    text += fmt::format(
        "{}\n",
        fmt::join(std::span(vectors.numbers).subspan(as_size(i * vectors.width), as_size(vectors.width)),
                  "\t"));
  return {text.begin(), text.end()};
}

/// NumPy's format 1.0 (numpy.lib.format): the numbers begin at a multiple of 64 bytes.
Bytes as_npy(const Vectors& vectors) {
  std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}",
                                   vectors.count, vectors.width);
  constexpr std::size_t before = 10;
  header.append(63 - (before + header.size()) % 64, ' ');
  header += '\n';
  std::string start("\x93NUMPY\x01\x00", 8);
  start += static_cast<char>(header.size() % 256);
  start += static_cast<char>(header.size() / 256);
  start += header;
  Bytes bytes(start.begin(), start.end());
  const auto* numbers = reinterpret_cast<const unsigned char*>(vectors.numbers.data());
  bytes.insert(bytes.end(), numbers, numbers + vectors.numbers.size() * sizeof(float));
  return bytes;
}

Bytes as_hdf5(const Vectors& vectors) {
  hdf5::ImageBuilder image;
  const std::array<Index, 2> shape{vectors.count, vectors.width};
  image.tensor("vectors", shape, vectors.numbers.data());
  return image.bytes();
}

using Writer = Bytes (*)(const Vectors&);
constexpr std::array<std::pair<const char*, Writer>, 3> writers{
    {{".tsv", as_tsv}, {".npy", as_npy}, {".h5", as_hdf5}}};

/// By the ending of the file's name.
Writer writer_of(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  std::string known;
  for (const auto& [name, writer] : writers) {
    if (ending == name) return writer;
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  throw usage_error(fmt::format("--out is {}; its ending says the format, one of {}", path, known));
}

Sequences read_lines(const Model& model, const std::string& path) {
  LineReader reader(path);
  if (reader.is_terminal()) std::cerr << "one sequence a line; Ctrl-D ends\n";
  const InputEncoder encoder(model.config.data, model.preprocessing);
  Sequences data = encoder.none();
  Index cut = 0;
  while (reader.fill())
    for (std::string_view line; reader.next(line);) try {
        cut += encoder.append_line(line, data) && data.window == 0 ? 1 : 0;
      } catch (const Error& error) {
        throw usage_error(fmt::format("{}:{}: error: {}", reader.name(), reader.line_number(), error.what()));
      }
  if (cut > 0)
    std::cerr << fmt::format("{} of {} longer than max_length {} and cut\n", grouped(cut),
                             counted(data.size(), "sequence"), model.config.data.max_length);
  return data;
}

Sequences read_sequences(const Model& model, const std::string& path) {
  if (!is_data_file(model.config.data, model.extensions.readers, model.preprocessing, model.task.get(), path))
    return read_lines(model, path);
  std::vector<std::string> notes;
  Inputs inputs = load_inputs(model.config.data, model.extensions.readers, model.preprocessing, path, false,
                              false, notes);
  notes.push_back(
      fmt::format("read as data.format = \"{}\"; labels are ignored", model.config.data.format.type));
  for (const std::string& note : notes) std::cerr << escape(note) + "\n";
  return std::move(inputs.sequences);
}

int call_embed(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const std::string checkpoint = checkpoint_of(arguments), to = arguments.text("--out");
  const std::string file = file_word(arguments), path = file.empty() ? "-" : file;
  const Writer writer = to.empty() ? as_tsv : writer_of(to);
  Model model = without_head(Model::load_encoder(checkpoint, extensions));
  take_settings_behind(arguments, model);
  if (!to.empty()) refuse_output_over_inputs(to, checkpoint, model.config.data, {path});
  const Sequences data = read_sequences(model, path);
  Inference inference(model, threads_of(arguments));
  std::vector<std::uint32_t> samples;
  const std::span<const Scalar> found = inference.outputs(as_batch(data, samples));  // [B, C]
  const Bytes bytes = writer({data.size(), model.classifier->outputs(), {found.begin(), found.end()}});
  if (to.empty()) {
    out.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    out.flush();
  } else {
    write_whole_file(to, bytes);
    std::cerr << fmt::format("{}: {} of {} numbers\n", escape(to), counted(data.size(), "vector"),
                             model.classifier->outputs());
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb embed_verb() {
  Verb verb;
  verb.name = "embed";
  verb.summary = "sequences as vectors: what a model's head takes";
  verb.description =
      "Reads sequences as predict does, one a line or a FILE of the model's own format, and writes for each "
      "the row of d_model numbers that model.pooling makes of it, which the head would take. The checkpoint "
      "may be a trained model or what import wrote.";
  verb.words = {{"CHECKPOINT", "a file that training or import wrote; of a run folder its best.h5"},
                {"FILE", "the sequences (default: standard input, which is also -)", false, false},
                settings_word()};
  verb.options = {
      {"--out", "FILE",
       "write to FILE, by its ending .tsv, .npy (NumPy) or .h5 (HDF5, dataset /vectors), in place of "
       "standard output, which gets a line for each sequence, its numbers with tabs between"},
      threads_option()};
  verb.examples = {"embed encoder.h5 texts.txt --out vectors.npy"};
  verb.call = call_embed;
  return verb;
}

}  // namespace orochi
