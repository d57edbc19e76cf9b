// What SentencePiece does not check of a model that it loads.
#pragma once

#include <string_view>

namespace orochi {

/// Whether the tables by which a serialized model rewrites characters lead nowhere outside of themselves:
/// SentencePiece follows them unchecked, and a checkpoint may be made by hand.
bool has_sound_tables(std::string_view model);

}  // namespace orochi
