#include "exchange/onnx_graph.hpp"

#include <algorithm>
#include <map>
#include <memory_resource>

#include <fmt/format.h>
#include <onnx.pb-c.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"

namespace orochi {
namespace {

using Value = OnnxGraph::Value;

std::string packed(const ProtobufCMessage& message) {
  std::string bytes(protobuf_c_message_get_packed_size(&message), '\0');
  protobuf_c_message_pack(&message, reinterpret_cast<std::uint8_t*>(bytes.data()));
  return bytes;
}

}  // namespace

/// The messages are plain C structures, which own nothing: all they point to is in one arena.
struct OnnxGraph::File {
  template <class Message>
  Message& make(void (*init)(Message*)) {
    auto* message = static_cast<Message*>(memory.allocate(sizeof(Message), alignof(Message)));
    init(message);
    return *message;
  }
  template <class Element>
  Element* keep(const Element* from, std::size_t count) {
    auto* to = static_cast<Element*>(memory.allocate(std::max<std::size_t>(count, 1) * sizeof(Element)));
    return std::copy_n(from, count, to), to;
  }
  char* keep(const std::string& text) { return keep(text.c_str(), text.size() + 1); }
  template <class Element>
  void set(std::size_t& count, Element*& list, const std::vector<Element>& from) {
    count = from.size();
    list = keep(from.data(), from.size());
  }
  void set(std::size_t& count, char**& list, const std::vector<std::string>& from) {
    std::vector<char*> texts;
    for (const std::string& text : from) texts.push_back(keep(text));
    set(count, list, texts);
  }

  /// The name of a node or constant that says the same, or a new name and true.
  std::pair<Value, bool> name_of(const ProtobufCMessage& message, const std::string& kind) {
    const auto [at, is_new] = known.try_emplace(packed(message));
    if (is_new) at->second = fmt::format("{}_{}", kind, known.size());
    return {at->second, is_new};
  }
  Onnx__ValueInfoProto& value_info(const std::string& name, int type, const std::vector<Axis>& axes);
  Onnx__AttributeProto& attribute(const Attribute& of);
  Value constant(int type, const std::vector<Index>& shape, const void* numbers, std::size_t bytes,
                 const std::string& name);

