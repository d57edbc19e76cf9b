#include "ranks/join.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include <dlfcn.h>
#include <fmt/format.h>

#include <orochi/error.hpp>

namespace orochi {
namespace {

namespace fs = std::filesystem;

/// What starters of ranks set in the environment.
struct Starter {
  const char* size;
  const char* rank;
};
constexpr std::array<Starter, 2> starters{{
    {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},  // Open MPI's mpirun
    {"PMI_SIZE", "PMI_RANK"}                           // MPICH's and Intel's, and Slurm's srun for these
}};

int number_in(const char* variable) {
  const char* text = std::getenv(variable);
  int number = 0;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), number);
  return number;
}

int started_size() {
  int size = 1;
  for (const Starter& starter : starters) size = std::max(size, number_in(starter.size));
  return size;
}

/// Beside the program, or beside the library that this is part of, as they are built and as they are
/// installed.
std::vector<fs::path> places() {
  std::error_code error;
  std::vector<fs::path> folders{fs::read_symlink("/proc/self/exe", error).parent_path()};
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&join_ranks), &info) != 0 && info.dli_fname != nullptr)
    folders.push_back(fs::path(info.dli_fname).parent_path());
  std::vector<fs::path> result;
  for (const fs::path& folder : folders)
    for (const char* below : {".", "orochi", "../" OROCHI_MODULES})
      result.push_back(folder / below / "liborochi_mpi.so");
  return result;
}

/// Empty where there is none.
fs::path find_module() {
  std::error_code error;
  for (const fs::path& path : places())
    if (fs::exists(path, error)) return path;
  return {};
}

[[noreturn]] void refuse_without_module(int size) {
  throw failure(fmt::format(
      "{} processes were started together, and this program was built without MPI: there is no "
      "liborochi_mpi.so. Install MPI (Debian, Ubuntu: libopenmpi-dev), configure and build again, "
      "or start the program without mpirun",
      size));
}

}  // namespace

bool has_mpi() { return !find_module().empty(); }

int started_rank() {
  int rank = 0;
  for (const Starter& starter : starters) rank = std::max(rank, number_in(starter.rank));
  return rank;
}

std::unique_ptr<Communicator> join_ranks() {
  const int size = started_size();
  if (size == 1) return nullptr;
  const fs::path path = find_module();
  if (path.empty()) refuse_without_module(size);
  // Global, as the parts that MPI itself loads look for its symbols.
  void* module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (module == nullptr)
    throw failure(
        fmt::format("cannot load what several processes talk by: {}; install the MPI that it was "
                    "built with (Debian, Ubuntu: libopenmpi3 and openmpi-bin)",
                    ::dlerror()));
  using Join = Communicator* (*)();
  const auto join = reinterpret_cast<Join>(::dlsym(module, "orochi_join_mpi_1"));
  if (join == nullptr)
    throw failure(fmt::format("{} is of another version of this program; install both anew", path.string()));
  std::unique_ptr<Communicator> ranks(join());
  if (ranks->size() != size)
    throw failure(
        fmt::format("{} processes were started together, but the MPI of {} sees {} of them: start "
                    "them by the mpirun of that MPI",
                    size, path.string(), ranks->size()));
  return ranks;
}

}  // namespace orochi
