#include "run/machine_memory.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

#include <fmt/format.h>

namespace orochi {
namespace {

/// The number behind a word in a file of the kernel's: "VmRSS:   123 kB".
std::optional<double> field(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word;
    double number = 0;
    if (words >> word >> number && word == name) return number;
  }
  return std::nullopt;
}

/// The number that a file holds; nothing for "max" or no file.
std::optional<double> number_in(const std::string& path) {
  std::ifstream file(path);
  double number = 0;
  if (file >> number) return number;
  return std::nullopt;
}

/// What one control group still allows: its pages of files can be given back.
std::optional<double> left_in_group(const std::string& folder, const char* limit, const char* usage,
                                    const char* file_pages, const char* shared_pages) {
  const std::optional<double> most = number_in(folder + "/" + limit), used = number_in(folder + "/" + usage);
  if (!most || !used) return std::nullopt;
  // Files in memory (/dev/shm) count as pages of files, too, and stay.
  const auto pages = [&](const char* name) { return field(folder + "/memory.stat", name).value_or(0); };
  return *most - *used + pages(file_pages) - pages(shared_pages);
}

/// The tightest of the process's group and those above it, in version 2 of control groups and in version 1.
std::optional<double> left_in_groups(const std::string& root) {
  std::optional<double> least;
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const bool second = line.starts_with("0::");
    // number:controllers:path
    const std::size_t first = line.find(':'), last = line.find(':', first + 1);
    if (last == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, last - first - 1) + ",";
    if (!second && controllers.find(",memory,") == std::string::npos) continue;
    const std::string mount = root + (second ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory");
    std::string group = line.substr(last + 1);
    while (true) {
      const std::optional<double> left =
          second ? left_in_group(mount + group, "memory.max", "memory.current", "file", "shmem")
                 : left_in_group(mount + group, "memory.limit_in_bytes", "memory.usage_in_bytes",
                                 "total_cache", "total_shmem");
      if (left && (!least || *left < *least)) least = left;
      if (group.empty()) break;
      group.erase(group.rfind('/') == std::string::npos ? 0 : group.rfind('/'));
    }
  }
  return least;
}

}  // namespace

double resident_memory() {
  const auto kilobytes = [](const char* name) { return field("/proc/self/status", name).value_or(0); };
  // Pages of files can be given back at any time, but the program's and its libraries' are in use.
  const double code = kilobytes("VmExe:") + kilobytes("VmLib:");
  return 1024 * (kilobytes("VmRSS:") - std::max(0.0, kilobytes("RssFile:") - code));
}
double peak_memory() { return 1024 * field("/proc/self/status", "VmHWM:").value_or(0); }

MemoryLeft memory_left(double most, const std::string& root) {
  MemoryLeft left{std::numeric_limits<double>::infinity(), ""};
  const auto bound = [&](std::optional<double> bytes, const char* reason) {
    if (bytes && *bytes < left.bytes) left = {*bytes, fmt::format(fmt::runtime(reason), memory_text(*bytes))};
  };
  const std::optional<double> available = field(root + "/proc/meminfo", "MemAvailable:");
  if (available) bound(1024 * *available, "this machine has {} left");
  bound(left_in_groups(root), "the control group of this process has {} left");
  const double allowed = most - resident_memory();
  if (most > 0 && allowed < left.bytes)
    left = {allowed, "--max-memory allows " + memory_text(most) + " in all"};
  return left;
}

std::string memory_text(double bytes) {
  if (bytes < 0.9995e9) return fmt::format("{:.0f} MB", std::max(bytes, 0.0) / 1e6);
  return bytes < 0.9995e12 ? fmt::format("{:.1f} GB", bytes / 1e9) : fmt::format("{:.4g} TB", bytes / 1e12);
}

}  // namespace orochi
