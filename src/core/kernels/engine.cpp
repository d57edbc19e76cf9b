// Which engine multiplies, and in which precision.
#include <string>

#include <orochi/error.hpp>

#include "core/kernels/bf16.hpp"
#include "core/kernels/gemm_engines.hpp"

namespace orochi::kernels {

Engine choose_engine(const char* name) {
  const Kernels wanted = kernels_choice.value(name);
  level_name();  // a wrong OROCHI_CPU is named here, before any work
  if (wanted == Kernels::native || wanted == Kernels::automatic) return Engine::native;
  if (wanted == Kernels::eigen) return Engine::eigen;
  if (onednn_product() == nullptr)
    throw usage_error(
        "kernels = \"onednn\": not available here. It needs a float build that found oneDNN (Debian and "
        "Ubuntu: "
        "libdnnl-dev) and a CPU with AVX-512; kernels = \"auto\" takes what there is");
  return Engine::onednn;
}

Precision choose_precision(const char* name, Engine engine) {
  if (precision_choice.value(name) == Precision::fp32) return Precision::fp32;
  if (engine != Engine::native)
    throw usage_error(std::string("train.precision = \"bf16\" goes with train.kernels = \"") +
                      kernels_choice.word(Kernels::native) + "\", not with \"" + engine_name(engine) + "\"");
  if (sizeof(Scalar) != sizeof(float) || !bf16_available())
    throw usage_error(
        "train.precision = \"bf16\": not available here. It needs a CPU with AVX512_BF16 (Intel Sapphire "
        "Rapids, AMD "
        "Zen 4 and later) and a compiler that knows it; train.precision = \"fp32\" runs everywhere");
  return Precision::bf16;
}

const char* engine_name(Engine engine) {
  switch (engine) {
    case Engine::native:
      return kernels_choice.word(Kernels::native);
    case Engine::eigen:
      return kernels_choice.word(Kernels::eigen);
    case Engine::onednn:
      return kernels_choice.word(Kernels::onednn);
  }
  return "";
}

}  // namespace orochi::kernels
