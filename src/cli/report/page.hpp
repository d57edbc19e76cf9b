// The report's page: page.html with page.css and the scripts in it, put together by embed.cmake.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace orochi {

/// The whole file. The content is in it as data only: pure ASCII without "<".
std::string report_page(const nlohmann::ordered_json& content);

}  // namespace orochi
