#include <array>

#include "core/utf8.hpp"

namespace orochi::utf8 {
namespace {

/// Capitals first, first + step, .. last become their code point + delta.
struct CaseRange {
  char32_t first, last;
  char32_t step;
  int delta;
};

// From UnicodeData.txt (version 15), field Simple_Lowercase_Mapping, for the alphabets with
// capitals that living languages use (Vietnamese, Pinyin and the commoner African letters among the Latin
// ones); U+0130 (dotted capital I) becomes a plain i.
constexpr std::array capitals{
    CaseRange{0x41, 0x5A, 1, 32},    CaseRange{0xC0, 0xD6, 1, 32},        CaseRange{0xD8, 0xDE, 1, 32},
    CaseRange{0x100, 0x12E, 2, 1},   CaseRange{0x130, 0x130, 1, -199},    CaseRange{0x132, 0x136, 2, 1},
    CaseRange{0x139, 0x147, 2, 1},   CaseRange{0x14A, 0x176, 2, 1},       CaseRange{0x178, 0x178, 1, -121},
    CaseRange{0x179, 0x17D, 2, 1},   CaseRange{0x181, 0x181, 1, 210},     CaseRange{0x186, 0x186, 1, 206},
    CaseRange{0x18A, 0x18A, 1, 205}, CaseRange{0x190, 0x190, 1, 203},     CaseRange{0x198, 0x198, 1, 1},
    CaseRange{0x1A0, 0x1A4, 2, 1},   CaseRange{0x1AF, 0x1AF, 1, 1},       CaseRange{0x1B3, 0x1B3, 1, 1},
    CaseRange{0x1CD, 0x1DB, 2, 1},   CaseRange{0x1DE, 0x1EE, 2, 1},       CaseRange{0x1F8, 0x21E, 2, 1},
    CaseRange{0x222, 0x232, 2, 1},   CaseRange{0x386, 0x386, 1, 38},      CaseRange{0x388, 0x38A, 1, 37},
    CaseRange{0x38C, 0x38C, 1, 64},  CaseRange{0x38E, 0x38F, 1, 63},      CaseRange{0x391, 0x3A1, 1, 32},
    CaseRange{0x3A3, 0x3AB, 1, 32},  CaseRange{0x400, 0x40F, 1, 80},      CaseRange{0x410, 0x42F, 1, 32},
    CaseRange{0x460, 0x480, 2, 1},   CaseRange{0x48A, 0x4BE, 2, 1},       CaseRange{0x4C0, 0x4C0, 1, 15},
    CaseRange{0x4C1, 0x4CD, 2, 1},   CaseRange{0x4D0, 0x52E, 2, 1},       CaseRange{0x531, 0x556, 1, 48},
    CaseRange{0x1E00, 0x1E94, 2, 1}, CaseRange{0x1E9E, 0x1E9E, 1, -7615}, CaseRange{0x1EA0, 0x1EFE, 2, 1},
    CaseRange{0xFF21, 0xFF3A, 1, 32}};

}  // namespace

char32_t to_lower(char32_t code_point) {
  for (const CaseRange& range : capitals) {
    if (code_point < range.first) return code_point;
    if (code_point <= range.last && (code_point - range.first) % range.step == 0) {
      return static_cast<char32_t>(static_cast<int>(code_point) + range.delta);
    }
  }
  return code_point;
}

void to_lower(std::string_view text, std::string& lowered) {
  lowered.clear();
  for (std::size_t at = 0; at < text.size();) append(lowered, to_lower(decode(text, at)));
}

}  // namespace orochi::utf8
