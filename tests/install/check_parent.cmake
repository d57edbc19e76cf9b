# Copies the sources and the parent project to a path with blanks and parentheses. KIND fetch: builds the parent's
# program there with FetchContent, which calls add_subdirectory, and runs it (where BUILDS is off, configures it);
# subdirectory: configures it with add_subdirectory, without a build type.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

set(work "${WORK}/orochi (1)")
file(REMOVE_RECURSE ${work})
foreach(name CMakeLists.txt cmake include src examples)
  file(COPY ${SOURCE}/${name} DESTINATION ${work}/orochi)
endforeach()
file(COPY ${SOURCE}/tests/install/parent DESTINATION ${work})

set(configure ${CMAKE_COMMAND} -C ${CACHE} -S ${work}/parent -B ${work}/build -G ${GENERATOR} -DOROCHI=${work}/orochi)
if(NOT BUILDS OR KIND STREQUAL "subdirectory")
  set(fetch OFF)
  if(KIND STREQUAL "fetch")
    set(fetch ON)
  endif()
  run(${configure} -DFETCH=${fetch})
else()  # without optimization, which takes most of a build's time
  run(${configure} -DFETCH=ON -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0)
  run(${CMAKE_COMMAND} --build ${work}/build --target lantern --parallel 2)
  run(${work}/build/lantern --version)
endif()
