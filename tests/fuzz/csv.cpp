#include <orochi/error.hpp>

#include "data/guess.hpp"
#include "reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace orochi;
  using Words = std::vector<std::string>;
  fuzz::read_as({"csv"}, data, size);
  const Words columns{"a", "t8..t10"}, numbers{"2..4"};
  fuzz::read_as({"csv", {{"number_columns", columns}, {"over_time", true}}}, data, size);
  fuzz::read_as({"csv",
                 {{"number_columns", numbers},
                  {"label_column", "1"},
                  {"header", false},
                  {"delimiter", ";"},
                  {"decimal_comma", true}}},
                data, size);
  static const fuzz::MemoryFile file;
  static const Readers readers = builtin_readers();
  try {
    guess_config(file.hold(data, size), readers);
  } catch (const Error&) {
  }
  return 0;
}
