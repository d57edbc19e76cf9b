# What `cmake --install` puts in place: the programs with manual and completion, the libraries with their headers, and what
# find_package(Orochi) and pkg-config read. All of it may be moved. The components are what packages are split into.
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Orochi)
include(packaging/completions/completions.cmake)
include(packaging/manual.cmake)

# scripts/quickstart builds the program alone: what else is installed is built now, where it is missing.
add_custom_target(orochi_installed DEPENDS orochi orochi_f64 liborochi liborochi_f64 orochi_manual)
cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
set(installed $<TARGET_FILE:orochi> $<TARGET_FILE:orochi_f64> $<TARGET_FILE:liborochi> $<TARGET_FILE:liborochi_f64>
  ${manual_pages})
if(TARGET orochi_mpi)
  add_dependencies(orochi_installed orochi_mpi)
  list(APPEND installed $<TARGET_FILE:orochi_mpi>)
  install(TARGETS orochi_mpi LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/orochi COMPONENT mpi)  # in no package
endif()
install(CODE "
  set(installed [==[${installed}]==])
  foreach(file IN LISTS installed)
    if(NOT EXISTS \"\${file}\")
      message(STATUS \"Building what is not built yet: \${file}\")
      execute_process(COMMAND [==[${CMAKE_COMMAND}]==] --build [==[${PROJECT_BINARY_DIR}]==]
        --target orochi_installed --parallel ${cores} COMMAND_ERROR_IS_FATAL ANY)
    endif()
  endforeach()" ALL_COMPONENTS)

function(orochi_install_library name scalar)
  install(TARGETS lib${name} EXPORT OrochiTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development)
  install(FILES ${PROJECT_BINARY_DIR}/generated/${scalar}/orochi/scalar.hpp
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/orochi-${scalar}/orochi COMPONENT development)
  string(REGEX REPLACE "[^/]+" ".." up ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
  configure_file(cmake/orochi.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endfunction()
orochi_install_library(orochi float)
orochi_install_library(orochi_f64 double)

install(TARGETS orochi orochi_f64 RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(FILES ${manual_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
install(DIRECTORY include/orochi DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(FILES include/orochi.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(EXPORT OrochiTargets NAMESPACE Orochi:: DESTINATION ${package} COMPONENT development)
configure_package_config_file(cmake/OrochiConfig.cmake.in ${PROJECT_BINARY_DIR}/OrochiConfig.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/OrochiConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/OrochiConfig.cmake ${PROJECT_BINARY_DIR}/OrochiConfigVersion.cmake
  cmake/orochi_add_program.cmake DESTINATION ${package} COMPONENT development)
if(PROJECT_IS_TOP_LEVEL)
  include(packaging/package.cmake)
endif()
