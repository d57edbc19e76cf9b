// Numbers and texts as bytes between processes of one program.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <orochi/error.hpp>

#include "ranks/collectives.hpp"

namespace orochi {

/// What is put in front comes out in front.
class Message {
 public:
  Message() = default;
  explicit Message(Bytes bytes) : bytes_(std::move(bytes)) {}
  Bytes release() { return std::move(bytes_); }

  template <class T>
  void put(const T& value) {
    append(std::span<const T>(&value, 1));
  }
  /// With its length.
  template <class T>
  void put_list(std::span<const T> values) {
    put(static_cast<std::uint64_t>(values.size()));
    append(values);
  }
  void put_text(const std::string& text) { put_list(std::span<const char>(text)); }

  template <class T>
  T take() {
    T value{};
    extract(std::span<T>(&value, 1));
    return value;
  }
  template <class T>
  std::vector<T> take_list() {
    const auto count = take<std::uint64_t>();
    check(count, sizeof(T));
    std::vector<T> values(count);
    extract(std::span<T>(values));
    return values;
  }
  std::string take_text() {
    const std::vector<char> text = take_list<char>();
    return {text.begin(), text.end()};
  }

 private:
  template <class T>
  void append(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::span<const std::byte> more = std::as_bytes(values);
    bytes_.insert(bytes_.end(), more.begin(), more.end());
  }
  template <class T>
  void extract(std::span<T> values) {
    check(values.size(), sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), bytes_.data() + at_, values.size_bytes());
    at_ += values.size_bytes();
  }
  void check(std::uint64_t count, std::size_t each) const {
    if (count > (bytes_.size() - at_) / each)
      throw failure("[ranks] a message is shorter than its receiver expects: are all ranks of one program?");
  }

  Bytes bytes_;
  std::size_t at_ = 0;  // what is taken next
};

}  // namespace orochi
