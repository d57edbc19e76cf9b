orochi_module(orochi_safetensors SCALAR_FREE SOURCES safetensors.cpp safetensors_header.cpp LINKS orochi_files
                  PRIVATE_LINKS orochi_options fmt::fmt nlohmann_json::nlohmann_json)
