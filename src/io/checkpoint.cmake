# The 1.10 interface of libhdf5, whichever version is installed (from 1.12 on the default one differs).
orochi_module(orochi_hdf5 SCALAR_FREE SOURCES hdf5.cpp image_builder.cpp LINKS HDF5::HDF5 PRIVATE_LINKS fmt::fmt)
target_compile_definitions(orochi_hdf5 PUBLIC H5_USE_110_API)

orochi_module(orochi_checkpoint SCALAR_FREE
  SOURCES
    checkpoint_format.cpp checkpoint_image.cpp checkpoint_load.cpp checkpoint_reader.cpp checkpoint_schema.cpp
    checkpoint_writer.cpp hdf5_image.cpp hdf5_messages.cpp
  LINKS orochi_hdf5 orochi_files
  PRIVATE_LINKS orochi_options fmt::fmt)
target_include_directories(orochi_checkpoint SYSTEM PRIVATE ${XXHASH_INCLUDE_DIR})
