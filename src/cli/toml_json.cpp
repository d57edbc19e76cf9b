#include "cli/toml_json.hpp"

#include <type_traits>

#include <nlohmann/json.hpp>

namespace orochi {
namespace {

nlohmann::ordered_json value_json(const TomlValue& value) {
  return std::visit(
      [](const auto& data) -> nlohmann::ordered_json {
        using Data = std::remove_cvref_t<decltype(data)>;
        if constexpr (std::is_same_v<Data, TomlTable>) {
          return to_json(data);
        } else if constexpr (std::is_same_v<Data, TomlList>) {
          auto list = nlohmann::ordered_json::array();
          for (const TomlValue& element : data) list.push_back(value_json(element));
          return list;
        } else if constexpr (std::is_same_v<Data, TomlOther>) {
          return data.what;
        } else {
          return data;
        }
      },
      value.data);
}

}  // namespace

nlohmann::ordered_json to_json(const TomlTable& table) {
  auto json = nlohmann::ordered_json::object();
  for (const TomlItem& item : table) json[item.key] = value_json(item.value);
  return json;
}

}  // namespace orochi
