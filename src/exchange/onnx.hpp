// A model as an ONNX file, which many runtimes run.
#pragma once

#include <string>
#include <vector>

#include <orochi/model.hpp>

namespace orochi {

/// Writes it, whole or not at all. Returns notes: what the graph leaves to who runs it. A usage_error where a
/// layer has no translation, or the program was built without ONNX.
std::vector<std::string> export_onnx(const Model& model, const std::string& path);

/// Whether the program was built with ONNX's schema.
bool has_onnx();

}  // namespace orochi
