# copy_licences(FOLDER LIBRARY...): the licences of libraries and of those whose headers are compiled into Orochi, as Debian's
# packages have them, by the packages' names. As a script: cmake -DFOLDER=... -DLIBRARIES=... -P packaging/licences.cmake
function(copy_licences folder)
  foreach(file IN LISTS ARGN ITEMS /Eigen/Core /CLI/CLI.hpp /nlohmann/json.hpp /include/xxhash.h /toml++/toml.h)
    string(REGEX MATCH "(/[^/]*)?/[^/]*$" end ${file})  # folders above may be other names of one
    execute_process(COMMAND dpkg-query -S "*${end}" OUTPUT_VARIABLE found ERROR_QUIET)
    string(REGEX MATCH "^[^:,]+" package "${found}")
    if(package AND EXISTS /usr/share/doc/${package}/copyright)
      file(COPY_FILE /usr/share/doc/${package}/copyright ${folder}/${package})
    else()
      message(WARNING "no licence found for ${file}: give this to nobody before it is in ${folder}")
    endif()
  endforeach()
endfunction()

if(FOLDER)
  copy_licences(${FOLDER} ${LIBRARIES})
endif()
