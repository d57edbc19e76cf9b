#include "io/hdf5.hpp"

#include <utility>

namespace orochi::hdf5 {
namespace {

// Called from the outermost entry inwards; the last description is the most precise one.
herr_t keep_description(unsigned /*depth*/, const H5E_error2_t* entry, void* text) {
  const bool filled = entry->desc != nullptr && *entry->desc != '\0';
  if (filled) *static_cast<std::string*>(text) = entry->desc;
  return 0;
}

herr_t find_no_space(unsigned /*depth*/, const H5E_error2_t* entry, void* found) {
  if (entry->maj_num == H5E_RESOURCE && entry->min_num == H5E_NOSPACE) *static_cast<bool*>(found) = true;
  return 0;
}

}  // namespace

Hid::Hid(Hid&& other) noexcept
    : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(std::exchange(other.close_, nullptr)) {}

Hid& Hid::operator=(Hid&& other) noexcept {
  if (this == &other) return *this;
  reset();
  id_ = std::exchange(other.id_, H5I_INVALID_HID);
  close_ = std::exchange(other.close_, nullptr);
  return *this;
}

void Hid::reset() noexcept {
  if (id_ >= 0 && close_ != nullptr) close_(id_);
  id_ = H5I_INVALID_HID;
  close_ = nullptr;
}

namespace {
std::recursive_mutex& library_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}
}  // namespace

ScopedErrorSilence::ScopedErrorSilence() : lock_(library_mutex()) {
  H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

ScopedErrorSilence::~ScopedErrorSilence() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

std::string error_text() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_description, &text);
  H5Eclear2(H5E_DEFAULT);
  return text.empty() ? "no reason given" : text;
}

bool lacked_memory() {
  bool found = false;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, find_no_space, &found);
  return found;
}

Hid own(hid_t id, Hid::Closer close, const std::string& what) { return Hid(check(id, what), close); }

}  // namespace orochi::hdf5
