orochi_test(source_line SOURCES test_source_line.cpp LINKS orochi_config)
orochi_test(config
  SOURCES test_config.cpp test_config_blocks.cpp test_config_fields.cpp test_config_hostile.cpp test_config_messages.cpp test_config_suggest.cpp
  LINKS orochi_config)
orochi_test(config_docs SOURCES test_config_docs.cpp LINKS orochi_train)
