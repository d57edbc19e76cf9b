#include <algorithm>
#include <new>

#include <orochi/arena.hpp>

namespace orochi {
namespace {
constexpr std::size_t block_alignment = 64;  // a cache line, and the widest vector
constexpr std::size_t first_block = std::size_t{1} << 16;
std::size_t round_up(std::size_t n) { return (n + block_alignment - 1) / block_alignment * block_alignment; }
}  // namespace

void Arena::Free::operator()(std::byte* p) const { ::operator delete (p, std::align_val_t{block_alignment}); }

void Arena::add_block(std::size_t bytes) {
  void* memory = ::operator new (bytes, std::align_val_t{block_alignment});
  blocks_.push_back({std::unique_ptr<std::byte, Free>(static_cast<std::byte*>(memory)), bytes});
}

void* Arena::allocate(std::size_t bytes) {
  bytes = round_up(bytes);
  while (current_ < blocks_.size() && used_ + bytes > blocks_[current_].size) {
    ++current_;
    used_ = 0;
  }
  if (current_ == blocks_.size()) {
    add_block(std::max({bytes, first_block, round_up(capacity())}));  // at least doubles: few blocks
    used_ = 0;
  }
  void* result = blocks_[current_].memory.get() + used_;
  used_ += bytes;
  return result;
}

void Arena::reset() {
  if (blocks_.size() > 1) {
    const std::size_t total = capacity();
    blocks_.clear();
    add_block(total);
  }
  current_ = used_ = 0;
}

void Arena::release(Mark mark) {
  if (mark.block == 0 && mark.used == 0) return reset();  // nothing is in use: the moment to merge
  current_ = mark.block;
  used_ = mark.used;
}

std::size_t Arena::used() const {
  std::size_t total = used_;
  for (std::size_t i = 0; i < current_ && i < blocks_.size(); ++i) total += blocks_[i].size;
  return total;
}

std::size_t Arena::capacity() const {
  std::size_t total = 0;
  for (const Block& block : blocks_) total += block.size;
  return total;
}

}  // namespace orochi
