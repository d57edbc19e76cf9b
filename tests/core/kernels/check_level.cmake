# A level's object gives the program one symbol, its table: no inline function of Eigen or of the standard library that the
# linker could hand to code for older CPUs. And nothing of it runs before a level is chosen: it has no initializers.
# Called with -DNM -DREADELF -DOBJECT -DSYMBOL.
execute_process(COMMAND ${NM} --defined-only ${OBJECT} OUTPUT_VARIABLE symbols RESULT_VARIABLE failed)
if(failed OR NOT symbols)
  message(FATAL_ERROR "${NM} cannot read ${OBJECT}")
endif()
string(REGEX MATCHALL "[A-Zuvw] [^\n]+" global "${symbols}")  # nm's letters for local symbols are small, but for u, v, w
if(NOT global STREQUAL "D ${SYMBOL}")
  message(FATAL_ERROR "${OBJECT} has other global symbols than ${SYMBOL}: ${global}")
endif()
execute_process(COMMAND ${READELF} -SW ${OBJECT} OUTPUT_VARIABLE sections RESULT_VARIABLE failed)
if(failed OR NOT sections MATCHES "\\.text")
  message(FATAL_ERROR "${READELF} cannot read ${OBJECT}")
endif()
if(sections MATCHES "\\.(init_array|ctors|preinit_array|group)[^\n]*")
  message(FATAL_ERROR "${OBJECT} has a section ${CMAKE_MATCH_0}")
endif()
