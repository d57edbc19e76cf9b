// Catch2 v2 (Debian 12, Ubuntu 22.04) or v3 (later): one include for both.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
namespace catch_matchers {
using namespace Catch::Matchers;
/// v3 calls it ContainsSubstring; its own Contains looks for an element of a range.
inline StringContainsMatcher Contains(const std::string& part) { return ContainsSubstring(part); }
}  // namespace catch_matchers
#else
#include <catch2/catch.hpp>
namespace catch_matchers = Catch::Matchers;
#endif
