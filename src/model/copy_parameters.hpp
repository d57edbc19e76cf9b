// Numbers of one model for another: to start from, not to go on with.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <orochi/parameters.hpp>

namespace orochi {

struct CopyRules {
  std::vector<std::string> keep_last = {};  // of these the last row of `from` becomes the last of `to`
  std::function<bool(std::string_view)> without = {};  // names that are not copied
  bool cuts = false;                                   // where `to` has fewer rows, it gets the first ones
};

/// Copies what has the same name and shape. Where there are more rows in `to` than in `from`, the first ones
/// are copied and the others stay as they are. Returns the names of `to` that got nothing: absent in `from`,
/// or of another shape.
std::vector<std::string> copy_parameters(const Parameters& from, Parameters& to, const CopyRules& rules = {});

}  // namespace orochi
