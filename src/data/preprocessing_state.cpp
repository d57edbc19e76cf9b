#include "data/preprocessing_state.hpp"

#include <orochi/error.hpp>

#include "data/raw.hpp"

namespace orochi {
namespace {

/// Nothing where the component has no state: text has no means, numbers have no vocabulary.
template <class List>
List list_of(const std::map<std::string, State>& states, const std::string& component,
             const List& (State::*get)(const std::string&) const, const std::string& name) {
  const auto found = states.find(component);
  if (found == states.end()) return {};
  try {
    return (found->second.*get)(name);
  } catch (const Error& error) {
    throw usage_error(component + ": " + error.what());
  }
}

std::vector<double> as_doubles(const std::vector<float>& values) { return {values.begin(), values.end()}; }

std::vector<float> as_floats(const std::vector<double>& values) {
  std::vector<float> floats;
  for (const double value : values) floats.push_back(static_cast<float>(value));
  return floats;
}

/// Null for numbers. A tokenizer may do without a state.
std::shared_ptr<const Tokenizer> load_tokenizer(const std::map<std::string, State>& states,
                                                const DataConfig& config, const Tokenizers& tokenizers,
                                                Index channels) {
  const auto found = states.find("tokenizer");
  if (found == states.end() && channels != 0) return nullptr;
  std::unique_ptr<Tokenizer> tokenizer = tokenizers.make(config.tokenizer);
  try {
    tokenizer->load(found == states.end() ? State() : found->second);
  } catch (const Error& error) {
    throw usage_error(std::string("tokenizer: ") + error.what());
  }
  return tokenizer;
}

}  // namespace

std::map<std::string, State> state_of(const Preprocessing& p) {
  std::map<std::string, State> states;
  states["data"].set("channels", std::vector<std::int64_t>{p.channels});
  if (p.texts > 1) states["data"].set("texts", std::vector<std::int64_t>{p.texts});
  if (p.unknown_share >= 0)
    states["data"].set("measured_unknown_share", std::vector<double>{p.unknown_share});
  if (p.tokenizer != nullptr) p.tokenizer->save(states["tokenizer"]);
  if (!p.missing_mean.empty()) states["missing"].set("mean", as_doubles(p.missing_mean));
  if (p.mean.empty() && p.deviation.empty()) return states;
  states["normalization"].set("mean", as_doubles(p.mean));
  states["normalization"].set("std", as_doubles(p.deviation));
  return states;
}

Preprocessing preprocessing_of(const std::map<std::string, State>& states, const DataConfig& config,
                               const Tokenizers& tokenizers) {
  const std::vector<std::int64_t> channels = list_of(states, "data", &State::integers, "channels");
  if (channels.size() != 1)
    throw usage_error("data: its state \"channels\" has " + std::to_string(channels.size()) +
                      " numbers; expected 1");
  std::vector<std::int64_t> texts{1};
  if (states.at("data").has("texts")) texts = list_of(states, "data", &State::integers, "texts");
  if (texts.size() != 1 || texts.front() < 1 || texts.front() > most_texts ||
      (texts.front() > 1 && channels.front() != 0))
    throw usage_error("data: its state \"texts\" is not one number that goes with its channels");
  std::vector<double> unknown{-1};  // checkpoints of earlier versions do not say
  if (states.at("data").has("measured_unknown_share"))
    unknown = list_of(states, "data", &State::numbers, "measured_unknown_share");
  if (unknown.size() != 1 || !(unknown.front() >= -1 && unknown.front() <= 1))
    throw usage_error("data: its state \"measured_unknown_share\" is not one share");
  return {load_tokenizer(states, config, tokenizers, channels.front()),
          as_floats(list_of(states, "normalization", &State::numbers, "mean")),
          as_floats(list_of(states, "normalization", &State::numbers, "std")),
          channels.front(),
          texts.front(),
          as_floats(list_of(states, "missing", &State::numbers, "mean")),
          unknown.front()};
}

}  // namespace orochi
