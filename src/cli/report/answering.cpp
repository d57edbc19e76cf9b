#include "cli/report/answering.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <zlib.h>

#include <orochi/error.hpp>

#include "cli/report/browser/model.hpp"
#include "cli/report/drawings.hpp"
#include "core/utf8.hpp"

namespace orochi {

std::vector<std::string_view> browser_module();  // generated: gzip in base64; nothing without Emscripten

namespace {

/// Deflated, in base64: browser.js inflates it.
std::string packed(std::span<const std::byte> bytes) {
  uLongf size = compressBound(bytes.size());
  std::vector<unsigned char> result(size);
  const auto* from = reinterpret_cast<const unsigned char*>(bytes.data());
  if (compress2(result.data(), &size, from, bytes.size(), Z_BEST_COMPRESSION) != Z_OK)
    throw failure("the model could not be packed for the page");
  return base64(std::span(result).first(size));
}

}  // namespace

bool has_browser_module() { return !browser_module().empty(); }

nlohmann::ordered_json answering_content(const Model& trained) {
  const auto because = [](const std::string& reason) { return nlohmann::ordered_json{{"reason", reason}}; };
  if (!has_browser_module())
    return because(
        "orochi was built without Emscripten, which makes the part of it that runs in a page: "
        "scripts/install-packages --for browser, then build again");
  if (trained.preprocessing.channels > 0) return because("its inputs are numbers, and a page takes texts");
  const std::span<const Scalar> parameters = trained.classifier->parameters().flat();
  const std::string model = browser_json(trained).dump();
  try {
    browser_model(nlohmann::ordered_json::parse(model), parameters);  // as the page will
  } catch (const Error& error) {
    return because(utf8::escape(error.what()) + " (a page has the components that come with Orochi)");
  }
  std::string module;
  for (const std::string_view part : browser_module()) module += part;
  return {{"texts", trained.preprocessing.texts},
          {"model", packed(std::as_bytes(std::span(model)))},
          {"parameters", packed(std::as_bytes(parameters))},
          {"module", module}};
}

}  // namespace orochi
