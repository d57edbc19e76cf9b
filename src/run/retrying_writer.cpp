#include "run/retrying_writer.hpp"

#include <algorithm>
#include <utility>

#include <orochi/error.hpp>

#include "io/whole_file.hpp"

namespace orochi {
std::string failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

void tell(const Note& note, const std::string& path, const std::string& before, const std::string& now) {
  if (now.empty() && !before.empty()) note("'" + path + "' is written again");
  if (!now.empty() && now != before) note(now + "; training goes on and tries again");
}

void RetryingWriter::write(const std::string& path, std::span<const unsigned char> bytes,
                           const std::string& keep_previous) {
  const auto older =
      std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& file) { return file.path == path; });
  std::string before;
  if (older != waiting_.end()) {
    before = older->reason;
    waiting_.erase(older);
  }
  retry();
  const std::string reason = failure_of([&] { write_whole_file(path, bytes, keep_previous); });
  tell(note_, path, before, reason);
  if (!reason.empty()) waiting_.push_back({path, keep_previous, {bytes.begin(), bytes.end()}, reason});
}

std::string RetryingWriter::retry() {
  std::string reasons;
  for (Waiting& file : waiting_) {
    const std::string before = std::exchange(
        file.reason, failure_of([&] { write_whole_file(file.path, file.bytes, file.keep_previous); }));
    tell(note_, file.path, before, file.reason);
    if (!file.reason.empty()) reasons += (reasons.empty() ? "" : "\n") + file.reason;
  }
  std::erase_if(waiting_, [](const Waiting& file) { return file.reason.empty(); });
  return reasons;
}

}  // namespace orochi
