#include "cli/report/page.hpp"

#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/metrics_report.hpp"

namespace orochi {

std::vector<std::string_view> report_template();  // generated; one "@content@" in it

std::string report_page(const nlohmann::ordered_json& content) {
  std::string page;
  for (const std::string_view part : report_template()) page += part;
  std::string data;
  for (const char c : dump_json(content))
    if (c == '<')
      data += "\\u003c";  // nothing in a string can end the script element
    else
      data += c;
  static constexpr std::string_view place = "@content@";
  return page.replace(page.find(place), place.size(), data);
}

}  // namespace orochi
