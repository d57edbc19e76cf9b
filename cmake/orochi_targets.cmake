# The instruction set goes on to programs with custom layers.
string(REPLACE " " ";" OROCHI_INSTRUCTION_SET "${CMAKE_CXX_FLAGS}")
list(FILTER OROCHI_INSTRUCTION_SET INCLUDE REGEX "^-m")
if(OROCHI_NATIVE)
  list(APPEND OROCHI_INSTRUCTION_SET -march=native)
endif()
set_property(GLOBAL PROPERTY OROCHI_INSTRUCTION_SET "${OROCHI_INSTRUCTION_SET}")

# Several levels of kernels in one binary (src/core/kernels), unless flags name one CPU. Needs GNU's ld and objcopy, and
# objects that sanitizers have not filled with tables of their own.
set(OROCHI_LEVELS OFF)
if(NOT OROCHI_NATIVE AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND NOT CMAKE_CXX_FLAGS MATCHES "-march=|-fsanitize")
  execute_process(COMMAND ${CMAKE_LINKER} --help OUTPUT_VARIABLE help ERROR_QUIET)
  if(help MATCHES "--force-group-allocation" AND CMAKE_OBJCOPY)
    set(OROCHI_LEVELS ON)
  else()
    message(WARNING "The kernels are compiled for plain x86-64 alone, which is slow on newer CPUs: several levels of "
      "instructions in one program need GNU's ld 2.30 or later and objcopy (found: ${CMAKE_LINKER}, ${CMAKE_OBJCOPY})")
  endif()
endif()

# orochi_module(name SOURCES ... LINKS ... PRIVATE_LINKS ... [SCALAR_FREE | FLOAT_ONLY] [APART] [HOT])
# One library a folder of src/. A module is built twice: NAME in float and NAME_f64 in double, from the same sources
# (the double build is what gradient checks run on). SCALAR_FREE: it does not know Scalar; FLOAT_ONLY: no twin.
# APART: its files share names, so that they cannot be compiled together. HOT: its loops take the time of a run; others
# are optimized less and compile in half of the time.
add_library(orochi_flags INTERFACE)
target_compile_features(orochi_flags INTERFACE cxx_std_20)
target_compile_options(orochi_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -fno-math-errno -fno-trapping-math -ffp-contract=fast
  # g++ 12 sees uninitialized and overlapping memory inside its own intrinsics and std::string; clang's -Wconversion
  # brings a warning on every index into a std::vector.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-restrict>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>
  $<$<BOOL:${OROCHI_WERROR}>:-Werror>
  $<$<STREQUAL:$<CONFIG>,>:-O3;-DNDEBUG>  # a parent project without a build type
  $<$<BOOL:${OROCHI_NATIVE}>:-march=native>)
target_compile_definitions(orochi_flags INTERFACE EIGEN_DONT_PARALLELIZE)
# g++ fuses products and sums at -O1, too, when told so: numbers keep their bits.
set(OROCHI_LESS_OPTIMIZED $<$<CONFIG:Release>:-O1> $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-fexpensive-optimizations>)
# Of 8 files at a time, CMake's default, many would compile the same headers and templates again.
if(NOT DEFINED CMAKE_UNITY_BUILD_BATCH_SIZE)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 32)
endif()

function(orochi_scalar_target scalar suffix)
  set(OROCHI_SCALAR ${scalar})
  set(folder ${PROJECT_BINARY_DIR}/generated/${scalar})
  configure_file(${PROJECT_SOURCE_DIR}/cmake/scalar.hpp.in ${folder}/orochi/scalar.hpp @ONLY)
  add_library(orochi_scalar${suffix} INTERFACE)
  target_include_directories(orochi_scalar${suffix} INTERFACE
    ${folder} ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(orochi_scalar${suffix} INTERFACE orochi_flags)
endfunction()
orochi_scalar_target(float "")
orochi_scalar_target(double "_f64")

function(orochi_module name)
  cmake_parse_arguments(MODULE "SCALAR_FREE;FLOAT_ONLY;APART;HOT" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  set(kinds float double)
  if(MODULE_SCALAR_FREE OR MODULE_FLOAT_ONLY)
    set(kinds float)
  endif()
  foreach(kind IN LISTS kinds)
    set(suffix "")
    if(kind STREQUAL "double")
      set(suffix "_f64")
    endif()
    set(target ${name}${suffix})
    add_library(${target} STATIC ${MODULE_SOURCES})
    set_target_properties(${target} PROPERTIES
      POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    if(MODULE_APART)
      set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
    elseif(kind STREQUAL "double")  # in float each file is compiled by itself
      set_target_properties(${target} PROPERTIES UNITY_BUILD ON)
    endif()
    if(NOT MODULE_HOT OR (kind STREQUAL "double" AND NOT MODULE_APART))  # a gradient check's time goes to the kernels
      target_compile_options(${target} PRIVATE ${OROCHI_LESS_OPTIMIZED})
    endif()
    if(MODULE_SCALAR_FREE)
      target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
      target_link_libraries(${target} PUBLIC orochi_flags)
    else()
      target_link_libraries(${target} PUBLIC orochi_scalar${suffix})
    endif()
    foreach(link IN LISTS MODULE_LINKS)
      if(TARGET ${link}${suffix})
        target_link_libraries(${target} PUBLIC ${link}${suffix})
      else()
        target_link_libraries(${target} PUBLIC ${link})
      endif()
    endforeach()
    target_link_libraries(${target} PRIVATE ${MODULE_PRIVATE_LINKS})
  endforeach()
endfunction()
