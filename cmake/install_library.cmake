# The library as one shared object a scalar, made of the modules' objects; find_package(Orochi) and Orochi::orochi.
include(CMakePackageConfigHelpers)

function(orochi_library name scalar)
  cmake_parse_arguments(LIBRARY "" "" "MODULES" ${ARGN})
  set(objects)
  foreach(module IN LISTS LIBRARY_MODULES)
    list(APPEND objects $<TARGET_OBJECTS:${module}>)
  endforeach()
  add_library(lib${name} SHARED ${objects})
  set_target_properties(lib${name} PROPERTIES
    OUTPUT_NAME ${name} EXPORT_NAME ${name} VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} LINKER_LANGUAGE CXX)
  target_compile_features(lib${name} INTERFACE cxx_std_20)
  target_include_directories(lib${name} INTERFACE
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/orochi-${scalar}>)
  target_link_libraries(lib${name} INTERFACE Eigen3::Eigen)
  # What the objects call: the modules' own libraries would bring the objects a second time.
  target_link_libraries(lib${name} PRIVATE
    HDF5::HDF5 fmt::fmt Threads::Threads $<$<TARGET_EXISTS:orochi_onednn>:orochi_onednn>)
  install(TARGETS lib${name} EXPORT OrochiTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} NAMELINK_COMPONENT Development)
  install(FILES ${PROJECT_BINARY_DIR}/generated/${scalar}/orochi/scalar.hpp
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/orochi-${scalar}/orochi)
endfunction()

orochi_library(orochi float MODULES
  orochi_kernels orochi_core orochi_hdf5 orochi_config orochi_checkpoint orochi_data orochi_layers orochi_model
  orochi_train orochi_command_line orochi_cli)
orochi_library(orochi_f64 double MODULES
  orochi_kernels_f64 orochi_core_f64 orochi_layers_f64 orochi_model_f64
  orochi_hdf5 orochi_config orochi_data orochi_command_line orochi_cli_f64)

install(TARGETS orochi RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/orochi DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT OrochiTargets NAMESPACE Orochi:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Orochi)
configure_package_config_file(cmake/OrochiConfig.cmake.in ${PROJECT_BINARY_DIR}/OrochiConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Orochi)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/OrochiConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/OrochiConfig.cmake ${PROJECT_BINARY_DIR}/OrochiConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Orochi)
