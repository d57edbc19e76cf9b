#include <type_traits>

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>

#include <orochi/error.hpp>

#include "core/kernels/gemm_engines.hpp"

namespace orochi::kernels {
namespace {

/// oneDNN would start threads of its own; the lanes are the only parallelism.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

template <class T>
void multiply(const Product& p, const T* a, const T* b, T* c) {
  const OneThread one_thread;
  const dnnl_status_t status = dnnl_sgemm(p.transpose_a ? 'T' : 'N', p.transpose_b ? 'T' : 'N', p.m, p.n, p.k,
                                          1.0F, a, p.a.ld, b, p.b.ld, p.accumulate ? 1.0F : 0.0F, c, p.ldc);
  if (status == dnnl_out_of_memory) throw failure("oneDNN ran out of memory in a matrix product");
  if (status != dnnl_success) throw failure("oneDNN refused a matrix product; use kernels = \"eigen\"");
}

template <class T>
ProductFunction product_for() {
  if constexpr (std::is_same_v<T, float>) {
    if ((dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) != dnnl_cpu_isa_avx512_core) return nullptr;
    return [](const Product& p) { multiply<T>(p, p.a.data, p.b.data, p.c); };
  } else {
    return nullptr;
  }
}

}  // namespace

std::string onednn_version() {
  const dnnl_version_t& found = *dnnl_version();
  return std::to_string(found.major) + "." + std::to_string(found.minor) + "." + std::to_string(found.patch);
}

ProductFunction onednn_product() {
  static const ProductFunction function = product_for<Scalar>();
  return function;
}

}  // namespace orochi::kernels
