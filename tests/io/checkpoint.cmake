add_library(orochi_checkpoint_support STATIC checkpoint_edit.cpp checkpoint_support.cpp)
target_link_libraries(orochi_checkpoint_support PUBLIC orochi_checkpoint)

orochi_test(checkpoint
  SOURCES test_checkpoint.cpp test_checkpoint_bytes.cpp test_checkpoint_damage.cpp test_checkpoint_hostile.cpp
          test_checkpoint_structure.cpp test_checkpoint_types.cpp
  LINKS orochi_checkpoint_support)

# Every system call of the writer goes through the test, which can make it fail.
orochi_test(whole_file SOURCES test_whole_file.cpp LINKS orochi_checkpoint_support)
foreach(call open write fsync close rename link unlink)
  target_link_options(test_whole_file PRIVATE -Wl,--wrap=${call})
endforeach()
