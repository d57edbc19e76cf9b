// What the page calls: texts go in and out as UTF-8 that ends with a zero.
#include <cstdint>
#include <exception>
#include <string>

#include <nlohmann/json.hpp>

#include "cli/report/browser/answer.hpp"
#include "cli/report/browser/model.hpp"

namespace {

using nlohmann::ordered_json;

struct Browser {
  orochi::Model model;
  std::string said;  // by the last call
};

/// What `work` returns, or {error}, as a text that stays until the next call.
template <class Work>
const char* say(Browser& browser, const Work& work) {
  try {
    browser.said = work().dump();
  } catch (const std::exception& error) {
    browser.said =
        ordered_json{{"error", error.what()}}.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  }
  return browser.said.c_str();
}

}  // namespace

extern "C" {

Browser* orochi_start() { return new Browser; }

const char* orochi_load(Browser* browser, const char* model, const float* parameters, std::uint32_t count) {
  return say(*browser, [&] {
    browser->model = orochi::browser_model(ordered_json::parse(model), {parameters, count});
    return ordered_json::object();
  });
}

/// {texts: [...], off: [[layer, head] ...]}
const char* orochi_answer(Browser* browser, const char* question) {
  return say(*browser, [&] {
    const ordered_json json = ordered_json::parse(question);
    std::vector<orochi::HeadAt> off;
    for (const ordered_json& head : json.at("off"))
      off.push_back({head.at(0).get<orochi::Index>(), head.at(1).get<orochi::Index>()});
    return orochi::browser_answer(browser->model, json.at("texts").get<std::vector<std::string>>(), off);
  });
}

}  // extern "C"
