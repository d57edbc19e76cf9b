// Built in place of onnx.cpp where CMake found no ONNX.
#include <orochi/error.hpp>

#include "exchange/onnx.hpp"

namespace orochi {

bool has_onnx() { return false; }

std::vector<std::string> export_onnx(const Model&, const std::string&) {
  throw usage_error(
      "--format onnx: this program was built without ONNX. Install libonnx-dev, libprotobuf-c-dev and "
      "protobuf-c-compiler (scripts/install-packages does) and build it again, with OROCHI_ONNX on");
}

}  // namespace orochi
