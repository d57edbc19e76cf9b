# What `cmake --install` puts in place: the program, the libraries with their headers, and what find_package(Orochi) and
# pkg-config read. All of it may be moved.
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Orochi)

function(orochi_install_library name scalar)
  install(TARGETS lib${name} EXPORT OrochiTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} NAMELINK_COMPONENT Development)
  install(FILES ${PROJECT_BINARY_DIR}/generated/${scalar}/orochi/scalar.hpp
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/orochi-${scalar}/orochi)
  string(REGEX REPLACE "[^/]+" ".." up ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
  configure_file(cmake/orochi.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
orochi_install_library(orochi float)
orochi_install_library(orochi_f64 double)

install(TARGETS orochi RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/orochi DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES include/orochi.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT OrochiTargets NAMESPACE Orochi:: DESTINATION ${package})
configure_package_config_file(cmake/OrochiConfig.cmake.in ${PROJECT_BINARY_DIR}/OrochiConfig.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/OrochiConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/OrochiConfig.cmake ${PROJECT_BINARY_DIR}/OrochiConfigVersion.cmake
  cmake/orochi_add_program.cmake DESTINATION ${package})
