#pragma once

#include <cstddef>

#include <orochi/batch.hpp>

namespace orochi {

/// An index that is known not to be negative, as the standard library counts.
constexpr std::size_t as_size(Index index) { return static_cast<std::size_t>(index); }

}  // namespace orochi
