// A config's text and, behind a NUL, one override: refused with a message, or read so that it can be written
// and read again as the same.
#include "io/test_config_layers.hpp"
#include "memory_file.hpp"

using namespace orochi;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::size_t nul = input.find('\0');
  std::vector<std::string> overrides;
  if (nul != std::string::npos) overrides.push_back(input.substr(nul + 1));
  Config config;
  try {
    config = parse(input.substr(0, nul), overrides);
  } catch (const Error& error) {
    fuzz::require(*error.what() != '\0' && error.code() == ExitCode::usage);
    return 0;
  }
  const std::string text = write_config(config);
  const Config again = parse(text);
  fuzz::require(compare_configs(config, again).empty() && write_config(again) == text);
  return 0;
}
