# An overlay port of the sources around this folder: vcpkg install orochi --overlay-ports=packaging/vcpkg
# Not tried: there was no vcpkg where this was written; the options are those of scripts/make_package.
get_filename_component(SOURCE_PATH ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)
vcpkg_cmake_configure(SOURCE_PATH ${SOURCE_PATH}
  OPTIONS -DOROCHI_NATIVE=OFF -DOROCHI_TESTS=OFF -DOROCHI_ONEDNN=OFF -DOROCHI_LIBLINEAR=OFF -DOROCHI_ONNX=OFF -DOROCHI_MPI=OFF -DOROCHI_BROWSER=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME Orochi CONFIG_PATH lib/cmake/Orochi)
vcpkg_fixup_pkgconfig()
vcpkg_copy_tools(TOOL_NAMES orochi orochi_f64 AUTO_CLEAN)
file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR}/debug/include ${CURRENT_PACKAGES_DIR}/debug/share)
vcpkg_install_copyright(FILE_LIST ${SOURCE_PATH}/LICENSE)
