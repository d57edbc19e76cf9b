# Everything the project needs from the system; scripts/install-packages installs it on Debian and Ubuntu.
find_package(Threads REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)  # no version here: Eigen 5 answers only those who ask for 5
if(Eigen3_VERSION AND Eigen3_VERSION VERSION_LESS 3.4)
  message(FATAL_ERROR "Eigen 3.4 or later is needed; found ${Eigen3_VERSION} in ${Eigen3_DIR}")
endif()
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
set(HDF5_PREFER_PARALLEL OFF)
find_package(HDF5 REQUIRED COMPONENTS C)
find_path(XXHASH_INCLUDE_DIR xxhash.h REQUIRED)
find_package(ZLIB REQUIRED)
# Not by its CMake package, which names the library differently from version to version.
find_path(ZSTD_INCLUDE_DIR zstd.h REQUIRED)
find_library(ZSTD_LIBRARY zstd REQUIRED)
find_path(UTF8PROC_INCLUDE_DIR utf8proc.h REQUIRED)
find_library(UTF8PROC_LIBRARY utf8proc REQUIRED)
find_path(SENTENCEPIECE_INCLUDE_DIR sentencepiece_trainer.h REQUIRED)
find_library(SENTENCEPIECE_LIBRARY sentencepiece REQUIRED)
find_library(SENTENCEPIECE_TRAIN_LIBRARY sentencepiece_train REQUIRED)
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED
  DOC "Folder that holds toml++/toml.h (Ubuntu 22.04 has no package: give a header path here)")
# Not by oneDNN's own CMake package: Debian's asks for OpenCL's headers, which products on a CPU do not need.
if(OROCHI_ONEDNN)
  find_path(ONEDNN_INCLUDE_DIR oneapi/dnnl/dnnl.h)
  find_library(ONEDNN_LIBRARY dnnl)
  find_package(OpenMP COMPONENTS CXX)  # its threads, which we must tell to be one
  if(ONEDNN_INCLUDE_DIR AND ONEDNN_LIBRARY AND OpenMP_CXX_FOUND)
    add_library(orochi_onednn INTERFACE)
    target_include_directories(orochi_onednn SYSTEM INTERFACE ${ONEDNN_INCLUDE_DIR})
    target_link_libraries(orochi_onednn INTERFACE ${ONEDNN_LIBRARY} OpenMP::OpenMP_CXX)
  endif()
endif()
