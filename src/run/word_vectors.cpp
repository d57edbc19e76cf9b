#include "run/word_vectors.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "data/file_errors.hpp"
#include "data/word_vectors.hpp"
#include "run/start.hpp"

namespace orochi {
namespace {

const ParameterView& embeddings(const Model& model) {
  const std::span<const ParameterView> views = model.classifier->parameters().views();
  return *std::ranges::find(views, "embedding.weight", &ParameterView::name);
}

bool is_checkpoint(const std::string& path) {
  std::string beginning(4, ' ');
  return std::ifstream(path, std::ios::binary).read(beginning.data(), 4) && beginning == "\x89HDF";
}

/// Those of a checkpoint, by token.
WordVectors vectors_of(const Model& other, const Tokenizer& tokenizer) {
  if (other.preprocessing.tokenizer == nullptr)
    throw usage_error("data.word_vectors names a checkpoint of numeric rows, which has no embeddings");
  const Tokenizer& others = *other.preprocessing.tokenizer;
  std::map<std::string, Index> rows;
  for (Index row = 0; row < others.vocabulary_size(); ++row)
    rows.emplace(others.token(static_cast<std::int32_t>(row)), row);
  WordVectors vectors;
  vectors.columns = embeddings(other).shape.back();
  const Scalar* table = other.classifier->parameters().data() + embeddings(other).offset;  // [V, C]
  for (Index id = 0; id < tokenizer.vocabulary_size(); ++id) {
    const auto found = rows.find(tokenizer.token(static_cast<std::int32_t>(id)));
    if (found == rows.end()) continue;
    vectors.ids.push_back(static_cast<std::int32_t>(id));
    const Scalar* row = table + found->second * vectors.columns;
    vectors.rows.insert(vectors.rows.end(), row, row + vectors.columns);
  }
  return vectors;
}

double share(Index part, Index all) {
  return 100 * static_cast<double>(part) / static_cast<double>(std::max<Index>(all, 1));
}

}  // namespace

WordVectors read_word_vectors(const RunSetup& setup, const Model& model) {
  const std::string& named = setup.config.data.word_vectors;
  if (named.empty()) return {};
  if (model.preprocessing.tokenizer == nullptr)
    throw usage_error(setup.config_path +
                      ": data.word_vectors is given, but the data is numeric: it has no words");
  const Tokenizer& tokenizer = *model.preprocessing.tokenizer;
  const std::string path = checkpoint_at((std::filesystem::path(setup.data_folder) / named).string());
  WordVectors vectors = is_checkpoint(path)
                            ? vectors_of(Model::load_encoder(path, model.extensions), tokenizer)
                            : read_word_vectors(path, tokenizer);
  const Index columns = embeddings(model).shape.back();
  if (vectors.columns != columns)
    throw usage_error(fmt::format(
        "{}: the vectors have {} numbers, but the embeddings {}; set model.embedding_dim = {}, from which a "
        "linear layer leads to model.d_model",
        path, vectors.columns, columns, vectors.columns));
  if (vectors.ids.empty())
    throw usage_error(
        fmt::format("{}: there is no vector of any of the {} tokens of the vocabulary, such as {}; name "
                    "vectors of the same "
                    "language and case, and a tokenizer of words",
                    path, grouped(tokenizer.vocabulary_size()),
                    quote(tokenizer.token(static_cast<std::int32_t>(tokenizer.vocabulary_size() - 1)))));
  return vectors;
}

std::string take_word_vectors(const WordVectors& vectors, const Sequences& train, Model& model) {
  const ParameterView& table = embeddings(model);
  Scalar* weights = model.classifier->parameters().data() + table.offset;  // [V, C]
  std::vector<bool> has(as_size(table.shape.front()));
  for (std::size_t i = 0; i < vectors.ids.size(); ++i) {
    std::copy_n(vectors.rows.begin() + static_cast<Index>(i) * vectors.columns, vectors.columns,
                weights + vectors.ids[i] * vectors.columns);
    has[as_size(vectors.ids[i])] = true;
  }
  const Index size = model.preprocessing.vocabulary_size(), found = std::ssize(vectors.ids);
  const Index rows = std::ranges::count_if(train.tokens, [&](std::int32_t id) { return has[as_size(id)]; });
  return fmt::format(
      "word vectors of {} of the {} tokens of the vocabulary ({:.1f} %), which are {:.1f} % of the training "
      "text",
      grouped(found), grouped(size), share(found, size), share(rows, std::ssize(train.tokens)));
}

}  // namespace orochi
