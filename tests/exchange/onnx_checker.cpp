// Checks ONNX files by ONNX's own rules, shapes included. A program of its own: the protobuf of ONNX's
// library does not go with the one inside SentencePiece's.
#include <exception>
#include <fstream>
#include <iostream>

#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>

int main(int count, char** paths) {
  if (onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map().at("").second < 17) {
    std::cout << "this ONNX is older than the files\n";
    return 0;
  }
  bool all_pass = count > 1;
  for (int i = 1; i < count; ++i) try {
      std::ifstream file(paths[i], std::ios::binary);
      onnx::ModelProto model;
      if (!model.ParseFromIstream(&file)) throw std::runtime_error("it cannot be read");
      onnx::checker::check_model(model);
      onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), {true, 1, false});
    } catch (const std::exception& error) {
      std::cout << paths[i] << ": " << error.what() << "\n";
      all_pass = false;
    }
  return all_pass ? 0 : 1;
}
