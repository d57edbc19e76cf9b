# orochi(1) and orochi_f64(1), made of the programs' own help, where help2man is found. cmake/install.cmake installs `manual_pages`.
find_program(HELP2MAN help2man)
set(manual_pages)
if(HELP2MAN AND NOT CMAKE_CROSSCOMPILING)
  set(script ${CMAKE_CURRENT_LIST_DIR}/whole_help.sh)
  foreach(program orochi orochi_f64)
    set(page ${PROJECT_BINARY_DIR}/${program}.1)
    # help2man hands what it is given to a shell: the program's path, which may hold blanks, by a variable.
    add_custom_command(OUTPUT ${page}
      COMMAND ${CMAKE_COMMAND} -E env "SCRIPT=${script}" "PROGRAM=$<TARGET_FILE:${program}>"
        ${HELP2MAN} --no-info --name "${PROJECT_DESCRIPTION}" --output ${page} "sh \"$SCRIPT\" \"$PROGRAM\""
      DEPENDS ${program} ${script} VERBATIM)
    list(APPEND manual_pages ${page})
  endforeach()
endif()
add_custom_target(orochi_manual ALL DEPENDS ${manual_pages})
