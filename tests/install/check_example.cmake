# Installs the library into a prefix of its own, copies examples/custom_layer, builds it there with FLAGS, checks the
# gradients of its layers in double, trains it, interrupts it and resumes it.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
file(COPY ${SOURCE}/examples/custom_layer DESTINATION ${WORK})
run(${CMAKE_COMMAND} -S ${WORK}/custom_layer -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/prefix
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS} -DCMAKE_CXX_FLAGS_RELEASE=
  -DCMAKE_EXPORT_COMPILE_COMMANDS=ON)
run(${CMAKE_COMMAND} --build ${WORK}/build)

# Each of the four sources, for either program, is compiled for the library's instruction set or for the one of FLAGS.
file(READ ${WORK}/build/compile_commands.json commands)
foreach(flag ${INSTRUCTION_SET})
  string(REGEX MATCHALL " ${flag} " found "${commands}")
  list(LENGTH found count)
  if(FLAGS MATCHES "-march" AND NOT count EQUAL 0)
    message(FATAL_ERROR "${flag} was put beside the flags of the program, ${FLAGS}")
  elseif(NOT FLAGS MATCHES "-march" AND NOT count EQUAL 8)
    message(FATAL_ERROR "${count} of 8 files were compiled with the library's ${flag}")
  endif()
endforeach()

foreach(layer token_shift gated_block linear_attention)
  run(${WORK}/build/dragon_f64 check-layer ${layer})
  run(${WORK}/build/dragon check-layer ${layer})
endforeach()

# A program of one number type does not link with the library of the other (decision 9).
file(WRITE ${WORK}/abi.cpp "#include <orochi/layer.hpp>\nint main() { return !orochi::Layers().entries().empty(); }\n")
foreach(library orochi orochi_f64)
  execute_process(COMMAND ${COMPILER} -std=c++20 -isystem ${EIGEN} -I${WORK}/prefix/include
    -I${WORK}/prefix/include/orochi-float ${WORK}/abi.cpp -o ${WORK}/abi -L${WORK}/prefix/${LIBDIR} -l${library}
    -Wl,--allow-shlib-undefined RESULT_VARIABLE code ERROR_VARIABLE error)
  if(library STREQUAL "orochi" AND NOT code EQUAL 0)
    message(FATAL_ERROR "a program against the installed library does not link:\n${error}")
  elseif(library STREQUAL "orochi_f64" AND NOT error MATCHES "check_abi")
    message(FATAL_ERROR "a float program linked with the double library:\n${error}")
  endif()
endforeach()

set(data data.train=${SOURCE}/datasets/splice/train.tsv data.test=${SOURCE}/datasets/splice/test.tsv)
set(config ${WORK}/custom_layer/dragon.toml)
run(${WORK}/build/dragon train ${config} ${data} train.epochs=2 --run ${WORK}/whole)
if(NOT out MATCHES "accuracy")
  message(FATAL_ERROR "no accuracy was printed")
endif()
run(${WORK}/build/dragon train ${config} ${data} train.epochs=2 --run ${WORK}/parts --max-steps 17)
run(${WORK}/build/dragon train --resume --run ${WORK}/parts)
run(${CMAKE_COMMAND} -E compare_files ${WORK}/whole/last.h5 ${WORK}/parts/last.h5)
