// ARFF as the UEA/UCR archive has it: a series of one channel as attributes, or of several as one relational
// attribute, then the class.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "data/raw.hpp"
#include "data/readers/labels.hpp"
#include "data/readers/words.hpp"

namespace orochi {
namespace {

struct ArffHeader {
  Index numeric = 0;  // attributes before the class
  bool is_relational = false;
  bool in_relation = false;                         // between "@attribute NAME relational" and "@end NAME"
  std::optional<std::vector<std::string>> classes;  // of the last attribute, if it has names: {a,b}
};

bool is_quote(char c) { return c == '"' || c == '\''; }

/// Takes a name or a value off `rest`, with or without quotes, up to one of `ends`, which stays.
std::string_view take_name(std::string_view& rest, std::string_view ends) {
  rest = trim(rest);
  if (!rest.empty() && is_quote(rest.front())) {
    const std::size_t close = rest.find(rest.front(), 1);
    if (close != std::string_view::npos) {
      const std::string_view name = rest.substr(1, close - 1);
      rest.remove_prefix(close + 1);
      return name;
    }
  }
  const std::string_view name = trim(rest.substr(0, rest.find_first_of(ends)));
  rest.remove_prefix(std::min(rest.find_first_of(ends), rest.size()));
  return name;
}

/// "{a, 'b c'}"
std::vector<std::string> names_in(std::string_view list) {
  list.remove_prefix(1);
  std::vector<std::string> names;
  while (!trim(list).empty() && trim(list).front() != '}') {
    names.emplace_back(take_name(list, ",}"));
    list = list.substr(std::min(list.find_first_of(",}"), list.size()));
    if (list.starts_with(',')) list.remove_prefix(1);
  }
  return names;
}

void read_attribute(std::string_view text, Index line, ArffHeader& header, DataFile& file) {
  const std::string_view name = take_name(text, " \t{");
  const std::string_view type = trim(text);
  const std::string word = lower_ascii(type.substr(0, type.find_first_of(" \t")));
  const bool is_number = word == "numeric" || word == "real" || word == "integer";
  if (header.in_relation) {
    if (!is_number)
      file.error(fmt::format("attribute {} is {}; expected numeric", quote(name), quote(type)), line);
    return;
  }
  if (header.classes)
    file.error(fmt::format("attribute {} follows the class; expected the class as the last one", quote(name)),
               line);
  if (word == "relational") {
    if (header.is_relational || header.numeric > 0)
      file.error(
          fmt::format("attribute {} is relational; expected one such attribute, and the class", quote(name)),
          line);
    header.is_relational = header.in_relation = true;
  } else if (is_number) {
    ++header.numeric;
  } else if (type.starts_with('{')) {
    header.classes = names_in(type);
  } else {
    file.error(fmt::format("attribute {} is {}; expected numeric, relational, or for the class {{NAME,NAME}}",
                           quote(name), quote(type)),
               line);
  }
}

/// What the attributes say together.
void check_header(ArffHeader& header, DataFile& file) {
  const bool has_number = !header.classes && header.numeric > (header.is_relational ? 0 : 1);
  if (has_number) --header.numeric;  // the last one is the target
  if (!header.classes && !(has_number && file.targets().are_numbers()))
    file.error(
        has_number
            ? "the last attribute is numeric; expected the class, {NAME,NAME}, or task = \"regression\""
            : "no class; expected numeric attributes, then one with {NAME,NAME}");
  else if (header.is_relational ? header.numeric > 0 : header.numeric == 0)
    file.error(
        header.is_relational
            ? "numeric attributes beside a relational one; expected one relational attribute and the class"
            : "no numeric attribute before the class; expected a series");
}

/// The header up to and with @data; returns the number of its last line, or 0.
Index read_header(std::string_view& rest, ArffHeader& header, DataFile& file) {
  for (Index line = 1; !rest.empty(); ++line) {
    std::string_view text = trim(take_line(rest));
    if (text.empty() || text.starts_with('%')) continue;
    const std::string key = lower_ascii(text.substr(0, text.find_first_of(" \t")));
    text.remove_prefix(key.size());
    if (key == "@attribute") {
      read_attribute(text, line, header, file);
    } else if (key == "@end") {
      header.in_relation = false;
    } else if (key == "@data") {
      check_header(header, file);
      return line;
    } else if (key != "@relation") {
      file.error(fmt::format("{} before @data; expected @relation, @attribute, @end or a comment with %",
                             quote(key)),
                 line);
      return 0;
    }
  }
  file.error("no @data line; expected ARFF: @relation, @attribute lines, @data, then one series a line");
  return 0;
}

/// Takes the last value off a line, with the comma before it; nothing where there is none.
std::optional<std::string_view> take_last(std::string_view& text) {
  std::size_t begin = std::string_view::npos;  // of the value, with its quotes
  const bool is_quoted = text.size() > 1 && is_quote(text.back());
  if (is_quoted)
    begin = text.rfind(text.back(), text.size() - 2);
  else if (const std::size_t comma = text.rfind(','); comma != std::string_view::npos)
    begin = comma + 1;
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view value =
      is_quoted ? text.substr(begin + 1, text.size() - begin - 2) : trim(text.substr(begin));
  text = text.substr(0, text.find_last_not_of(" \t", begin == 0 ? 0 : begin - 1) + 1);
  if (!text.ends_with(',')) return std::nullopt;
  text.remove_suffix(1);
  return value;
}

class ArffReader : public Reader {
 public:
  explicit ArffReader(const Settings&) {}

