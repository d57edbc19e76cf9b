#include "model/copy_parameters.hpp"

#include <algorithm>

namespace orochi {
namespace {

/// Whether `shape` is that of `larger`, or has fewer rows.
bool fits(const std::vector<Index>& shape, const std::vector<Index>& larger) {
  return shape.size() == larger.size() && shape.front() <= larger.front() &&
         std::equal(shape.begin() + 1, shape.end(), larger.begin() + 1);
}

}  // namespace

std::vector<std::string> copy_parameters(const Parameters& from, Parameters& to,
                                         const std::string& keeps_last) {
  std::vector<std::string> left;
  Scalar* numbers = to.data();
  for (const ParameterView& target : to.views()) {
    const auto source = std::find_if(from.views().begin(), from.views().end(),
                                     [&](const ParameterView& view) { return view.name == target.name; });
    if (source == from.views().end() || !fits(source->shape, target.shape)) {
      left.push_back(target.name);
      continue;
    }
    const Scalar* begin = from.data() + source->offset;
    const Scalar* end = begin + source->size;
    const Index last = target.name == keeps_last ? source->size / source->shape.front() : 0;  // its numbers
    std::copy(begin, end - last, numbers + target.offset);
    std::copy(end - last, end, numbers + target.offset + target.size - last);
  }
  return left;
}

}  // namespace orochi
