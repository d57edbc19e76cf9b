# Only toml_parse.cpp includes toml++, which is slow to compile.
orochi_module(orochi_config SCALAR_FREE
  SOURCES config_components.cpp config_file.cpp config_keys.cpp config_overrides.cpp config_reader.cpp config_rules.cpp config_schema.cpp config_search.cpp config_values.cpp
          source_line.cpp suggest.cpp toml_parse.cpp toml_write.cpp
  LINKS orochi_options
  PRIVATE_LINKS fmt::fmt nlohmann_json::nlohmann_json)
# A config nests two deep; toml++'s own bound is 256.
target_compile_definitions(orochi_config PRIVATE TOML_MAX_NESTED_VALUES=8)
target_include_directories(orochi_config SYSTEM PRIVATE ${TOMLPLUSPLUS_INCLUDE_DIR})
