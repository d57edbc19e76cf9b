# The forward pass in WebAssembly, for pages that answer: the same sources as the program's, compiled by Emscripten
# (scripts/install-packages --for browser) without HDF5, readers and training. Each folder is one file to the compiler.
set(browser_module ${CMAKE_CURRENT_BINARY_DIR}/browser_module.txt)  # gzip, base64
set(browser_folder ${CMAKE_CURRENT_BINARY_DIR}/browser)
if(OROCHI_BROWSER)
  find_program(EMSCRIPTEN_CXX em++)
endif()
# An Emscripten whose library the sources do not go with leaves the part out; it does not stop the build.
if(EMSCRIPTEN_CXX AND NOT DEFINED OROCHI_EMSCRIPTEN_WORKS)
  execute_process(COMMAND ${EMSCRIPTEN_CXX} -std=c++20 -fwasm-exceptions -fsyntax-only -include ${CMAKE_CURRENT_LIST_DIR}/missing.hpp
    ${CMAKE_CURRENT_LIST_DIR}/probe.cpp RESULT_VARIABLE result ERROR_VARIABLE errors)
  if(NOT result EQUAL 0)
    message(WARNING "Reports do not answer texts: ${EMSCRIPTEN_CXX} does not compile what they need\n${errors}")
  endif()
  string(COMPARE EQUAL "${result}" 0 works)
  set(OROCHI_EMSCRIPTEN_WORKS ${works} CACHE INTERNAL "")
endif()
if(NOT OROCHI_BROWSER OR NOT OROCHI_EMSCRIPTEN_WORKS)
  file(CONFIGURE OUTPUT ${browser_module} CONTENT "")
  return()
endif()

# Headers only: em++ must see nothing else of this machine's.
foreach(library fmt nlohmann)
  find_path(browser_${library} NAMES ${library}/format.h ${library}/json.hpp REQUIRED)
  file(MAKE_DIRECTORY ${browser_folder}/include)
  file(CREATE_LINK ${browser_${library}}/${library} ${browser_folder}/include/${library} SYMBOLIC)
endforeach()
get_target_property(browser_eigen Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)

set(browser_flags -std=c++20 -Os -DNDEBUG -fwasm-exceptions -fno-math-errno -DFMT_HEADER_ONLY -DEIGEN_DONT_PARALLELIZE
  "-DEIGEN_DEFAULT_DENSE_INDEX_TYPE=long long" -include ${CMAKE_CURRENT_LIST_DIR}/missing.hpp
  -I${PROJECT_SOURCE_DIR}/include -I${PROJECT_SOURCE_DIR}/src -I${PROJECT_BINARY_DIR}/generated/float
  -isystem ${browser_folder}/include "-isystem${browser_eigen}")
set(browser_objects)
function(orochi_browser_part name)
  set(text "")
  foreach(source IN LISTS ARGN)
    string(APPEND text "#include \"${source}.cpp\"\n")
  endforeach()
  file(CONFIGURE OUTPUT ${browser_folder}/${name}.cpp CONTENT "${text}" @ONLY)
  add_custom_command(OUTPUT ${browser_folder}/${name}.o
    COMMAND ${EMSCRIPTEN_CXX} ${browser_flags} -MD -MT ${browser_folder}/${name}.o -MF ${browser_folder}/${name}.d
      -c ${browser_folder}/${name}.cpp -o ${browser_folder}/${name}.o
    DEPENDS ${browser_folder}/${name}.cpp DEPFILE ${browser_folder}/${name}.d
    COMMENT "Compiling ${name} for browsers" VERBATIM)
  set(browser_objects ${browser_objects} ${browser_folder}/${name}.o PARENT_SCOPE)
endfunction()

# All sources of modules, as paths in src/ without their ending.
function(orochi_sources_of result)
  set(sources)
  foreach(module IN LISTS ARGN)
    get_target_property(files ${module} SOURCES)
    get_target_property(folder ${module} SOURCE_DIR)
    file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR}/src ${folder})
    list(TRANSFORM files REPLACE "^(.*)[.]cpp$" "${folder}/\\1")
    list(APPEND sources ${files})
  endforeach()
  set(${result} ${sources} PARENT_SCOPE)
endfunction()

# Names in these two kernels clash with others'.
orochi_browser_part(updates core/kernels/row_sum core/kernels/update)
orochi_browser_part(kernels core/kernels/activation core/kernels/attention core/kernels/attention_products
  core/kernels/attention_tiles core/kernels/bf16_missing core/kernels/combine core/kernels/cross_entropy
  core/kernels/dropout core/kernels/engine core/kernels/gemm core/kernels/gemm_eigen core/kernels/gemm_without_onednn
  core/kernels/levels core/kernels/levels_one core/kernels/norm core/kernels/panels core/kernels/rotary
  core/kernels/softmax core/kernels/transpose)
orochi_sources_of(core_sources orochi_core orochi_options orochi_threads)
orochi_browser_part(core ${core_sources})
orochi_sources_of(layer_sources orochi_layers)
orochi_browser_part(layers ${layer_sources})
orochi_sources_of(task_sources orochi_tasks)
orochi_browser_part(tasks ${task_sources})
orochi_browser_part(data data/batching data/column data/dataset data/file_errors data/input_encoder data/missing
  data/normalize data/preprocessing_state data/targets data/text_features data/text_grams data/unknown_tokens data/windows
  data/tokenizers/bert_words data/tokenizers/byte_pairs data/tokenizers/char data/tokenizers/kmers
  data/tokenizers/pieces data/tokenizers/sentencepiece_model data/tokenizers/sentencepiece_reader
  data/tokenizers/text_rules data/tokenizers/tokenizer_json data/tokenizers/unicode data/tokenizers/unigram_pieces
  data/tokenizers/vocabulary_tokenizer data/tokenizers/word data/tokenizers/wordpiece io/config_keys)
orochi_browser_part(statistics statistics/ranks statistics/score_figures statistics/temperature)
orochi_browser_part(model model/classifier model/frozen_rows model/network inference/inference inference/model
  inference/pieces inference/predict analysis/record_sequence)
orochi_browser_part(report cli/report/drawings cli/report/row_names cli/report/sequence cli/report/browser/answer
  cli/report/browser/exports cli/report/browser/model cli/report/browser/unicode_database)

# What is called of other files, such as a vocabulary's, becomes an import that browser.js refuses.
add_custom_command(OUTPUT ${browser_module}
  COMMAND ${EMSCRIPTEN_CXX} -Os -fwasm-exceptions ${browser_objects} -o ${browser_folder}/orochi.wasm
    -sSTANDALONE_WASM --no-entry -sERROR_ON_UNDEFINED_SYMBOLS=0 -sWARN_ON_UNDEFINED_SYMBOLS=0 -sALLOW_MEMORY_GROWTH
    -sEXPORTED_FUNCTIONS=_orochi_start,_orochi_load,_orochi_answer,_malloc,_free
  COMMAND sh -c "gzip -9nc browser/orochi.wasm | base64 -w0 >browser_module.txt"
  DEPENDS ${browser_objects} WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
  COMMENT "Linking the module for browsers" VERBATIM)
