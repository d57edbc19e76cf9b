# Installs the library into a prefix of its own, copies examples/extensions and builds it there; then its components are
# listed, in the schema and named by a config that trains, is interrupted and resumed.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
file(COPY ${SOURCE}/examples/extensions DESTINATION ${WORK})
# The headers take most of the time: in float each file is compiled by itself, for the double twin all are together.
file(WRITE ${WORK}/twin.cmake "cmake_language(DEFER CALL set_target_properties extended_f64 PROPERTIES UNITY_BUILD ON)\n")
run(${CMAKE_COMMAND} -S ${WORK}/extensions -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/prefix
  -DCMAKE_PROJECT_INCLUDE=${WORK}/twin.cmake
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS} -DCMAKE_CXX_FLAGS_RELEASE=)
run(${CMAKE_COMMAND} --build ${WORK}/build)
set(program ${WORK}/build/extended)

run(${program} components optimizer)
expect("lion .*beta1 = 0.9, beta2 = 0.99, weight_decay = 0.1")
run(${program} components schedule --json)
expect("\"one_cycle\"")
run(${program} config --schema)
expect("\"const\": \"lion\"")

run(${WORK}/build/extended_f64 check-layer swiglu depthwise)
run(${WORK}/build/extended_f64 check-task ordinal small large middle large)
expect("ordinal: gradient")

set(config ${WORK}/extensions/splice.toml)
set(data data.train=${SOURCE}/datasets/splice/train.tsv data.test=${SOURCE}/datasets/splice/test.tsv)
run(${program} config ${config})
expect("type = \"lion\"\nbeta1 = 0.9\nbeta2 = 0.99\nweight_decay = 0.3\n")
expect("\\[\\[model.block\\]\\]\ntype = \"depthwise\"\nkernel = 5\n")
run(${program} train ${config} ${data} train.epochs=2 --run ${WORK}/whole)
expect("accuracy")
run(${program} train ${config} ${data} train.epochs=2 --run ${WORK}/parts --max-steps 17)
run(${program} train --resume --run ${WORK}/parts)
run(${CMAKE_COMMAND} -E compare_files ${WORK}/whole/last.h5 ${WORK}/parts/last.h5)
run(${program} evaluate ${WORK}/whole/best.h5)
expect("accuracy")
file(WRITE ${WORK}/one.txt "ACGTACGTACGT\n")
run(${program} predict ${WORK}/whole/best.h5 ${WORK}/one.txt)
expect("(ei|ie|n)")

# A further file format.
foreach(part train test)
  file(READ ${SOURCE}/datasets/splice/${part}.tsv lines)
  string(REGEX REPLACE "([a-z]+)\t([A-Z]+)([A-Z][A-Z][A-Z])" "ID   splice;\nKW   \\1.\nSQ   60 BP\n     \\2 57\n     \\3 60\n//" lines "${lines}")
  file(WRITE ${WORK}/extensions/${part}.embl "${lines}")
endforeach()
run(${program} components reader)
expect("embl .*code = \"KW\"")
set(embl ${WORK}/extensions/embl.toml)
run(${program} train ${embl} train.epochs=2 data.tokenizer=char --run ${WORK}/embl)
run(${program} train ${embl} train.epochs=2 data.tokenizer=char --run ${WORK}/embl-parts --max-steps 17)
run(${program} train --resume --run ${WORK}/embl-parts)
run(${CMAKE_COMMAND} -E compare_files ${WORK}/embl/last.h5 ${WORK}/embl-parts/last.h5)
run(${program} evaluate ${WORK}/embl/best.h5)
expect("accuracy")
set(by_embl "${out}")
# The same records from another format: the same model.
run(${program} train ${config} ${data} train.epochs=2 data.tokenizer=char train.optimizer=adamw train.schedule=cosine
  train.batch_size=32 train.learning_rate=1e-3 --run ${WORK}/tsv)
run(${program} evaluate ${WORK}/tsv/best.h5)
expect("accuracy")
string(REGEX MATCH "accuracy[^\n]*" expected "${out}")
string(FIND "${by_embl}" "${expected}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "not by EMBL: ${expected}")
endif()
file(WRITE ${WORK}/one.txt "ACGTACGTACGT\n")
run(${program} predict ${WORK}/embl/best.h5 ${WORK}/one.txt)
expect("\n(ei|ie|n)\t")

# The labels "ei", "ie" and "n" have an order by their bytes, which is all that this task asks for.
set(ordinal task=ordinal data.tokenizer.type=codons data.tokenizer.frame=1)
run(${program} train ${config} ${data} ${ordinal} train.epochs=2 --run ${WORK}/ordinal)
expect("rank error")
run(${program} train ${config} ${data} ${ordinal} train.epochs=2 --run ${WORK}/ordinal-parts --max-steps 17)
run(${program} train --resume --run ${WORK}/ordinal-parts)
run(${CMAKE_COMMAND} -E compare_files ${WORK}/ordinal/last.h5 ${WORK}/ordinal-parts/last.h5)
run(${program} evaluate ${WORK}/ordinal/best.h5 --json)
expect("\"rank_error\"")
run(${program} predict ${WORK}/ordinal/best.h5 ${WORK}/one.txt)
expect("label\n(ei|ie|n)\n")

# A further verb; the p value by hand: the models answer alike, then n sequences of one sign.
run(${program} help versus)
expect("extended versus FIRST SECOND FILE")
run(${program} versus ${WORK}/whole/last.h5 ${WORK}/parts/last.h5 ${SOURCE}/datasets/splice/test.tsv)
expect("first better   0\nsecond better  0\np value        1.0")
run(${program} versus ${WORK}/whole/best.h5 ${WORK}/ordinal/best.h5 ${SOURCE}/datasets/splice/test.tsv)
expect("p value        [01]\\.")

# What `new-component` writes builds and passes its check.
run(${BUILD}/orochi new-component layer token_shift --out ${WORK}/token_shift)
run(${CMAKE_COMMAND} -S ${WORK}/token_shift -B ${WORK}/token_shift/build -DCMAKE_PREFIX_PATH=${WORK}/prefix
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS} -DCMAKE_CXX_FLAGS_RELEASE=)
run(${CMAKE_COMMAND} --build ${WORK}/token_shift/build)
run(${WORK}/token_shift/build/token_shift_f64 check-layer token_shift)
run(${WORK}/token_shift/build/token_shift components layer)
expect("token_shift")
