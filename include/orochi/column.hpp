// Columns: the arrays of a data set, in memory or, where memory is too small for them, on disk.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#pragma GCC visibility push(default)
namespace orochi {

/// Where columns are. On disk, large arrays are files without a name that are mapped into memory: the kernel
/// takes their pages to memory and back as there is room.
class Storage {
 public:
  Storage() = default;  // memory
  /// Throws a usage_error for a folder that cannot hold files, or holds them in memory.
  static Storage on_disk(const std::string& folder);

  bool is_on_disk() const { return folder_ != nullptr; }
  /// A failure where the disk is full.
  void* allocate(std::size_t bytes) const;
  /// `bytes` as they were asked for.
  void deallocate(void* start, std::size_t bytes) const noexcept;
  bool operator==(const Storage&) const = default;

 private:
  std::shared_ptr<const std::string> folder_;  // null: memory
};

/// What std::vector asks of an allocator, by a Storage.
template <class T>
struct ColumnAllocator {
  using value_type = T;
  using propagate_on_container_copy_assignment = std::true_type;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;

  ColumnAllocator(Storage where = {}) : storage(std::move(where)) {}
  template <class Other>
  ColumnAllocator(const ColumnAllocator<Other>& other) : storage(other.storage) {}

  /// Throws as Storage::allocate does.
  T* allocate(std::size_t count) { return static_cast<T*>(storage.allocate(count * sizeof(T))); }
  /// `count` as it was asked for.
  void deallocate(T* start, std::size_t count) noexcept { storage.deallocate(start, count * sizeof(T)); }
  template <class Other>
  bool operator==(const ColumnAllocator<Other>& other) const {
    return storage == other.storage;
  }

  Storage storage;
};

/// A std::vector whose elements are where its storage is.
template <class T>
using Column = std::vector<T, ColumnAllocator<T>>;

template <class T>
bool operator==(const Column<T>& column, const std::vector<T>& other) {
  return std::equal(column.begin(), column.end(), other.begin(), other.end());
}

/// Texts one behind the other.
class TextColumn {
 public:
  TextColumn(const Storage& storage = {}) : bytes_(storage), begins_(1, 0, storage) {}

  /// Room for so many bytes of texts.
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
  /// Copies the text behind the others.
  void push_back(std::string_view text) {
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    begins_.push_back(bytes_.size());
  }
  std::size_t size() const { return begins_.size() - 1; }
  bool empty() const { return size() == 0; }
  std::string_view operator[](std::size_t i) const {
    return {bytes_.data() + begins_[i], static_cast<std::size_t>(begins_[i + 1] - begins_[i])};
  }
  bool operator==(const TextColumn&) const = default;
  bool operator==(std::span<const std::string> texts) const {
    bool same = size() == texts.size();
    for (std::size_t i = 0; i < texts.size() && same; ++i) same = (*this)[i] == texts[i];
    return same;
  }

 private:
  Column<char> bytes_;
  Column<std::uint64_t> begins_;  // [size + 1]
};

}  // namespace orochi
#pragma GCC visibility pop
