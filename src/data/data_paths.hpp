// Every file that a config names.
#pragma once

#include <string>

#include <fmt/format.h>

#include <orochi/config.hpp>

namespace orochi {

/// Calls visit(key, path) for each; `Data` is DataConfig or const DataConfig. Of several training files the
/// keys are "data.train[0]", "data.train[1]".
template <class Data, class Visitor>
void visit_paths(Data& data, Visitor&& visit) {
  auto& train = data.train.files;
  for (std::size_t i = 0; i < train.size(); ++i)
    visit(train.size() == 1 ? std::string("data.train") : fmt::format("data.train[{}]", i), train[i]);
  if (!data.validation.empty()) visit(std::string("data.validation"), data.validation);
  if (!data.test.empty()) visit(std::string("data.test"), data.test);
}

}  // namespace orochi
