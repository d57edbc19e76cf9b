// Errors that a user sees: one clear message and an exit code.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace [[gnu::visibility("default")]] orochi {

/// What the program's exit code will be (docs/commands.md).
enum class ExitCode { done = 0, failed = 1, usage = 2, diverged = 3 };

/// Thrown for everything that a user can cause or mend. The message says where, what was found, what is
/// allowed and the next step; it may have several lines. `main` prints it and exits with `code`.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// An option of a component that does not go with the data: the caller adds where it is set.
class OptionError : public Error {
 public:
  OptionError(std::string option, const std::string& message)
      : Error(ExitCode::usage, message), option_(std::move(option)) {}
  const std::string& option() const { return option_; }

 private:
  std::string option_;
};

/// Wrong usage, configuration or data: exit code 2.
inline Error usage_error(const std::string& message) { return Error(ExitCode::usage, message); }
/// The machine, the disk or a file failed: exit code 1.
inline Error failure(const std::string& message) { return Error(ExitCode::failed, message); }

}  // namespace orochi
