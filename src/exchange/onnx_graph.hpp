// A graph of ONNX's operators, which becomes the bytes of a file.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <orochi/batch.hpp>

namespace orochi {

class OnnxGraph {
 public:
  OnnxGraph();
  ~OnnxGraph();

  /// A tensor of the graph, by its name there.
  using Value = std::string;
  /// An axis is as long as the number, or as whoever runs the graph chooses: then it has a name.
  using Axis = std::variant<std::string, Index>;
  struct Attribute {
    const char* name;
    std::variant<std::int64_t, float, std::vector<std::int64_t>> value;
  };

  Value float_input(const std::string& name, const std::vector<Axis>& axes);
  Value integer_input(const std::string& name, const std::vector<Axis>& axes);
  void output(const Value& value, const std::string& name, const std::vector<Axis>& axes);  // of floats
  /// The result of an operator; the same one where there is such a node already.
  Value node(const char* operation, const std::vector<Value>& inputs,
             const std::vector<Attribute>& attributes = {});
  /// A constant [shape], under a name of its own where none is given.
  Value tensor(const std::vector<Index>& shape, std::span<const float> numbers, const std::string& name = {});
  Value number(double value) { return tensor({}, std::vector{static_cast<float>(value)}); }
  Value integers(const std::vector<std::int64_t>& numbers);  // [n]
  Value integer(std::int64_t number);                        // []
  /// A property of the file.
  void property(const std::string& key, const std::string& text);

  /// Notes what has no translation; the caller goes on, so that all of it is known.
  void refuse(const std::string& what) {
    if (std::ranges::find(refused_, what) == refused_.end()) refused_.push_back(what);
  }
  const std::vector<std::string>& refused() const { return refused_; }

  /// The file. A failure where it has more than `most` bytes: 2 GB is what protobuf reads.
  std::string bytes(std::size_t most = 2147483647) const;

 private:
  struct File;
  std::unique_ptr<File> file_;
  std::vector<std::string> refused_;
};

}  // namespace orochi
