#include <csignal>
#include <fstream>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>

#include "catch.hpp"
#include "data/child_process.hpp"

using namespace orochi;

using Kind = ChildEnd::Kind;

namespace {

bool receive_seven(Receiver& receiver) {
  std::uint64_t number = 0;
  return receiver.number(number) && number == 7;
}

ChildEnd end_of(const std::function<void(Sender&)>& work) { return run_in_child(5, work, receive_seven); }

}  // namespace

TEST_CASE("a child that breaks down is told of", "[child]") {
  CHECK(end_of([](Sender& sender) { sender.number(7); }).kind == Kind::whole);
  const ChildEnd silent = end_of([](Sender&) {});
  CHECK(silent.kind == Kind::broken);
  CHECK(silent.what == "an answer cut short");
  const ChildEnd thrown = end_of([](Sender&) { throw std::runtime_error("x"); });
  CHECK(thrown.kind == Kind::broken);
  CHECK(thrown.what == "exit code 1");
  for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE}) {
    const ChildEnd raised = end_of([signal](Sender&) {
      std::signal(signal, SIG_DFL);
      std::raise(signal);
    });
    CHECK(raised.kind == Kind::broken);
    CHECK_THAT(raised.what, catch_matchers::Contains("(signal " + std::to_string(signal) + ")"));
  }
}

TEST_CASE("a child without memory or without time is no broken one", "[child]") {
  CHECK(end_of([](Sender&) { throw std::bad_alloc(); }).kind == Kind::no_memory);
  const ChildEnd killed = end_of([](Sender&) { std::raise(SIGKILL); });
  CHECK(killed.kind == Kind::no_memory);
  CHECK(killed.what == "Killed (signal 9)");
  const auto no_room = [](Receiver&) -> bool { throw std::bad_alloc(); };
  CHECK(run_in_child(
            5, [](Sender&) {}, no_room)
            .kind == Kind::no_memory);
  const auto circle = [](Sender&) {
    const volatile bool always = true;
    while (always) {
    }
  };
  CHECK(run_in_child(1, circle, receive_seven).kind == Kind::too_slow);
}

TEST_CASE("a child can be kept from opening files", "[child]") {
  const auto other_file = [](Sender& sender) {
    open_no_more_files();
    sender.number(std::ifstream("/dev/null") ? 1 : 7);
  };
  CHECK(end_of(other_file).kind == Kind::whole);
}
