// A library for LD_PRELOAD that counts the file calls of a process below one folder, writes them to a log,
// and at one of them kills the process or makes the call fail. harness.py sets the variables:
//
//   FAULTS_FOLDER   calls on paths below it count, those on their descriptors too
//   FAULTS_LOG      a line a call: number, name, path, second path or descriptor's kind, offset, data in hex,
//                   result, errno, allocations so far; between tabs
//   FAULTS_AT       the number of the call at which something happens, from 1
//   FAULTS_TIMES    at how many calls from there on; 0: at all (default 1)
//   FAULTS_ONLY     only calls of these names count for FAULTS_AT, with commas (default: all)
//   FAULTS_ACTION   kill-before, kill-after, short (half of a read or write), or an errno
//   FAULTS_ALLOCATION  the allocation that fails, from 1, counted from the call FAULTS_AT on
#pragma once

#include <string>

namespace faults {

// The library's own calls and allocations do not count.
class Inside {
 public:
  Inside();
  ~Inside();
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
};
bool is_inside();

/// Counts an allocation; whether it is to fail, with errno set.
bool allocation_fails();

/// The path of an open descriptor below the folder, or "".
std::string path_of(int file);
void remember(int file, const std::string& path);
void forget(int file);

/// One file call. Where it is the one at which something happens, the constructor may not return.
class Call {
 public:
  Call(const char* name, std::string path, std::string second = {});
  bool is_watched() const { return number_ > 0; }
  bool fails() const;
  int error() const;
  /// How much of a read or write is done.
  std::size_t size(std::size_t asked) const;
  void set_data(const void* bytes, std::size_t size);
  void set_offset(long long offset) { offset_ = offset; }
  /// Writes the line of the log; may not return either.
  void done(long result, int error) const;

 private:
  std::string name_, path_, second_, data_;
  long long offset_ = -1;
  long number_ = 0;
  bool hit_ = false;
};

}  // namespace faults
