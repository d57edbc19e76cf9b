# orochi_add_program(NAME SOURCES ...): NAME, the whole program with the layers of these sources, and NAME_f64, its
# twin in double, whose one verb is check-layer.
function(orochi_add_program name)
  cmake_parse_arguments(PROGRAM "" "" "SOURCES" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  target_link_libraries(${name} PRIVATE Orochi::orochi)
  add_executable(${name}_f64 ${PROGRAM_SOURCES})
  target_link_libraries(${name}_f64 PRIVATE Orochi::orochi_f64)
endfunction()
