# A pullback that captures by reference must not compile, and the message must say what to write; by value it compiles.
foreach(capture "=" "&")
  execute_process(
    COMMAND ${COMPILER} -std=c++20 -fsyntax-only -DCAPTURE=${capture} -isystem ${EIGEN} -I${SOURCE}/include
      -I${BUILD}/generated/float ${SOURCE}/tests/core/pullback_by_reference.cpp
    RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(capture STREQUAL "=" AND NOT code EQUAL 0)
    message(FATAL_ERROR "a pullback that captures by value does not compile:\n${out}")
  elseif(capture STREQUAL "&" AND (code EQUAL 0 OR NOT out MATCHES "capture by value"))
    message(FATAL_ERROR "a pullback that captures by reference is not refused:\n${out}")
  endif()
endforeach()
