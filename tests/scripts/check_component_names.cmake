# No file of src/ compares a string with the name of a registered component, or with a word of a key that chooses one:
# what a component does, its registration says. PROGRAM lists the registered names.
execute_process(COMMAND ${PROGRAM} components --json RESULT_VARIABLE code OUTPUT_VARIABLE components)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} components: exit code ${code}")
endif()
set(names tsv csv hdf5 ts rotary alibi none fp32 bf16 stop skip auto own eigen onednn)
string(JSON count LENGTH "${components}")
math(EXPR last "${count} - 1")
foreach(i RANGE ${last})
  string(JSON name GET "${components}" ${i} name)
  list(APPEND names ${name})
endforeach()
list(LENGTH names number)
if(number LESS 35)
  message(FATAL_ERROR "only ${number} names were found")
endif()

# Still there, each waiting for what takes its place:
set(known
  # positions: "rotary", "alibi" and "none" become registered layers, which tell attention through the Builder
  model/classifier.cpp:rotary model/classifier.cpp:alibi model/classifier.cpp:none
  layers/attention.cpp:rotary layers/attention.cpp:alibi io/config_rules.cpp:rotary
  # parameters counted by hand: the model, laid out without memory, counts itself
  run/memory_estimate.cpp:layer_norm run/memory_estimate.cpp:rms_norm
  run/memory_estimate.cpp:multi_head_attention run/memory_estimate.cpp:feed_forward
  run/memory_estimate.cpp:encoder_layer run/memory_estimate.cpp:cls run/memory_estimate.cpp:learned
  run/memory_estimate.cpp:attention
  # the trial of an input layer: its entry should say which input it takes
  model/layer_trial.cpp:token_embedding
  # the engines' own table, and what depends on precision or on a step's numbers
  core/kernels/gemm.cpp:own core/kernels/gemm.cpp:eigen core/kernels/gemm.cpp:auto core/kernels/gemm.cpp:onednn
  core/kernels/gemm.cpp:bf16 io/config_rules.cpp:fp32 io/config_rules.cpp:auto io/config_rules.cpp:own
  run/trainer.cpp:fp32 run/trainer.cpp:bf16 run/step_faults.cpp:stop
  # a word of an option of the command line, not the pooling
  cli/ablate.cpp:mean)

file(GLOB_RECURSE files RELATIVE ${SOURCE}/src ${SOURCE}/src/*.cpp ${SOURCE}/src/*.hpp)
set(found)
foreach(file IN LISTS files)
  file(STRINGS ${SOURCE}/src/${file} lines REGEX "[=!]= \"[a-z_0-9]+\"")
  foreach(line IN LISTS lines)
    string(REGEX MATCHALL "[=!]= \"[a-z_0-9]+\"" hits "${line}")
    foreach(hit IN LISTS hits)
      string(REGEX REPLACE "[=!]= \"([a-z_0-9]+)\"" "\\1" name "${hit}")
      if(NOT name IN_LIST names)
        continue()
      endif()
      list(APPEND found ${file}:${name})
      if(NOT ${file}:${name} IN_LIST known)
        message(SEND_ERROR "src/${file} compares a string with \"${name}\", the name of a component:\n${line}")
      endif()
    endforeach()
  endforeach()
endforeach()
foreach(one IN LISTS known)
  if(NOT one IN_LIST found)
    message(WARNING "${one} is gone from src/; take it out of the list in check_component_names.cmake")
  endif()
endforeach()
