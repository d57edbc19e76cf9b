#include "cli/report/answering.hpp"

#include <span>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <orochi/error.hpp>

#include "cli/report/browser/model.hpp"
#include "cli/report/drawings.hpp"
#include "core/utf8.hpp"

namespace orochi {

std::vector<std::string_view> browser_module();  // generated: gzip in base64; nothing without Emscripten

bool has_browser_module() { return !browser_module().empty(); }

nlohmann::ordered_json answering_content(const Model& trained) {
  const auto because = [](const std::string& reason) { return nlohmann::ordered_json{{"reason", reason}}; };
  if (!has_browser_module())
    return because(
        "orochi was built without Emscripten, which makes the part of it that runs in a page: "
        "scripts/install-packages --for browser, then build again");
  if (trained.preprocessing.channels > 0) return because("its inputs are numbers, and a page takes texts");
  const std::span<const Scalar> parameters = trained.classifier->parameters().flat();
  nlohmann::ordered_json json{{"texts", trained.preprocessing.texts}, {"model", browser_json(trained)}};
  try {
    browser_model(json["model"], parameters);  // as the page will
  } catch (const Error& error) {
    return because(
        utf8::escape(error.what()) +
        " (a page has the components that come with Orochi, but for the tokenizers bpe and unigram)");
  }
  const std::span<const std::byte> bytes = std::as_bytes(parameters);
  json["parameters"] = base64({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
  std::string module;
  for (const std::string_view part : browser_module()) module += part;
  json["module"] = module;
  return json;
}

}  // namespace orochi
