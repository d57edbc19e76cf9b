// Layers that the configuration tests pretend are registered, and short ways to parse.
#pragma once

#include <string>
#include <vector>

#include <orochi/error.hpp>
#include "io/config_file.hpp"

namespace orochi {

inline std::vector<ComponentSchema> test_layers() {
  std::vector<ComponentSchema> layers;
  for (const char* name : {"layer_norm", "rms_norm", "relu", "gelu", "learned", "sinusoidal",
                           "multi_head_attention", "feed_forward", "encoder_layer"}) {
    layers.push_back({name, "rows", {}});
  }
  for (const char* name : {"cls", "mean", "max"}) layers.push_back({name, "pooling", {}});
  layers.push_back(
      {"convolution",
       "rows",
       {{"width", std::int64_t{3}}, {"scale", 1.0}, {"bias", true}, {"mode", std::string("same")}}});
  return layers;
}

inline Config parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const std::vector<ComponentSchema> layers = test_layers();
  return parse_config(text, "f", overrides, layers);
}

/// What parse_config says is wrong; empty if nothing is.
inline std::string complaint(const std::string& text, const std::vector<std::string>& overrides = {}) {
  try {
    parse(text, overrides);
  } catch (const Error& error) {
    return error.code() == ExitCode::usage ? error.what() : "not a usage error";
  }
  return "";
}

}  // namespace orochi
