// A reader of HDF5 files in memory that trusts no byte of them.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <orochi/batch.hpp>

namespace orochi::hdf5 {

/// Little-endian numbers, and UTF-8 of fixed length filled up with NUL.
enum class Kind { float32, float64, int64, uint64, text };
const char* kind_name(Kind kind);

/// Where a dataset (or attribute) lies in the image, and as what.
struct Stored {
  Kind kind = Kind::float32;
  bool scalar = false;
  std::vector<Index> shape;      // one or two dimensions; empty for a scalar
  std::size_t element_size = 0;  // bytes; the fixed length for text
  std::size_t offset = 0;        // of the first byte; the whole lies inside the image
  std::size_t count() const;     // of elements
  std::size_t bytes() const;
};

struct Contents {
  std::map<std::string, Stored> attributes;  // of the root group
  std::map<std::string, Stored> datasets;    // by path without the leading slash
};

/// Letters, digits, `_` and `-`, at least one: the names that `read_structure` accepts.
bool is_plain_name(std::string_view name);

/// Reads the structure of an HDF5 file as libhdf5 writes it with its "earliest" format: superblock 0, groups
/// as symbol tables, version 1 object headers, contiguous datasets. Everything else is refused by name: soft
/// and external links, external storage, filters, chunks, attributes below the root, objects with two names,
/// two objects of one name or in one place, types other than `Kind`, other names than plain ones. Source:
/// HDF5 File Format Specification 3.0. Not libhdf5 itself, because that reads beyond its own memory when an
/// image was tampered with (1.10.8, seen by AddressSanitizer). Every number of the image is held against the
/// image's size before use. Throws a usage_error that starts with `file`.
Contents read_structure(std::span<const unsigned char> image, const std::string& file);

}  // namespace orochi::hdf5