  std::pmr::monotonic_buffer_resource memory;
  std::vector<Onnx__ValueInfoProto*> inputs, outputs;
  std::vector<Onnx__NodeProto*> nodes;
  std::vector<Onnx__TensorProto*> constants;
  std::vector<Onnx__StringStringEntryProto*> properties;
  std::map<std::string, Value> known;  // what a node or constant says but for its name, and its name
};

Onnx__ValueInfoProto& OnnxGraph::File::value_info(const std::string& name, int type,
                                                  const std::vector<Axis>& axes) {
  std::vector<Onnx__TensorShapeProto__Dimension*> dimensions;
  for (const Axis& axis : axes) {
    dimensions.push_back(&make(onnx__tensor_shape_proto__dimension__init));
    if (const auto* length = std::get_if<Index>(&axis)) {
      dimensions.back()->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
      dimensions.back()->dim_value = *length;
    } else {
      dimensions.back()->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
      dimensions.back()->dim_param = keep(std::get<std::string>(axis));
    }
  }
  Onnx__TypeProto__Tensor& tensor = make(onnx__type_proto__tensor__init);
  tensor.has_elem_type = 1, tensor.elem_type = type;
  tensor.shape = &make(onnx__tensor_shape_proto__init);
  set(tensor.shape->n_dim, tensor.shape->dim, dimensions);
  Onnx__ValueInfoProto& info = make(onnx__value_info_proto__init);
  info.name = keep(name);
  info.type = &make(onnx__type_proto__init);
  info.type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE, info.type->tensor_type = &tensor;
  return info;
}

Onnx__AttributeProto& OnnxGraph::File::attribute(const Attribute& of) {
  Onnx__AttributeProto& result = make(onnx__attribute_proto__init);
  result.name = keep(of.name);
  result.has_type = 1;
  if (const auto* number = std::get_if<std::int64_t>(&of.value)) {
    result.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
    result.has_i = 1, result.i = *number;
  } else if (const auto* real = std::get_if<float>(&of.value)) {
    result.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
    result.has_f = 1, result.f = *real;
  } else {
    const auto& numbers = std::get<std::vector<std::int64_t>>(of.value);
    result.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
    set(result.n_ints, result.ints, numbers);
  }
  return result;
}

Value OnnxGraph::File::constant(int type, const std::vector<Index>& shape, const void* numbers,
                                std::size_t bytes, const std::string& given) {
  Onnx__TensorProto& tensor = make(onnx__tensor_proto__init);
  set(tensor.n_dims, tensor.dims, shape);
  tensor.has_data_type = 1, tensor.data_type = type;
  tensor.has_raw_data = 1;
  tensor.raw_data = {bytes, keep(static_cast<const std::uint8_t*>(numbers), bytes)};
  const auto [name, is_new] = given.empty() ? name_of(tensor.base, "constant")
                                            : std::pair(given, known.try_emplace(given, given).second);
  tensor.name = keep(name);
  if (is_new) constants.push_back(&tensor);
  return name;
}

OnnxGraph::OnnxGraph() : file_(std::make_unique<File>()) {}
OnnxGraph::~OnnxGraph() = default;

Value OnnxGraph::float_input(const std::string& name, const std::vector<Axis>& axes) {
  file_->inputs.push_back(&file_->value_info(name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, axes));
  return name;
}

Value OnnxGraph::integer_input(const std::string& name, const std::vector<Axis>& axes) {
  file_->inputs.push_back(&file_->value_info(name, ONNX__TENSOR_PROTO__DATA_TYPE__INT64, axes));
  return name;
}

void OnnxGraph::output(const Value& value, const std::string& name, const std::vector<Axis>& axes) {
  Onnx__NodeProto& same = file_->make(onnx__node_proto__init);
  same.op_type = file_->keep("Identity");
  file_->set(same.n_input, same.input, {value});
  file_->set(same.n_output, same.output, {name});
  file_->nodes.push_back(&same);
  file_->outputs.push_back(&file_->value_info(name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, axes));
}

Value OnnxGraph::node(const char* operation, const std::vector<Value>& inputs,
                      const std::vector<Attribute>& attributes) {
  std::vector<Onnx__AttributeProto*> all;
  for (const Attribute& attribute : attributes) all.push_back(&file_->attribute(attribute));
  Onnx__NodeProto& node = file_->make(onnx__node_proto__init);
  node.op_type = file_->keep(operation);
  file_->set(node.n_input, node.input, inputs);
  file_->set(node.n_attribute, node.attribute, all);
  const auto [name, is_new] = file_->name_of(node.base, operation);
  node.name = file_->keep(name);
  file_->set(node.n_output, node.output, {name});
  if (is_new) file_->nodes.push_back(&node);
  return name;
}

Value OnnxGraph::tensor(const std::vector<Index>& shape, std::span<const float> numbers,
                        const std::string& name) {
  return file_->constant(ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, shape, numbers.data(), numbers.size_bytes(),
                         name);
}

Value OnnxGraph::integers(const std::vector<std::int64_t>& numbers) {
  return file_->constant(ONNX__TENSOR_PROTO__DATA_TYPE__INT64, {std::ssize(numbers)}, numbers.data(),
                         numbers.size() * sizeof(std::int64_t), {});
}

Value OnnxGraph::integer(std::int64_t number) {
  return file_->constant(ONNX__TENSOR_PROTO__DATA_TYPE__INT64, {}, &number, sizeof(number), {});
}

void OnnxGraph::property(const std::string& key, const std::string& text) {
  Onnx__StringStringEntryProto& entry = file_->make(onnx__string_string_entry_proto__init);
  entry.key = file_->keep(key), entry.value = file_->keep(text);
  file_->properties.push_back(&entry);
}

std::string OnnxGraph::bytes(std::size_t most) const {
  File& file = *file_;
  Onnx__GraphProto graph;
  onnx__graph_proto__init(&graph);
  graph.name = file.keep("orochi");
  file.set(graph.n_input, graph.input, file.inputs);
  file.set(graph.n_output, graph.output, file.outputs);
  file.set(graph.n_node, graph.node, file.nodes);
  file.set(graph.n_initializer, graph.initializer, file.constants);
  Onnx__OperatorSetIdProto operators;
  onnx__operator_set_id_proto__init(&operators);
  operators.domain = file.keep("");
  operators.has_version = 1, operators.version = 17;
  Onnx__ModelProto model;
  onnx__model_proto__init(&model);
  model.has_ir_version = 1, model.ir_version = 8;  // what ONNX 1.12 and set 17 of its operators came with
  model.producer_name = graph.name;
  file.set(model.n_opset_import, model.opset_import, std::vector{&operators});
  model.graph = &graph;
  file.set(model.n_metadata_props, model.metadata_props, file.properties);
  if (const std::size_t size = protobuf_c_message_get_packed_size(&model.base); size > most)
    throw failure(
        fmt::format("as ONNX the model has {} bytes; allowed: {}, which is what protobuf reads; "
                    "export it with --format safetensors",
                    size, most));
  return packed(model.base);
}

}  // namespace orochi
