# Installs the library into a prefix of its own, copies examples/extensions and builds it there; then its components are
# listed, in the schema and named by a config that trains, is interrupted and resumed.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
file(COPY ${SOURCE}/examples/extensions DESTINATION ${WORK})
run(${CMAKE_COMMAND} -S ${WORK}/extensions -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/prefix
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS} -DCMAKE_CXX_FLAGS_RELEASE=)
run(${CMAKE_COMMAND} --build ${WORK}/build)
set(program ${WORK}/build/extended)

run(${program} components optimizer)
expect("lion .*beta1 = 0.9, beta2 = 0.99, weight_decay = 0.1")
run(${program} components schedule --json)
expect("\"one_cycle\"")
run(${program} config --schema)
expect("\"const\": \"lion\"")

set(config ${WORK}/extensions/splice.toml)
set(data data.train=${SOURCE}/datasets/splice/train.tsv data.test=${SOURCE}/datasets/splice/test.tsv)
run(${program} config ${config})
expect("type = \"lion\"\nbeta1 = 0.9\nbeta2 = 0.99\nweight_decay = 0.3\n")
run(${program} train ${config} ${data} train.epochs=2 --run ${WORK}/whole)
expect("accuracy")
run(${program} train ${config} ${data} train.epochs=2 --run ${WORK}/parts --max-steps 17)
run(${program} train --resume --run ${WORK}/parts)
run(${CMAKE_COMMAND} -E compare_files ${WORK}/whole/last.h5 ${WORK}/parts/last.h5)
run(${program} evaluate ${WORK}/whole/best.h5)
expect("accuracy")

# The labels "ei", "ie" and "n" have an order by their bytes, which is all that this task asks for.
set(ordinal task=ordinal data.tokenizer.type=kmers data.tokenizer.k=4)
run(${program} train ${config} ${data} ${ordinal} train.epochs=2 --run ${WORK}/ordinal)
expect("rank error")
run(${program} train ${config} ${data} ${ordinal} train.epochs=2 --run ${WORK}/ordinal-parts --max-steps 17)
run(${program} train --resume --run ${WORK}/ordinal-parts)
run(${CMAKE_COMMAND} -E compare_files ${WORK}/ordinal/last.h5 ${WORK}/ordinal-parts/last.h5)
run(${program} evaluate ${WORK}/ordinal/best.h5 --json)
expect("\"rank_error\"")
file(WRITE ${WORK}/one.txt "ACGTACGTACGT\n")
run(${program} predict ${WORK}/ordinal/best.h5 ${WORK}/one.txt)
expect("label\n(ei|ie|n)\n")
