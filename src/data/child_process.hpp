// Work that may break down, in a process of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace orochi {

/// What the child sends: numbers, texts and arrays in this machine's byte order. Always true, as what a
/// Receiver says.
class Sender {
 public:
  explicit Sender(int pipe) : pipe_(pipe) {}
  bool number(std::uint64_t number) { return bytes(&number, sizeof number); }
  bool text(std::string_view text) { return array(text); }
  template <class Array>
  bool array(const Array& values) {
    return number(values.size()) && bytes(values.data(), values.size() * sizeof(values[0]));
  }

 private:
  bool bytes(const void* data, std::size_t size);

  int pipe_;
};

/// What arrives of it; false: not all did. A size is only believed as far as bytes come.
class Receiver {
 public:
  explicit Receiver(int pipe) : pipe_(pipe) {}
  bool number(std::uint64_t& number) { return bytes(&number, sizeof number); }
  bool text(std::string& text) { return array(text); }
  template <class Array>
  bool array(Array& values) {
    std::uint64_t left = 0;
    values.clear();
    if (!number(left)) return false;
    while (left > 0) {
      const std::size_t before = values.size();
      const std::size_t piece = left < piece_size ? static_cast<std::size_t>(left) : piece_size;
      values.resize(before + piece);
      if (!bytes(values.data() + before, piece * sizeof(values[0]))) return false;
      left -= piece;
    }
    return true;
  }

 private:
  static constexpr std::size_t piece_size = 1 << 20;
  bool bytes(void* data, std::size_t size);

  int pipe_;
};

/// How a child came to its end: all was received; it, or this process while receiving, got no memory (the
/// system kills with SIGKILL where it runs out); its seconds were up; or it broke down, `what` says how.
struct ChildEnd {
  enum class Kind { whole, no_memory, too_slow, broken } kind = Kind::whole;
  std::string what;  // "Segmentation fault (signal 11)"; may be empty without memory
};

/// Calls `work` in a child process and `receive` here, while it sends. The child says nothing on standard
/// error and has at most `seconds` of the processor. Throws a failure if there can be no child.
ChildEnd run_in_child(int seconds, const std::function<void(Sender&)>& work,
                      const std::function<bool(Receiver&)>& receive);

/// From here on this process opens no file.
void open_no_more_files();

}  // namespace orochi
