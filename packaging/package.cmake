# What `cpack` makes of an installed build: Debian packages (program, library, headers) and an archive that holds the
# program with every library it needs but glibc's. scripts/make_package builds what is worth packing and tries it.
set(CPACK_GENERATOR DEB TXZ)
set(CPACK_PACKAGE_CONTACT "the Orochi authors <maintainers@orochi.example>" CACHE STRING "Who answers for packages: NAME <ADDRESS>")
set(CPACK_PACKAGE_VENDOR "the Orochi authors")
set(CPACK_STRIP_FILES ON)
set(CPACK_THREADS 0)  # of xz: all cores
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL program library development)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/for_generator.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/finish_package.cmake)
set(CPACK_OROCHI_SOURCE ${PROJECT_SOURCE_DIR})
set(CPACK_OROCHI_BUILD ${PROJECT_BINARY_DIR})
set(CPACK_OROCHI_HDF5 ${HDF5_ROOT})  # a library of one's own, with the licence beside it

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(soname ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME orochi)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "trainer of small transformer encoders on CPUs
From a config file it trains encoders with multi-head attention on texts and
numeric sequences: one label or several a sequence, numbers, or a label a
token. Heads can be watched and switched off; every figure has an interval.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME liborochi${soname})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "transformer encoders on CPUs (shared libraries)
Loads, asks and trains models as the program orochi does, from C++ and C, in
single precision, and checks layers in double precision.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME liborochi-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "liborochi${soname} (= ${PROJECT_VERSION}), libeigen3-dev (>= 3.4)")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "transformer encoders on CPUs (headers)
Headers of liborochi, and what find_package(Orochi) and pkg-config read, for
programs that use models or add components of their own.")

# The program finds the libraries that the archive has beside it; theirs of each other, too, which only the older of the
# two kinds of search path leads to. Debian's packages have none.
set_target_properties(orochi orochi_f64 PROPERTIES INSTALL_RPATH "$ORIGIN/../lib/orochi")
target_link_options(orochi PRIVATE -Wl,--disable-new-dtags)
target_link_options(orochi_f64 PRIVATE -Wl,--disable-new-dtags)
string(TOLOWER orochi-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR} CPACK_PACKAGE_FILE_NAME)
include(CPack)
