# The sources of `orochi report`, and its page as one of them.
include(report/browser/browser.cmake)  # browser_module
set(report_sources report.cpp report/answering.cpp report/baselines.cpp report/content.cpp report/data.cpp report/drawings.cpp report/outcomes.cpp
  report/page.cpp report/row_names.cpp report/sequence.cpp report/browser/answer.cpp report/browser/model.cpp
  ${CMAKE_CURRENT_BINARY_DIR}/report_template.cpp)
file(GLOB report_page CONFIGURE_DEPENDS report/page.html report/page.css report/*.js)
add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/report_template.cpp
  COMMAND ${CMAKE_COMMAND} -DFOLDER=${CMAKE_CURRENT_SOURCE_DIR}/report -DMODULE=${browser_module}
    -DOUT=${CMAKE_CURRENT_BINARY_DIR}/report_template.cpp -P ${CMAKE_CURRENT_SOURCE_DIR}/report/embed.cmake
  DEPENDS ${report_page} ${CMAKE_CURRENT_SOURCE_DIR}/report/embed.cmake ${browser_module}
  COMMENT "Putting the report's page together"
  VERBATIM)
