# cpack reads this once for each kind of package.
if(CPACK_GENERATOR STREQUAL "DEB")
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each of the three has its own
else()
  set(CPACK_INSTALL_CMAKE_PROJECTS ${CPACK_OROCHI_BUILD} orochi program /)
endif()
