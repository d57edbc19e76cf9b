#include "data/child_process.hpp"

#include <csignal>
#include <fstream>
#include <new>

#include "catch.hpp"

using namespace orochi;

TEST_CASE("a child that breaks down is told of", "[child]") {
  const auto receive = [](Receiver& receiver) {
    std::uint64_t number = 0;
    return receiver.number(number) && number == 7;
  };
  CHECK(run_in_child(
            5, [](Sender& sender) { sender.number(7); }, receive) == "");
  CHECK(run_in_child(
            5, [](Sender&) {}, receive) == "an answer cut short");
  CHECK(run_in_child(
            5, [](Sender&) { std::raise(SIGKILL); }, receive) == "Killed (signal 9)");
  CHECK(run_in_child(
            5, [](Sender&) { throw std::bad_alloc(); }, receive) == "exit code 1");
  const auto circle = [](Sender&) {
    const volatile bool always = true;
    while (always) {
    }
  };
  CHECK(run_in_child(1, circle, receive) == "CPU time limit exceeded (signal 24)");
  const auto other_file = [](Sender& sender) {
    open_no_more_files();
    sender.number(std::ifstream("/dev/null") ? 1 : 7);
  };
  CHECK(run_in_child(5, other_file, receive) == "");
}
