#include "faults/language/document.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/seam/utf8.h"

namespace dynadeck::faults {
namespace {

Problems problem(int line, std::string text) { return {{line, "", std::move(text)}}; }

// Lines while nlohmann reads: an input iterator that counts the newlines it has handed out.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, int* line) : at_(at), line_(line) {}
  const char& operator*() const { return *at_; }
  CountingIterator& operator++() {
    if (*at_++ == '\n') ++*line_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  int* line_;
};

// Builds Nodes from nlohmann's events.
class JsonBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit JsonBuilder(const int& line) : line_(line) {}

  bool null() override { return add(Node()); }
  bool boolean(bool value) override { return scalar(value ? "true" : "false", false); }
  bool number_integer(number_integer_t value) override {
    return scalar(std::to_string(value), false);
  }
  bool number_unsigned(number_unsigned_t value) override {
    return scalar(std::to_string(value), false);
  }
  bool number_float(number_float_t, const string_t& text) override { return scalar(text, false); }
  bool string(string_t& value) override { return scalar(std::move(value), true); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Node::Kind::kMap); }
  bool start_array(std::size_t) override { return open(Node::Kind::kList); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    Node& map = *open_.back();
    if (map.find(name) != nullptr) return fail("'" + name + "' stands twice");
    map.map.push_back({std::move(name), Node()});
    return true;
  }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::json::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: what"
    const std::string text = error.what();
    const std::size_t colon = text.find(": ");
    return fail("not JSON: " + (colon == std::string::npos ? text : text.substr(colon + 2)));
  }

  Node& root() { return root_; }
  const Problems& problems() const { return problems_; }

 private:
  bool fail(std::string text) {
    if (problems_.empty()) problems_ = problem(line_, std::move(text));
    return false;
  }
  Node* place(Node node) {
    node.line = line_;
    if (++nodes_ > kMaxNodes) return nullptr;
    if (open_.empty()) return &(root_ = std::move(node));
    Node& parent = *open_.back();
    if (parent.kind == Node::Kind::kList) return &parent.list.emplace_back(std::move(node));
    return &(parent.map.back().value = std::move(node));
  }
  bool add(Node node) { return place(std::move(node)) != nullptr || fail("too large"); }
  bool scalar(std::string text, bool quoted) {
    Node node;
    node.kind = Node::Kind::kScalar;
    node.quoted = quoted;
    node.scalar = std::move(text);
    return add(std::move(node));
  }
  bool open(Node::Kind kind) {
    if (open_.size() >= kMaxDepth) return fail("nested too deep");
    Node node;
    node.kind = kind;
    Node* placed = place(std::move(node));
    if (placed == nullptr) return fail("too large");
    // A parent does not grow while a child of it is open, so the pointers stay good.
    open_.push_back(placed);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  const int& line_;
  Node root_;
  std::vector<Node*> open_;
  std::size_t nodes_ = 0;
  Problems problems_;
};

Outcome<Node, Problems> parse_json(std::string_view text) {
  int line = 1;
  JsonBuilder builder(line);
  const CountingIterator begin(text.data(), &line);
  const CountingIterator end(text.data() + text.size(), &line);
  if (!nlohmann::json::sax_parse(begin, end, &builder)) return builder.problems();
  return std::move(builder.root());
}

// Turns yaml-cpp's nodes into ours. Aliases are followed, which is why nodes are counted.
class YamlReader {
 public:
  bool read(const YAML::Node& from, Node& into, int depth) {
    into.line = from.Mark().line + 1;
    if (++nodes_ > kMaxNodes) return fail(into.line, "too large");
    if (depth > kMaxDepth) return fail(into.line, "nested too deep");
    switch (from.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        return true;
      case YAML::NodeType::Scalar:
        into.kind = Node::Kind::kScalar;
        into.quoted = from.Tag() == "!";
        into.scalar = from.Scalar();
        return is_utf8(into.scalar) || fail(into.line, "not UTF-8");
      case YAML::NodeType::Sequence:
        return read_list(from, into, depth);
      case YAML::NodeType::Map:
        return read_map(from, into, depth);
    }
    return false;
  }

  Problems& problems() { return problems_; }

 private:
  bool fail(int line, std::string text) {
    problems_ = problem(line, std::move(text));
    return false;
  }
  bool read_list(const YAML::Node& from, Node& into, int depth) {
    into.kind = Node::Kind::kList;
    for (const YAML::Node& item : from) {
      if (!read(item, into.list.emplace_back(), depth + 1)) return false;
    }
    return true;
  }
  bool read_map(const YAML::Node& from, Node& into, int depth) {
    into.kind = Node::Kind::kMap;
    for (const auto& member : from) {
      const int line = member.first.Mark().line + 1;
      if (!member.first.IsScalar()) return fail(line, "names have to be plain text");
      const std::string& name = member.first.Scalar();
      if (!is_utf8(name)) return fail(line, "a name is not UTF-8");
      if (into.find(name) != nullptr) return fail(line, "'" + name + "' stands twice");
      into.map.push_back({name, Node()});
      Node& value = into.map.back().value;
      if (!read(member.second, value, depth + 1)) return false;
      value.line = line;
    }
    return true;
  }

  std::size_t nodes_ = 0;
  Problems problems_;
};

Outcome<Node, Problems> parse_yaml(std::string_view text) {
  // yaml-cpp reports by throwing; the exception ends here.
  try {
    const YAML::Node document = YAML::Load(std::string(text));
    Node root;
    YamlReader reader;
    if (!reader.read(document, root, 0)) return std::move(reader.problems());
    return root;
  } catch (const YAML::Exception& error) {
    return problem(error.mark.line + 1, error.msg);
  }
}

}  // namespace

Node::Node() = default;
Node::Node(const Node&) = default;
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(const Node&) = default;
Node& Node::operator=(Node&&) noexcept = default;
Node::~Node() = default;

Node map_of(std::string name, const Node& value) {
  Node map;
  map.kind = Node::Kind::kMap;
  map.line = value.line;
  map.map.push_back({std::move(name), value});
  return map;
}

const Node* Node::find(std::string_view name) const {
  const auto found = std::find_if(map.begin(), map.end(),
                                  [&](const Member& member) { return member.name == name; });
  return found == map.end() ? nullptr : &found->value;
}

std::string Problem::to_string() const {
  std::string result;
  if (line > 0) result += "line " + std::to_string(line) + ": ";
  if (!where.empty()) result += where + ": ";
  return result + text;
}

std::string to_string(const Problems& problems) {
  std::string result;
  for (const Problem& each : problems) {
    if (!result.empty()) result += '\n';
    result += each.to_string();
  }
  return result;
}

Outcome<Node, Problems> parse_document(std::string_view text) {
  if (text.size() > kMaxDocumentBytes) return problem(0, "more than 4 MiB");
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool looks_like_json =
      first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
  if (!looks_like_json) return parse_yaml(text);
  Outcome<Node, Problems> json = parse_json(text);
  if (json.ok()) return json;
  Outcome<Node, Problems> yaml = parse_yaml(text);  // YAML's flow style starts like JSON
  return yaml.ok() ? std::move(yaml) : std::move(json);
}

}  // namespace dynadeck::faults
