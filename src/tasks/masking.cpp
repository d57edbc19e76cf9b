#include "tasks/masking.hpp"

namespace orochi {

std::vector<Option> Masking::options(const std::string& of) {
  return {Option("share", 0.15, "share of a sequence's runs that are asked, at least one").above(0).to(1),
          Option("span", 1, of + " that are asked together, one after another").from(1).to(1 << 20)};
}

}  // namespace orochi
