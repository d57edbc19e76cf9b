// RAII over the plain C API of libhdf5: owned identifiers, quiet errors, and its error text in ours. The
// library as it is packaged is not thread-safe: who calls it holds a ScopedErrorSilence.
#pragma once

#include <mutex>
#include <string>

#include <hdf5.h>

#include <orochi/error.hpp>

namespace orochi::hdf5 {

/// Owns one identifier; closes it with the function that belongs to its kind (H5Fclose, H5Dclose, ...).
class Hid {
 public:
  using Closer = herr_t (*)(hid_t);

  Hid() = default;
  Hid(hid_t id, Closer close) : id_(id), close_(close) {}
  Hid(Hid&& other) noexcept;
  Hid& operator=(Hid&& other) noexcept;
  Hid(const Hid&) = delete;
  Hid& operator=(const Hid&) = delete;
  ~Hid() { reset(); }

  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }
  void reset() noexcept;

 private:
  hid_t id_ = H5I_INVALID_HID;
  Closer close_ = nullptr;
};

/// Keeps other threads out of the library, and stops it from printing its errors to stderr, for as long as it
/// lives. Every function that calls the library holds one; they may be nested.
class ScopedErrorSilence {
 public:
  ScopedErrorSilence();
  ~ScopedErrorSilence();
  ScopedErrorSilence(const ScopedErrorSilence&) = delete;
  ScopedErrorSilence& operator=(const ScopedErrorSilence&) = delete;

 private:
  std::unique_lock<std::recursive_mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// What the library says about its last failed call: the innermost description ("unable to open file"), or
/// "no reason given". Clears the error stack.
std::string error_text();

/// Whether the last failed call failed for memory; to be asked before error_text.
bool lacked_memory();

/// Takes ownership of what a call returned; throws failure("what: error_text()") where it is negative.
Hid own(hid_t id, Hid::Closer close, const std::string& what);

/// Returns a non-negative result (of any signed type); throws as `own` does where it is negative.
template <typename Result>
Result check(Result result, const std::string& what) {
  if (result < 0) throw failure(what + ": " + error_text());
  return result;
}

}  // namespace orochi::hdf5
