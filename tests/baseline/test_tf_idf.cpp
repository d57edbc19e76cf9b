// TF-IDF against scikit-learn's (scripts/make_golden_baseline.py).
#include <cstdlib>
#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

#include "baseline/tf_idf.hpp"
#include "catch.hpp"

using namespace orochi;

TEST_CASE("TF-IDF of words and of characters is scikit-learn's") {
  std::ifstream file(std::string(std::getenv("OROCHI_TEST_DATA")) + "/tf_idf.json");
  const nlohmann::json golden = nlohmann::json::parse(file);
  const auto texts = golden["texts"].get<std::vector<std::string>>();
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  ThreadPool pool(2);
  TfIdf words(GramUnit::word, 2, 1), characters(GramUnit::character, 5, 2);
  for (const auto& [name, block] : {std::pair("words", &words), std::pair("characters", &characters)}) {
    block->fit(views, pool);
    CHECK(block->width() == golden[name]["width"].get<Index>());
    for (std::size_t i = 0; i < golden["asked"].size(); ++i) {
      INFO(name << " of " << golden["asked"][i]);
      std::vector<feature_node> nodes{{1, 5}};  // of another block
      block->append(golden["asked"][i].get<std::string>(), 2, nodes);
      CHECK(nodes.front().value == 5);
      std::map<Index, double> found;
      for (const feature_node& node : std::span(nodes).subspan(1)) found[node.index - 2] = node.value;
      const auto wanted = golden[name]["rows"][i].get<std::map<std::string, double>>();
      CHECK(found.size() == wanted.size());
      for (const auto& [gram, value] : wanted) {
        INFO("n-gram \"" << gram << "\"");
        CHECK_THAT(found[block->find(gram)], catch_matchers::WithinAbs(value, 1e-12));
      }
    }
  }
}
