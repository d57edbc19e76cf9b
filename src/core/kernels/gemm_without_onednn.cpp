// Built in place of gemm_onednn.cpp where CMake found no oneDNN.
#include "core/kernels/gemm_engines.hpp"

namespace orochi::kernels {

ProductFunction onednn_product() { return nullptr; }
std::string onednn_version() { return ""; }

}  // namespace orochi::kernels
