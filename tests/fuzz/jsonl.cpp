#include "reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  orochi::fuzz::read_as({"jsonl"}, data, size);
  return 0;
}
