#include "io/hdf5_image.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "io/hdf5_messages.hpp"

namespace orochi::hdf5 {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t max_depth = 20;

class Parser {
 public:
  Parser(std::span<const unsigned char> image, const std::string& file) : image_(image, file) {}
  Contents read();

 private:
  std::vector<MessagePart> object_header(std::size_t at);
  void messages(std::size_t begin, std::size_t size, std::size_t limit, std::vector<MessagePart>& parts);
  void object(std::size_t header, std::size_t depth);
  void group(const MessagePart& table, std::size_t depth);
  void tree(std::size_t node, std::size_t level_limit, std::size_t names, std::size_t depth);
  void symbols(std::size_t node, std::size_t names, std::size_t depth);
  std::string name(std::size_t names, std::size_t at);
  void refuse_shared_storage();

  ImageBytes image_;
  std::set<std::size_t> headers_;
  std::set<std::string> paths_;
  Contents contents_;
};

Contents Parser::read() {
  if (image_.number(8, 1) != 0)
    image_.refuse(fmt::format("is in a newer HDF5 format (superblock {}); a checkpoint's superblock is 0",
                              image_.number(8, 1)));
  // Signature, superblock 0 with its parts' versions, 8-byte offsets and lengths, base address 0.
  image_.require(image_.matches(0, "\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0"sv));
  image_.require(image_.number(24, 8) == 0 && image_.number(40, 8) == image_.size());
  object(image_.number(64, 8), 0);
  refuse_shared_storage();
  return std::move(contents_);
}

// Each dataset is read into memory of its own: a small file must not fill it by naming the same bytes often.
void Parser::refuse_shared_storage() {
  std::vector<std::tuple<std::size_t, std::size_t, std::string>> pieces;  // begin, end, path
  for (const auto& [path, stored] : contents_.datasets)
    if (stored.bytes() > 0) pieces.emplace_back(stored.offset, stored.offset + stored.bytes(), path);
  std::sort(pieces.begin(), pieces.end());
  std::size_t used = 0;  // up to here
  for (const auto& [begin, end, path] : pieces) {
    image_.path = path;
    if (begin < used) image_.refuse("shares its storage with another object");
    used = end;
  }
}

std::vector<MessagePart> Parser::object_header(std::size_t at) {
  if (!headers_.insert(at).second) image_.refuse("has more than one name; a checkpoint holds no links");
  image_.require(image_.number(at, 1) == 1);
  const std::size_t count = image_.number(at + 2, 2);
  if (image_.number(at + 4, 4) != 1) image_.refuse("has more than one name; a checkpoint holds no links");
  std::vector<MessagePart> parts;
  messages(at + 16, image_.number(at + 8, 4), count, parts);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].type != continuation) continue;
    image_.require(parts[i].size >= 16);
    messages(image_.number(parts[i].begin, 8), image_.number(parts[i].begin + 8, 8), count, parts);
  }
  image_.require(parts.size() == count);
  return parts;
}

void Parser::messages(std::size_t begin, std::size_t size, std::size_t limit,
                      std::vector<MessagePart>& parts) {
  image_.require(image_.holds(begin, size));
  while (size >= 8 && parts.size() < limit) {
    const MessagePart part{static_cast<unsigned>(image_.number(begin, 2)), begin + 8,
                           image_.number(begin + 2, 2)};
    const std::size_t shared = image_.number(begin + 4, 1) & 2;
    if (shared != 0) image_.refuse("takes a part of its header from another object (a committed type)");
    image_.require(part.size <= size - 8);
    parts.push_back(part);
    begin += 8 + part.size;
    size -= 8 + part.size;
  }
}

void Parser::object(std::size_t header, std::size_t depth) {
  if (depth > max_depth) image_.refuse("lies too deep");
  const std::vector<MessagePart> parts = object_header(header);
  const auto table =
      std::find_if(parts.begin(), parts.end(), [](const MessagePart& p) { return p.type == symbol_table; });
  if (table == parts.end()) {
    contents_.datasets.insert({image_.path, read_dataset(image_, parts)});
    return;
  }
  for (const MessagePart& part : parts) {
    const bool known = part.type == symbol_table || part.type == continuation || part.type == nil;
    if (part.type == attribute && depth == 0) {
      image_.require(contents_.attributes.insert(read_attribute(image_, part)).second);
    } else if (part.type == attribute) {
      image_.refuse("has an attribute, which the format does not know");
    } else if (!known) {
      image_.refuse("is a group with more in it than the format knows");
    }
  }
  group(*table, depth);
}

void Parser::group(const MessagePart& table, std::size_t depth) {
  image_.require(table.size >= 16);
  const std::size_t heap = image_.number(table.begin + 8, 8);
  image_.require(image_.matches(heap, "HEAP\0"sv));
  const std::size_t before = contents_.datasets.size();
  tree(image_.number(table.begin, 8), max_depth, heap, depth);
  if (contents_.datasets.size() == before) image_.refuse("is an empty group, which the format does not know");
}

// A B-tree node: signature, type, level, entries, siblings, then key, child, key, child, ...
void Parser::tree(std::size_t node, std::size_t level_limit, std::size_t names, std::size_t depth) {
  image_.require(image_.matches(node, "TREE\0"sv));
  const std::size_t level = image_.number(node + 5, 1);
  image_.require(level < level_limit);
  const std::size_t entries = image_.number(node + 6, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t child = image_.number(node + 32 + 16 * i, 8);
    if (level == 0) {
      symbols(child, names, depth);
    } else {
      tree(child, level, names, depth);
    }
  }
}

void Parser::symbols(std::size_t node, std::size_t names, std::size_t depth) {
  image_.require(image_.matches(node, "SNOD\x01"sv));
  const std::size_t entries = image_.number(node + 6, 2);
  const std::string parent = image_.path;
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = node + 8 + 40 * i;
    const std::string child = name(names, image_.number(entry, 8));
    image_.path = parent.empty() ? child : parent + "/" + child;
    if (!is_plain_name(child)) image_.refuse("has a name that no object of a checkpoint has");
    if (!paths_.insert(image_.path).second) image_.refuse("is twice in its group");
    const std::size_t cached = image_.number(entry + 16, 4);
    if (cached == 2) image_.refuse("is a soft link; a checkpoint holds no links");
    image_.require(cached < 2);
    object(image_.number(entry + 8, 8), depth + 1);
  }
  image_.path = parent;
}

// In the heap's data segment, ended by NUL.
std::string Parser::name(std::size_t names, std::size_t at) {
  const std::size_t size = image_.number(names + 8, 8), begin = image_.number(names + 24, 8);
  image_.require(image_.holds(begin, size) && at < size);
  return image_.text(begin + at, std::min<std::size_t>(size - at, 256));
}

}  // namespace

bool is_plain_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Contents read_structure(std::span<const unsigned char> image, const std::string& file) {
  return Parser(image, file).read();
}

}  // namespace orochi::hdf5
