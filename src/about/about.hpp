// What the program was built of, and what it runs on: for --version, doctor and environment.json.
#pragma once

#include <string>
#include <vector>

namespace orochi {

/// "ef03d43c2a17", "-dirty" behind it where files had changed; "unknown" where no repository was there.
std::string commit();
/// "g++ 12.2.0"
std::string compiler();
/// The level of instructions that it was built for, and that of this CPU: "x86-64-v3".
std::string built_level();
std::string cpu_level();
std::string cpu_name();

struct Library {
  std::string name, version;
};
/// Those whose version can be asked for, as they are loaded now.
std::vector<Library> libraries();

/// One way of computing products that train.kernels or train.precision may name.
struct Ability {
  std::string word;
  std::string missing;  // why it cannot be had here; empty: it can
};
std::vector<Ability> engines();
std::vector<Ability> precisions();
/// What kernels = "auto" takes.
std::string automatic_engine();

}  // namespace orochi
