// Any bytes as an HDF5 data file: libhdf5 may break down over them, in the child that reads them, and the
// program goes on.
#include <csignal>

#include <pthread.h>
#include <sanitizer/common_interface_defs.h>

#include <orochi/error.hpp>

#include "reader.hpp"

namespace {

// What ends the child is no finding: neither libFuzzer's handlers nor the sanitizer's may keep its input.
void be_mortal() {
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXFSZ}) std::signal(signal, SIG_DFL);
  __sanitizer_set_death_callback(nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  orochi::fuzz::require(::pthread_atfork(nullptr, nullptr, be_mortal) == 0);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    orochi::fuzz::read_as({"hdf5"}, data, size);
  } catch (const orochi::Error& error) {  // what a file claims may be more than there is of memory
    orochi::fuzz::require(error.code() == orochi::ExitCode::failed);
  }
  return 0;
}
