# The library as one shared object a scalar, made of the modules' objects: Orochi::orochi and Orochi::orochi_f64, in the
# installed package and in a parent project.
function(orochi_library name scalar)
  cmake_parse_arguments(LIBRARY "" "" "MODULES" ${ARGN})
  set(objects)
  foreach(module IN LISTS LIBRARY_MODULES)
    list(APPEND objects $<TARGET_OBJECTS:${module}>)
  endforeach()
  add_library(lib${name} SHARED ${objects})
  add_library(Orochi::${name} ALIAS lib${name})
  set_target_properties(lib${name} PROPERTIES
    OUTPUT_NAME ${name} EXPORT_NAME ${name} VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} LINKER_LANGUAGE CXX)
  target_compile_features(lib${name} INTERFACE cxx_std_20)
  target_include_directories(lib${name} SYSTEM INTERFACE
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
    "$<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated/${scalar}>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/orochi-${scalar}>")
  target_link_libraries(lib${name} INTERFACE Eigen3::Eigen)
  # What the objects call: the modules' own libraries would bring the objects a second time.
  target_link_libraries(lib${name} PRIVATE
    HDF5::HDF5 fmt::fmt ZLIB::ZLIB ${ZSTD_LIBRARY} ${UTF8PROC_LIBRARY} ${SENTENCEPIECE_TRAIN_LIBRARY}
    ${SENTENCEPIECE_LIBRARY} Threads::Threads ${CMAKE_DL_LIBS} $<$<TARGET_EXISTS:orochi_onednn>:orochi_onednn>
    $<$<TARGET_EXISTS:orochi_protobuf>:orochi_protobuf> $<$<TARGET_EXISTS:orochi_liblinear>:orochi_liblinear>)
endfunction()

orochi_library(orochi float MODULES
  orochi_options orochi_threads orochi_ranks orochi_kernels orochi_core orochi_files orochi_hdf5 orochi_config orochi_checkpoint orochi_safetensors
  orochi_data orochi_statistics orochi_layers orochi_tasks
  orochi_model orochi_inference orochi_c_api orochi_exchange orochi_train orochi_about orochi_run orochi_analysis orochi_baseline orochi_bench orochi_command_line orochi_cli)
get_property(levels GLOBAL PROPERTY OROCHI_LEVEL_OBJECTS)  # no source of orochi_kernels, so not among its objects
if(levels)
  target_sources(liborochi PRIVATE ${levels})
  add_dependencies(liborochi orochi_kernels)
endif()
orochi_library(orochi_f64 double MODULES
  orochi_options orochi_threads orochi_ranks orochi_kernels_f64 orochi_core_f64 orochi_layers_f64 orochi_tasks_f64 orochi_model_f64
  orochi_files orochi_hdf5 orochi_config orochi_safetensors orochi_data orochi_statistics orochi_command_line orochi_cli_f64)
