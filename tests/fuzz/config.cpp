// A config's text and, behind a byte 255, one override: refused with a message, or read so that it can be
// written and read again as the same.
#include "io/test_config_layers.hpp"
#include "memory_file.hpp"

using namespace orochi;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file;
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\xff'), size);
  std::vector<std::string> overrides;
  if (end < size) overrides.push_back(input.substr(end + 1));
  const std::string& path = file.hold(data, end);
  static const std::vector<ComponentSchema> layers = test_layers();
  Config config;
  try {
    config = read_config(path, overrides, layers);
  } catch (const Error& error) {
    fuzz::require(*error.what() != '\0' && error.code() == ExitCode::usage);
    return 0;
  }
  for (const char* key : {"model.d_model", "data.train"})
    fuzz::require(!error_at_key(read_config_text(path), path, overrides, layers, key, "wrong").empty());
  const std::string text = write_config(config);
  const Config again = parse(text);
  fuzz::require(compare_configs(config, again).empty() && write_config(again) == text);
  return 0;
}
