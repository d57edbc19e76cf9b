#include "data/readers/numbered_columns.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "core/read_number.hpp"

namespace orochi {
namespace {

constexpr std::string_view between = "..";

/// A name and the number at its end, as digits.
struct NumberedName {
  explicit NumberedName(std::string_view name) {
    const std::size_t end = name.find_last_not_of("0123456789");
    stem = name.substr(0, end == name.npos ? 0 : end + 1);
    digits = name.substr(stem.size());
  }
  std::string_view stem, digits;
};

bool follows(const NumberedName& name, const NumberedName& last) {
  const auto number = read_number<std::size_t>(name.digits), before = read_number<std::size_t>(last.digits);
  return name.stem == last.stem && number && before && *number == *before + 1;
}

}  // namespace

std::vector<std::string> expand_columns(const std::string& name) {
  constexpr std::size_t most = 1'000'000;
  const std::size_t at = name.rfind(between);
  if (at == name.npos) return {name};
  const NumberedName first(std::string_view(name).substr(0, at)),
      last(std::string_view(name).substr(at + between.size()));
  const auto from = read_number<std::size_t>(first.digits), to = read_number<std::size_t>(last.digits);
  if (first.stem != last.stem || !from || !to || *from >= *to || *to > most) return {name};
  const std::size_t width = first.digits.starts_with('0') ? first.digits.size() : 0;  // as in t00..t59
  std::vector<std::string> names;
  for (std::size_t i = *from; i <= *to; ++i)
    names.push_back(fmt::format("{}{:0{}}", first.stem, i, std::max<std::size_t>(width, 1)));
  return names;
}

std::vector<std::string> shorten_columns(const std::vector<std::string>& names) {
  constexpr std::size_t several = 4;
  std::vector<std::string> result, run;
  const auto end_run = [&] {
    if (run.size() >= several)
      if (const std::string all = run.front() + std::string(between) + run.back(); expand_columns(all) == run)
        run = {all};
    result.insert(result.end(), run.begin(), run.end());
    run.clear();
  };
  for (const std::string& name : names) {
    if (!run.empty() && !follows(NumberedName(name), NumberedName(run.back()))) end_run();
    run.push_back(name);
  }
  end_run();
  return result;
}

}  // namespace orochi
