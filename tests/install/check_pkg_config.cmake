# Installs the library, moves it, and builds the example by what pkg-config says.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/first)
file(RENAME ${WORK}/first ${WORK}/moved)
set(ENV{PKG_CONFIG_PATH} "${WORK}/moved/${LIBDIR}/pkgconfig:$ENV{PKG_CONFIG_PATH}")
run(${PKG_CONFIG} --cflags --libs orochi)
separate_arguments(flags UNIX_COMMAND "${out}")
set(example ${SOURCE}/examples/custom_layer)
run(${COMPILER} -std=c++20 ${example}/main.cpp ${example}/token_shift.cpp ${example}/gated_block.cpp
  ${example}/linear_attention.cpp
  -o ${WORK}/dragon ${flags} -Wl,-rpath,${WORK}/moved/${LIBDIR})
run(${WORK}/dragon --version)
run(${PKG_CONFIG} --modversion orochi_f64)
if(NOT out STREQUAL "${VERSION}\n")
  message(FATAL_ERROR "version ${out}")
endif()