  bool is_text() const override { return false; }
  void read(DataFile& file) const override {
    std::string_view rest = file.text();
    if (rest.empty()) return;
    ArffHeader header;
    Index line = read_header(rest, header, file);
    // A broken header would make an error of every series.
    if (!file.is_good()) return;
    bool has_lines = false;
    while (!rest.empty()) {
      const std::string_view whole = take_line(rest), text = trim(whole);
      ++line;
      if (text.empty() || text.starts_with('%')) continue;
      has_lines = true;
      read_line(text, line, text.data() - whole.data(), header, file);
    }
    if (!has_lines && file.is_good()) file.error("no series below @data; expected lines v,v,v,CLASS");
  }

 private:
  static void read_line(std::string_view text, Index line, Index indent, const ArffHeader& header,
                        DataFile& file) {
    const char* const start = text.data() - indent;
    if (text.starts_with('{'))
      return file.error("a sparse line, {INDEX VALUE, ...}; expected all values, v,v,v,CLASS", line);
    Record record;
    record.line = line;
    record.is_of_text = true;
    const std::optional<std::string_view> label = take_last(text);
    if (!label)
      return file.error(header.is_relational
                            ? "no \",\" between values and class; expected \"v,v\\nv,v\",CLASS"
                            : "no \",\" between values and class; expected v,v,v,CLASS",
                        line);
    if (label->starts_with('{') && label->ends_with('}'))
      return file.error(fmt::format("a weight behind the class, {}, which is not read; remove it, for all "
                                    "lines with sed 's/, *{{[^}}]*}} *$//' FILE > NEW.arff",
                                    quote(*label)),
                        line);
    record.target = *label;
    if (file.needs_targets() && header.classes &&
        std::find(header.classes->begin(), header.classes->end(), *label) == header.classes->end())
      file.error(unlisted_label(*label, *header.classes, "the class attribute"), line);
    if (header.is_relational) {
      text = trim(text);
      if (text.size() < 2 || !is_quote(text.front()) || text.back() != text.front())
        return file.error("the relational attribute is not in quotes; expected \"v,v\\nv,v\",CLASS", line);
      text = text.substr(1, text.size() - 2);
    }
    const std::size_t colon = text.find(':');
    const auto column = [&](std::size_t at) {
      return static_cast<Index>(text.data() - start) + static_cast<Index>(at) + 1;
    };
    if (colon != std::string_view::npos)
      return file.error("a \":\" among values; expected commas between", line, column(colon));
    // As many bytes, as the parser of series has it: its errors are then where they are in the file.
    std::string values(text);
    if (header.is_relational)
      for (std::size_t at = values.find("\\n"); at != std::string::npos; at = values.find("\\n"))
        values.replace(at, 2, ": ");
    std::size_t at = 0;
    if (const std::string wrong = parse_case(values, record.values, record.channels, &at); !wrong.empty())
      return file.error(wrong, line, column(at));
    if (!header.is_relational && std::ssize(record.values) != header.numeric)
      return file.error(fmt::format("{} before the class, but the header has {}",
                                    counted(std::ssize(record.values), "value"),
                                    counted(header.numeric, "numeric attribute")),
                        line);
    file.add(std::move(record));
  }
};

}  // namespace

void add_arff(Readers& readers) {
  readers.add<ArffReader>("arff",
                          "numbers as the UEA/UCR archive has them in ARFF: numeric attributes or one "
                          "relational, the class last");
}

}  // namespace orochi
