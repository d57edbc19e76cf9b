// Writing survives every failing system call and every instant of death. The linker (--wrap) sends the
// writer's calls through the functions below.
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <filesystem>
#include <string_view>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "catch.hpp"
#include "checkpoint_support.hpp"
#include "io/whole_file.hpp"

using namespace orochi;
using namespace orochi::test;
using catch_matchers::Contains;

namespace {

// What the next calls do: call number `fail_at` fails with `error`; calls named `forbidden` always do. Before
// each one, `before` is run.
struct Script {
  int calls = 0;
  int fail_at = -1;
  int error = EIO;
  std::string_view forbidden;
  std::string_view failed;  // the call that was made to fail
  std::function<void()> before;
  bool active = false;
};
Script& script() {
  static Script script;
  return script;
}

bool fails(std::string_view call) {
  Script& s = script();
  if (!s.active) return false;
  s.active = false;
  if (s.before) s.before();
  s.active = true;
  const bool fail = s.calls++ == s.fail_at || call == s.forbidden;
  if (fail) {
    errno = s.error;
    s.failed = call;
  }
  return fail;
}

}  // namespace

extern "C" {
int __real_open(const char* path, int flags, ...);
ssize_t __real_write(int file, const void* bytes, size_t size);
int __real_fsync(int file);
int __real_close(int file);
int __real_rename(const char* from, const char* to);
int __real_link(const char* from, const char* to);
int __real_unlink(const char* path);

int __wrap_open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(arguments, unsigned) : 0;
  va_end(arguments);
  return fails("open") ? -1 : __real_open(path, flags, mode);
}
ssize_t __wrap_write(int file, const void* bytes, size_t size) {
  // In small pieces, so that the loop is used.
  return fails("write") ? -1
                        : __real_write(file, bytes, script().active ? std::min<size_t>(size, 10000) : size);
}
int __wrap_fsync(int file) { return fails("fsync") ? -1 : __real_fsync(file); }
int __wrap_close(int file) {
  const bool fail = fails("close");
  const int result = __real_close(file);
  if (!fail) return result;
  errno = script().error;
  return -1;
}
int __wrap_rename(const char* from, const char* to) { return fails("rename") ? -1 : __real_rename(from, to); }
int __wrap_link(const char* from, const char* to) { return fails("link") ? -1 : __real_link(from, to); }
int __wrap_unlink(const char* path) { return fails("unlink") ? -1 : __real_unlink(path); }
}

namespace {

// Two checkpoints in a folder, the third not yet written.
struct Run {
  TemporaryFolder folder;
  std::string last = folder.path("last.h5"), previous = folder.path("last-1.h5");
  std::vector<unsigned char> bytes[3];

  Run() {
    Sample sample;
    for (auto& generation : bytes) {
      generation = sample.bytes();
      ++sample.header.progress.step;
    }
    write_whole_file(last, bytes[0]);
    write_whole_file(last, bytes[1], previous);
  }
  // The message of writing the third, with the script's calls going wrong.
  std::string write(const Script& wrong) const {
    script() = wrong;
    script().active = true;
    std::string message = message_of([&] { write_whole_file(last, bytes[2], previous); });
    script().active = false;
    return message;
  }
};

}  // namespace

TEST_CASE("the file before survives under its own name", "[whole_file]") {
  const Run run;
  REQUIRE(run.folder.names() == std::vector<std::string>{"last-1.h5", "last.h5"});
  REQUIRE(read_bytes(run.last) == run.bytes[1]);
  REQUIRE(read_bytes(run.previous) == run.bytes[0]);
  REQUIRE(run.write({}) == "(no error)");
  REQUIRE(script().failed.empty());
  REQUIRE(read_bytes(run.last) == run.bytes[2]);
  REQUIRE(read_bytes(run.previous) == run.bytes[1]);
}

// Variants: with hard links, and on a file system that has none.
TEST_CASE("every system call may fail: the old file stays, nothing is left over", "[whole_file]") {
  for (const std::string_view forbidden : {"", "link"}) {
    int failures = 0;
    for (int call = 0;; ++call) {
      const Run run;
      Script wrong;
      wrong.fail_at = call;
      wrong.forbidden = forbidden;
      wrong.error = forbidden.empty() ? EIO : EPERM;
      const std::string message = run.write(wrong);
      if (script().calls <= call) break;
      CAPTURE(call, script().failed, message);
      REQUIRE_FALSE(std::filesystem::exists(run.last + ".tmp"));
      REQUIRE_FALSE(std::filesystem::exists(run.previous + ".tmp"));
      // The second removal of a name that is gone may fail unseen; a link that may not be made is replaced.
      if (message == "(no error)") {
        REQUIRE((script().failed == "unlink" || script().failed == "link"));
        continue;
      }
      ++failures;
      REQUIRE_THAT(message, Contains("cannot write '" + run.last + "': " + std::string(script().failed)));
      REQUIRE_THAT(message, Contains(forbidden.empty() ? "Input/output error" : "Operation not permitted"));
      // Only the last sync of the folder comes too late to take anything back.
      const bool of_folder = message.find("'" + run.folder.folder() + "'") != std::string::npos;
      const bool taken_back = read_bytes(run.last) == run.bytes[1];
      REQUIRE((taken_back || (of_folder && read_bytes(run.last) == run.bytes[2])));
    }
    REQUIRE(failures >= 10);
  }
}

