orochi_module(orochi_files SCALAR_FREE SOURCES input_file.cpp new_folder.cpp whole_file.cpp PRIVATE_LINKS fmt::fmt)
