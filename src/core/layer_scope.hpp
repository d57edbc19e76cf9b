#pragma once

#include <string>

#include <orochi/tape.hpp>

namespace orochi {

/// What a tape records as long as it lives is of this layer: for profiles and for where numbers went wrong.
class LayerScope {
 public:
  LayerScope(Tape& tape, const std::string& name) : tape_(tape), outer_(tape.enter_layer(&name)) {}
  ~LayerScope() { tape_.enter_layer(outer_); }
  LayerScope(const LayerScope&) = delete;
  LayerScope& operator=(const LayerScope&) = delete;

 private:
  Tape& tape_;
  const std::string* outer_;
};

}  // namespace orochi
