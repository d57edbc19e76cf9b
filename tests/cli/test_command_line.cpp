// Parsing: what CLI11 does is worded and checked by us.
#include <new>

#include <orochi/error.hpp>
#include <orochi/run.hpp>

#include "captured_stderr.hpp"
#include "catch.hpp"
#include "cli/command_line.hpp"

using namespace orochi;

namespace {

Verb verb() {
  Verb verb;
  verb.name = "bake";
  verb.words = {{"FLOUR", "", true, false}, {"EXTRA", "", false, false}};
  verb.options = {{"--oven", "DIR", ""}, {"--minutes", "N", "", 1, 90}, {"--json", "", ""}};
  return verb;
}

std::string error(const std::vector<std::string>& words) {
  try {
    parse_arguments(verb(), Program(), words);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::usage);
    return error.what();
  }
  return "none";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("options are anywhere, with a space or an equals sign") {
  const Arguments a =
      parse_arguments(verb(), Program(), {"--oven", "left", "rye", "--json", "--minutes=7", "salt"});
  CHECK(a.words == std::vector<std::string>{"rye", "salt"});
  CHECK(a.text("--oven") == "left");
  CHECK(a.integer("--minutes", 1) == 7);
  CHECK(a.has("--json"));
  const Arguments b = parse_arguments(verb(), Program(), {"rye", "--", "--json"});
  CHECK(b.words == std::vector<std::string>{"rye", "--json"});
  CHECK_FALSE(b.has("--json"));
  CHECK(b.integer("--minutes", 5) == 5);
  CHECK(b.text("--oven", "right") == "right");
  CHECK(parse_arguments(verb(), Program(), {"rye", "-"}).words[1] == "-");
  const Arguments c = parse_arguments(verb(), Program(), {"[a,b]", "--oven", "[c,d]", "[e]"});
  CHECK(c.words == std::vector<std::string>{"[a,b]", "[e]"});
  CHECK(c.text("--oven") == "[c,d]");
  CHECK(parse_arguments(verb(), Program(), {"-h"}).has("--help"));
  CHECK(parse_arguments(verb(), Program(), {"--nonsense", "--help"}).has("--help"));
}

TEST_CASE("errors are one line with a way out") {
  CHECK(has(error({"rye", "--ovn", "x"}), "no option \"--ovn\"; did you mean \"--oven\"?"));
  CHECK(has(error({"rye", "-json"}), "did you mean \"--json\"?"));
  CHECK(has(error({"rye", "--quickly"}), "bake has no option \"--quickly\" (see `orochi help bake`)"));
  CHECK(has(error({"rye", "--oven"}), "--oven needs a value: --oven DIR"));
  CHECK(has(error({"rye", "--oven=~/x"}), "--oven is ~/x: shells leave ~"));
  CHECK(has(error({"rye", "--oven=~/x"}), "write \"$HOME/x\", or ./~/x"));
  CHECK(has(error({"rye", "--oven", "--json"}), "--oven needs a value"));
  CHECK(has(error({"rye", "--oven="}), "--oven needs a value"));
  CHECK(has(error({"rye", "--json=yes"}), "--json is a switch"));
  CHECK(has(error({"rye", "--oven", "a", "--oven", "b"}), "--oven is given 2 times"));
  for (const char* number : {"0", "91", "-3", "7x", "", "1e1", "99999999999999999999"})
    CHECK((has(error({"rye", "--minutes", number}), "from 1 to 90") ||
           has(error({"rye", "--minutes", number}), "needs a value")));
  CHECK(has(error({}), "bake needs FLOUR; usage: orochi bake FLOUR [EXTRA] [--oven DIR]"));
  CHECK(has(error({"a", "b", "c"}), "unexpected word \"c\""));
  CHECK_FALSE(has(error({"a", "b", "c", "--x"}), "\n"));
}

TEST_CASE("a program has the verbs that it adds, beside those of Orochi") {
  Extensions extensions = builtin();
  std::vector<std::string> words;
  const Extensions* seen = nullptr;
  const auto call = [&](const Extensions& components, const Arguments& arguments, Output&) {
    words = arguments.words;
    seen = &components;
    return 7;
  };
  extensions.verbs.add({"bake", "bread", "", {{"FLOUR", ""}}, {}, {}, call});
  const auto run_with = [&](std::vector<const char*> arguments) {
    test::CapturedStderr captured;
    const int code =
        run(static_cast<int>(arguments.size()), const_cast<char**>(arguments.data()), extensions);
    return std::pair(code, captured.text());
  };
  CHECK(run_with({"p", "bake", "rye"}).first == 7);
  CHECK(words == std::vector<std::string>{"rye"});
  CHECK(seen == &extensions);
  CHECK(has(run_with({"p", "bkae"}).second, "did you mean \"bake\"?"));
  CHECK(has(run_with({"a/p", "bkae"}).second, "p: there is no verb \"bkae\"; did you mean \"bake\"?"));

  for (const char* taken : {"train", "help", "bake"}) {
    Extensions more = builtin();
    for (const char* name : {taken, "bake"}) more.verbs.add({name, "", "", {}, {}, {}, call});
    std::swap(extensions, more);
    const auto [code, message] = run_with({"p", "bake"});
    CHECK(code == 1);
    CHECK(has(message, std::string("two verbs are named \"") + taken + "\""));
  }
  extensions = builtin();
  extensions.verbs.add({"idle", "", "", {}, {}, {}, nullptr});
  CHECK(has(run_with({"p", "idle"}).second, "the verb \"idle\" has no `call`"));
}

TEST_CASE("a verb that trains says by which keys it takes less memory") {
  Extensions extensions = builtin();
  const auto call = [](const Extensions&, const Arguments&, Output&) -> int { throw std::bad_alloc(); };
  for (const bool trains : {true, false}) {
    Verb verb{trains ? "teach" : "ask", "", "", {}, {}, {}, call};
    verb.trains = trains;
    extensions.verbs.add(verb);
    test::CapturedStderr captured;
    std::vector<const char*> arguments{"p", verb.name.c_str()};
    CHECK(run(2, const_cast<char**>(arguments.data()), extensions) == 1);
    CHECK(has(captured.text(), "out of memory; "));
    CHECK(has(captured.text(), "train.batch_size") == trains);
  }
}
