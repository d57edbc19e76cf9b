orochi_test(safetensors SOURCES test_safetensors.cpp test_safetensors_rules.cpp LINKS orochi_safetensors
                orochi_checkpoint_support)