TEST_CASE("at every instant one of the two names is whole", "[whole_file]") {
  for (const std::string_view forbidden : {"", "link"}) {
    const Run run;
    int missing = 0;
    Script watched;
    watched.forbidden = forbidden;
    watched.error = EPERM;
    watched.before = [&] {
      if (reader_message(run.last) == "(no error)") return;
      REQUIRE(reader_message(run.previous) == "(no error)");
      ++missing;
    };
    REQUIRE(run.write(watched) == "(no error)");
    REQUIRE(script().calls >= 12);
    // Without hard links there is an instant without `last.h5`; with them there is none.
    REQUIRE((missing > 0) == (forbidden == "link"));
    REQUIRE(read_bytes(run.last) == run.bytes[2]);
    REQUIRE(read_bytes(run.previous) == run.bytes[1]);
  }
}

TEST_CASE("a run that dies at any call leaves a whole file, and the next one cleans up", "[whole_file]") {
  for (const std::string_view forbidden : {"", "link"}) {
    for (int call = 0;; ++call) {
      const Run run;
      Script deadly;
      deadly.forbidden = forbidden;
      deadly.error = EPERM;
      deadly.before = [&] {
        if (script().calls == call) ::_exit(0);
      };
      if (in_child([&] { return run.write(deadly) + "."; }) != "") break;
      CAPTURE(call);
      const std::vector<unsigned char> left =
          read_bytes(std::filesystem::exists(run.last) ? run.last : run.previous);
      REQUIRE((left == run.bytes[1] || left == run.bytes[2]));
      REQUIRE(run.write({}) == "(no error)");
      REQUIRE(run.folder.names() == std::vector<std::string>{"last-1.h5", "last.h5"});
      REQUIRE(read_bytes(run.last) == run.bytes[2]);
    }
  }
}

TEST_CASE("interrupted calls are taken up again", "[whole_file]") {
  const Run run;
  for (int call = 0; call < 12; ++call) {
    Script interrupted;
    interrupted.fail_at = call;
    interrupted.error = EINTR;
    const std::string message = run.write(interrupted);
    if (script().failed == "write" || script().failed == "fsync") REQUIRE(message == "(no error)");
  }
}

TEST_CASE("a file that outgrows its limit leaves the old one", "[whole_file]") {
  const Run run;
  const std::string message = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{20000, 20000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    return message_of([&] { write_whole_file(run.last, run.bytes[2], run.previous); });
  });
  REQUIRE_THAT(message, Contains("write '" + run.last + ".tmp': File too large"));
  REQUIRE(run.folder.names() == std::vector<std::string>{"last-1.h5", "last.h5"});
  REQUIRE(read_bytes(run.last) == run.bytes[1]);
  REQUIRE(read_bytes(run.previous) == run.bytes[0]);
}

TEST_CASE("places that cannot be written say why", "[whole_file]") {
  const Run run;
  const auto message = [&](const std::string& path, const std::string& previous = {}) {
    return message_of([&] { write_whole_file(path, run.bytes[2], previous); });
  };
  REQUIRE_THAT(message(run.folder.path("none/a.h5")), Contains("No such file or directory"));
  REQUIRE_THAT(message(run.last + "/a.h5"), Contains("Not a directory"));
  std::filesystem::create_directory(run.folder.path("folder"));
  REQUIRE_THAT(message(run.folder.path("folder")), Contains("something other than a file is there"));
  std::filesystem::create_symlink("last.h5", run.folder.path("link.h5"));
  REQUIRE_THAT(message(run.folder.path("link.h5")), Contains("something other than a file is there"));
  REQUIRE_THAT(message(run.last, run.folder.path("folder")),
               Contains("rename to '" + run.folder.path("folder")));
  std::filesystem::permissions(run.folder.folder(), std::filesystem::perms(0555));
  REQUIRE_THAT(in_child([&] {
                 give_up_privileges();
                 return message(run.last);
               }),
               Contains("last.h5.tmp': Permission denied"));
  std::filesystem::permissions(run.folder.folder(), std::filesystem::perms(0755));
  REQUIRE(read_bytes(run.last) == run.bytes[1]);
  REQUIRE(run.folder.names() == std::vector<std::string>{"folder", "last-1.h5", "last.h5", "link.h5"});
}

TEST_CASE("what a dead run left is overwritten", "[whole_file]") {
  const Run run;
  write_bytes(run.last + ".tmp", std::vector<unsigned char>(100000, 'x'));
  write_bytes(run.previous + ".tmp", {'x'});
  // It died after `last-1.h5` became a second name of `last.h5`.
  std::filesystem::remove(run.previous);
  std::filesystem::create_hard_link(run.last, run.previous);
  REQUIRE(run.write({}) == "(no error)");
  REQUIRE(run.folder.names() == std::vector<std::string>{"last-1.h5", "last.h5"});
  REQUIRE(read_bytes(run.last) == run.bytes[2]);
  REQUIRE(read_bytes(run.previous) == run.bytes[1]);
}

TEST_CASE("folders are made with those above them", "[whole_file]") {
  const TemporaryFolder folder;
  make_folders(folder.path("a/b/c/"));
  make_folders(folder.path("a/b/c"));
  REQUIRE(std::filesystem::is_directory(folder.path("a/b/c")));
  write_bytes(folder.path("file"), {'x'});
  REQUIRE_THAT(message_of([&] { make_folders(folder.path("file/d")); }),
               Contains("mkdir") && Contains("file"));
}
