# cmake -DFOLDER=... -DOUT=... -P embed.cmake: page.html with the style and the scripts in place of its marks, as a C++
# file. Compilers limit the length of a literal: 8,000 bytes each are within all limits.
file(READ ${FOLDER}/page.html page)
foreach(name page.css dom.js colors.js charts.js tables.js ablation.js maps.js heads.js one_head.js dialog.js page.js)
  file(READ ${FOLDER}/${name} content)
  string(FIND "${page}" "@${name}@" at)
  if(at EQUAL -1 OR content MATCHES "[^\n -~]" OR content MATCHES "[)]page\"")
    message(FATAL_ERROR "${name}: no mark for it in page.html, or a character that is not ASCII")
  endif()
  string(REPLACE "@${name}@" "${content}" page "${page}")
endforeach()

set(literals "")
string(LENGTH "${page}" length)
foreach(at RANGE 0 ${length} 8000)
  string(SUBSTRING "${page}" ${at} 8000 part)
  string(APPEND literals "R\"page(${part})page\"sv,\n")
endforeach()
file(WRITE ${OUT} "// Made by src/cli/report/embed.cmake.
#include <array>
#include <span>
#include <string_view>

namespace orochi {
using namespace std::string_view_literals;

std::span<const std::string_view> report_template() {
  static constexpr std::array parts{
${literals}};
  return parts;
}
}  // namespace orochi
")
