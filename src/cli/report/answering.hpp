// What a page takes to answer texts itself.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <orochi/model.hpp>

namespace orochi {

/// Whether this program was built with the part that runs in a browser.
bool has_browser_module();

/// model, parameters and module, packed (browser.js starts them), and texts, how many a sequence has; or
/// {reason}: why the page cannot answer.
nlohmann::ordered_json answering_content(const Model& trained);

}  // namespace orochi
