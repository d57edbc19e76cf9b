# orochi_add_program(NAME SOURCES ... [FLOAT_SOURCES ...]): NAME, the whole program with the components of these sources,
# and NAME_f64, its twin in double, whose one verb is check-layer. FLOAT_SOURCES are of NAME alone: verbs that load
# models, which the double library has not. Both are compiled for the library's instruction set, unless
# CMAKE_CXX_FLAGS names one: Eigen's products in a layer use what the program that compiles them may use.
function(orochi_add_program name)
  cmake_parse_arguments(PROGRAM "" "" "SOURCES;FLOAT_SOURCES" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES} ${PROGRAM_FLOAT_SOURCES})
  target_link_libraries(${name} PRIVATE Orochi::orochi)
  add_executable(${name}_f64 ${PROGRAM_SOURCES})
  target_link_libraries(${name}_f64 PRIVATE Orochi::orochi_f64)
  if(NOT CMAKE_CXX_FLAGS MATCHES "-m(arch|cpu)=")
    get_property(instruction_set GLOBAL PROPERTY OROCHI_INSTRUCTION_SET)
    target_compile_options(${name} PRIVATE ${instruction_set})
    target_compile_options(${name}_f64 PRIVATE ${instruction_set})
  endif()
endfunction()
