#include "model/copy_parameters.hpp"

#include <algorithm>

namespace orochi {
namespace {

/// Whether they are the same but for the number of rows, which may be more in `to`.
bool fits(const std::vector<Index>& from, const std::vector<Index>& to, bool may_be_fewer) {
  return from.size() == to.size() && (may_be_fewer || from.front() <= to.front()) &&
         std::equal(from.begin() + 1, from.end(), to.begin() + 1);
}

}  // namespace

std::vector<std::string> copy_parameters(const Parameters& from, Parameters& to, const CopyRules& rules) {
  std::vector<std::string> left;
  Scalar* numbers = to.data();
  for (const ParameterView& target : to.views()) {
    const auto source = std::find_if(from.views().begin(), from.views().end(),
                                     [&](const ParameterView& view) { return view.name == target.name; });
    if (source == from.views().end() || !fits(source->shape, target.shape, rules.cuts) ||
        (rules.without && rules.without(target.name))) {
      left.push_back(target.name);
      continue;
    }
    const Scalar* begin = from.data() + source->offset;
    const Scalar* end = begin + std::min(source->size, target.size);
    const bool keeps_last = std::ranges::find(rules.keep_last, target.name) != rules.keep_last.end();
    const Index last = keeps_last ? source->size / source->shape.front() : 0;  // its numbers
    std::copy(begin, end - last, numbers + target.offset);
    std::copy(end - last, end, numbers + target.offset + target.size - last);
  }
  return left;
}

}  // namespace orochi
