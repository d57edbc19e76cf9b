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

std::string take_word_vectors(const RunSetup& setup, const Sequences& train, Model& model) {
  if (model.preprocessing.tokenizer == nullptr)
    throw usage_error(setup.config_path +
                      ": data.word_vectors is given, but the data is numeric: it has no words");
  const Tokenizer& tokenizer = *model.preprocessing.tokenizer;
  const std::string path =
      checkpoint_at((std::filesystem::path(setup.data_folder) / setup.config.data.word_vectors).string());
  const WordVectors vectors = is_checkpoint(path)
                                  ? vectors_of(Model::load_encoder(path, model.extensions), tokenizer)
                                  : read_word_vectors(path, tokenizer);
  const ParameterView& table = embeddings(model);
  if (vectors.columns != table.shape.back())
    throw usage_error(fmt::format(
        "{}: the vectors have {} numbers, but the embeddings {}; set model.embedding_dim = {}, from which a "
        "linear layer leads to model.d_model",
        path, vectors.columns, table.shape.back(), vectors.columns));
  if (vectors.ids.empty())
    throw usage_error(
        fmt::format("{}: it has none of the {} tokens of the vocabulary; name vectors of the same language, "
                    "and a tokenizer "
                    "of words",
                    path, grouped(tokenizer.vocabulary_size())));
  Scalar* weights = model.classifier->parameters().data() + table.offset;  // [V, C]
  std::vector<bool> has(as_size(table.shape.front()));
  for (std::size_t i = 0; i < vectors.ids.size(); ++i) {
    std::copy_n(vectors.rows.begin() + static_cast<Index>(i) * vectors.columns, vectors.columns,
                weights + vectors.ids[i] * vectors.columns);
    has[as_size(vectors.ids[i])] = true;
  }
  const Index rows = std::ranges::count_if(train.tokens, [&](std::int32_t id) { return has[as_size(id)]; });
  return fmt::format(
      "{}: vectors of {} of the {} tokens of the vocabulary ({:.1f} %), which are {:.1f} % of the training "
      "text",
      path, grouped(std::ssize(vectors.ids)), grouped(tokenizer.vocabulary_size()),
      share(std::ssize(vectors.ids), tokenizer.vocabulary_size()), share(rows, std::ssize(train.tokens)));
}

}  // namespace orochi
