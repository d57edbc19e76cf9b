# cmake -DFOLDER=... -DMODULE=... -DOUT=... -P embed.cmake: page.html with the style and the scripts in place of its marks,
# and the module for browsers, as a C++ file.
file(READ ${FOLDER}/page.html page)
foreach(name page.css dom.js colors.js charts.js tables.js ablation.js maps.js heads.js one_head.js dialog.js browser.js try.js page.js)
  file(READ ${FOLDER}/${name} content)
  string(FIND "${page}" "@${name}@" at)
  if(at EQUAL -1 OR content MATCHES "[^\n -~]" OR content MATCHES "[)]page\"")
    message(FATAL_ERROR "${name}: no mark for it in page.html, or a character that is not ASCII")
  endif()
  string(REPLACE "@${name}@" "${content}" page "${page}")
endforeach()
file(READ ${MODULE} module)

# Compilers limit the length of a literal: 8,000 bytes each are within all limits.
function(literals_of text result)
  set(literals "")
  string(LENGTH "${text}" length)
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 8000 part)
    string(APPEND literals "R\"page(${part})page\"sv,\n")
    math(EXPR at "${at} + 8000")
  endwhile()
  set(${result} "${literals}" PARENT_SCOPE)
endfunction()
literals_of("${page}" page_literals)
literals_of("${module}" module_literals)
file(WRITE ${OUT} "// Made by src/cli/report/embed.cmake.
#include <span>
#include <string_view>
#include <vector>

namespace orochi {
using namespace std::string_view_literals;

std::vector<std::string_view> report_template() { return {
${page_literals}}; }
std::vector<std::string_view> browser_module() { return {
${module_literals}}; }
}  // namespace orochi
")
