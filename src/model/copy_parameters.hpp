// Numbers of one model for another: to start from, not to go on with.
#pragma once

#include <string>
#include <vector>

#include <orochi/parameters.hpp>

namespace orochi {

/// Copies what has the same name and shape. Where there are more rows in `to` than in `from`, the first ones
/// are copied and the others stay as they are; of the parameter `keeps_last` the last row of `from` becomes
/// the last of `to`. Returns the names of `to` that got nothing: absent in `from`, or of another shape.
std::vector<std::string> copy_parameters(const Parameters& from, Parameters& to,
                                         const std::string& keeps_last = {});

}  // namespace orochi
