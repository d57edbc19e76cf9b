// Encoders of other frameworks: the same tokens and the same rows as there, and clear words where that cannot
// be.
#include <orochi/error.hpp>

#include "catch.hpp"
#include "data/temp_folder.hpp"
#include "exchange/hugging_face.hpp"
#include "golden_rows.hpp"

using namespace orochi;
using namespace orochi::test;
using catch_matchers::Contains;
using orochi::testing::TempFolder;
namespace fs = std::filesystem;

namespace {

std::string folder_of(const std::string& family) { return encoders_folder() + "/" + family; }

/// A copy of a family's folder, to be changed.
struct Copy {
  explicit Copy(const std::string& family) : folder(temp.path() + "/" + family) {
    fs::copy(folder_of(family), folder, fs::copy_options::recursive);
  }
  void replace(const std::string& file, const std::string& from, const std::string& to) const {
    std::string text = read(folder + "/" + file);
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    std::ofstream(folder + "/" + file, std::ios::binary) << text.replace(at, from.size(), to);
  }
  std::string message() const {
    try {
      imported(folder);
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::usage);
      return error.what();
    }
    return "";
  }
  TempFolder temp;
  std::string folder;
};

}  // namespace

TEST_CASE("an imported encoder has PyTorch's rows", "[import]") {
  for (const char* family : {"bert", "minilm", "distilbert", "roberta", "electra"}) {
    INFO(family);
    const Model model = imported(folder_of(family));
    CHECK(largest_difference(model, folder_of(family) + "/golden.safetensors") < 1e-5);
    CHECK(model.config.data.max_length == 48);
    CHECK(model.task == nullptr);
  }
}

TEST_CASE("an imported encoder is a checkpoint without a head", "[import]") {
  const TempFolder folder;
  const std::string path = folder.path() + "/encoder.h5";
  imported(folder_of("bert")).save(path);
  CHECK_THROWS_WITH(Model::load(path),
                    Contains("is an encoder without a head") && Contains("model.init_from"));
  const Model loaded = Model::load_encoder(path);
  CHECK(loaded.config.model.pooling == "pooler");
  CHECK(largest_difference(loaded, folder_of("bert") + "/golden.safetensors") < 1e-5);
}

TEST_CASE("pooling is what the folder says", "[import]") {
  CHECK(imported(folder_of("minilm")).config.model.pooling == "mean");
  CHECK(imported(folder_of("roberta")).config.model.pooling == "pooler");
  CHECK(imported(folder_of("electra")).config.model.pooling == "mean");
  const Copy copy("minilm");
  copy.replace("1_Pooling/config.json", "\"pooling_mode_cls_token\": false",
               "\"pooling_mode_cls_token\": true");
  copy.replace("1_Pooling/config.json", "\"pooling_mode_mean_tokens\": true",
               "\"pooling_mode_mean_tokens\": false");
  CHECK(imported(copy.folder).config.model.pooling == "first");
}

TEST_CASE("tensors without a place in the encoder are named", "[import]") {
  std::vector<std::string> notes;
  imported(folder_of("bert"), &notes);
  REQUIRE(notes.size() == 1);
  CHECK_THAT(notes.front(), Contains("cls.predictions.bias"));
}

TEST_CASE("a folder that does not fit says what and where", "[import]") {
  const auto check = [](const std::string& family, const std::string& file, const std::string& from,
                        const std::string& to, const std::string& expected) {
    INFO(expected);
    const Copy copy(family);
    copy.replace(file, from, to);
    CHECK_THAT(copy.message(), Contains(expected));
  };
  check("bert", "config.json", "\"bert\"", "\"gpt2\"",
        "model_type is \"gpt2\"; expected one of bert, distilbert");
  check("bert", "config.json", "\"gelu\"", "\"selu\"", "the activation is \"selu\"");
  check("bert", "config.json", "\"num_attention_heads\": 2", "\"num_attention_heads\": 3",
        "sizes are those of no");
  check("bert", "config.json", "\"num_attention_heads\": 2", "\"num_attention_heads\": \"x\"",
        "num_attention_heads is \"x\"; expected an integer");
  check("bert", "config.json", "\"num_attention_heads\": 2", "\"num_attention_heads\": 2.5",
        "num_attention_heads is 2.5; expected an integer");
  check("bert", "config.json", "\"num_attention_heads\"", "\"heads\"", "num_attention_heads is missing");
  check("bert", "config.json", "\"model_type\": \"bert\"", "\"model_type\": 7", "model_type is \"\"");
  check("bert", "config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1000000",
        "too many numbers");
  check("roberta", "config.json", "\"pad_token_id\": 1", "\"pad_token_id\": -5",
        "pad_token_id is -5; expected 0 to 48");
  check("roberta", "config.json", "\"pad_token_id\": 1", "\"pad_token_id\": 49", "pad_token_id is 49");
  check("bert", "config.json", "\"is_decoder\": false",
        "\"position_embedding_type\": " + std::string(100000, '[') + std::string(100000, ']'),
        "nested more than 64 deep");
  check("minilm", "1_Pooling/config.json", "\"pooling_mode_cls_token\": false",
        "\"pooling_mode_cls_token\": true", "expected one pooling_mode_ that is true");
  check("minilm", "tokenizer_config.json", "true", "\"False\"",
        "do_lower_case is \"False\"; expected true or false");
  check("minilm", "tokenizer_config.json", "true", "true, \"strip_accents\": false",
        "strip_accents is false, which a tokenizer.json must say");
  check("bert", "config.json", "\"is_decoder\": false", "\"is_decoder\": true", "is_decoder is true");
  check("bert", "config.json", "\"intermediate_size\": 12", "\"intermediate_size\": 13",
        "bert.encoder.layer.1.intermediate.dense.weight: [12, 8]; expected [13, 8]");
  check("bert", "config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3",
        "bert.encoder.layer.2.output.LayerNorm.bias: is missing");
  check("bert", "config.json", "{", "[", "expected a JSON object");
  check("minilm", "vocab.txt", "[UNK]\n", "[unk]\n", "the vocabulary has no \"[UNK]\"");
}

TEST_CASE("a folder without one of its files says which", "[import]") {
  const auto check = [](const std::string& family, const std::string& file, const std::string& expected) {
    const Copy copy(family);
    fs::remove(copy.folder + "/" + file);
    CHECK_THAT(copy.message(), Contains(expected));
  };
  check("bert", "config.json", "config.json: cannot be opened");
  check("bert", "model.safetensors", "model.safetensors");
  check("minilm", "vocab.txt", "tokenizer.json: is missing, and so is vocab.txt");
  check("roberta", "tokenizer.json", "save_pretrained writes it");
  const Copy copy("bert");
  fs::rename(copy.folder + "/model.safetensors", copy.folder + "/pytorch_model.bin");
  CHECK_THAT(copy.message(), Contains("safe_serialization=True"));
}
