#include <Eigen/Core>
#include <fmt/format.h>
#include <hdf5.h>
#include <utf8proc.h>
#include <zlib.h>
#include <zstd.h>

#include "about/about.hpp"
#include "core/kernels/gemm_engines.hpp"

namespace orochi {

std::vector<Library> libraries() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  std::vector<Library> all{
      {"Eigen", fmt::format("{}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)},
      {"HDF5", fmt::format("{}.{}.{}", major, minor, release)},
      {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
      {"zlib", zlibVersion()},
      {"zstd", ZSTD_versionString()},
      {"utf8proc", utf8proc_version()}};
  if (const std::string onednn = kernels::onednn_version(); !onednn.empty())
    all.push_back({"oneDNN", onednn});
  return all;
}

}  // namespace orochi
