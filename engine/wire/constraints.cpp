#include "engine/wire/constraints.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "engine/messages/requests.h"
#include "engine/wire/java_echo.h"

namespace dynadeck::engine {
namespace {

using Kind = Constraint::Kind;

constexpr std::size_t kMaxViolations = 10;
constexpr std::size_t kMaxTableNameLength = 255;
constexpr std::size_t kMaxArnLength = 1024;
constexpr std::string_view kNamePattern = "[a-zA-Z0-9_.-]+";

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  });
}

bool is_arn(std::string_view text) { return text.starts_with("arn:"); }

// Characters, as Java counts them for what matters here; elements; members.
std::int64_t length_of(const JsonValue& value) {
  if (!value.is_string()) return static_cast<std::int64_t>(value.count());
  return std::count_if(value.text().begin(), value.text().end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

// A number as Java's long would be read from it.
std::int64_t integer_of(const JsonValue& value) {
  const std::string_view text = value.text();
  std::int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (error == std::errc::result_out_of_range) return text.front() == '-' ? INT64_MIN : INT64_MAX;
  return integer;
}

// Where in a request something is: a step and, on the stack of the walk, the steps that led to it.
struct Step {
  enum class Kind : std::uint8_t { kMember, kIndex, kKey, kElement };
  const Step* before = nullptr;
  Kind kind = Kind::kMember;
  std::string_view name;  // of a member or key
  std::size_t index = 0;  // from 1
};

// "RequestItems.table.member.Keys"; in camel case, "requestItems.table.member.keys".
std::string path_to(const Step& step, bool camel) {
  std::string path = step.before == nullptr ? std::string() : path_to(*step.before, camel) + ".";
  switch (step.kind) {
    case Step::Kind::kMember:
      path.push_back(static_cast<char>(camel ? step.name.front() | 0x20 : step.name.front()));
      return path.append(step.name.substr(1));
    case Step::Kind::kKey:
      return path.append(step.name);
    case Step::Kind::kIndex:
      return path.append(std::to_string(step.index));
    case Step::Kind::kElement:
      break;
  }
  return path.append("member");
}

class Checker {
 public:
  explicit Checker(bool older) : older_(older) {}

  void structure(const Shape& shape, const JsonValue& value, const Step* before) {
    for (const ShapeMember& member : shape.members) {
      if (alone_) return;
      const JsonValue* given = value.find(member.name);
      if (given == nullptr && member.constraints.empty()) continue;
      const Step step{before, Step::Kind::kMember, member.name};
      all(member.constraints, *member.shape, given, step);
      if (given != nullptr) inside(*member.shape, *given, step);
    }
  }

  Status status() const {
    if (alone_) return validation_error(messages::validation_errors({&*alone_, 1}));
    if (!violations_.empty()) return validation_error(messages::validation_errors(violations_));
    if (!late_.empty()) return validation_error(messages::validation_errors(late_));
    return Done{};
  }

 private:
  void inside(const Shape& shape, const JsonValue& value, const Step& step) {
    switch (shape.kind) {
      case Shape::Kind::kStructure:
        structure(shape, value, &step);
        break;
      case Shape::Kind::kList:
        if (has_constraints(shape)) elements(shape, value, step);
        break;
      case Shape::Kind::kMap:
        if (has_constraints(shape)) members(shape, value, step);
        break;
      default:
        break;
    }
  }

  // Attribute values have no constraints of shape: most of every request need not be walked.
  static bool has_constraints(const Shape& shape) {
    const Shape::Kind kind = shape.element->kind;
    return !shape.element_constraints.empty() || kind == Shape::Kind::kStructure ||
           kind == Shape::Kind::kList || kind == Shape::Kind::kMap;
  }

  void elements(const Shape& shape, const JsonValue& list, const Step& before) {
    std::size_t index = 0;
    for (const JsonValue& value : list.elements()) {
      element(shape, value, {&before, Step::Kind::kIndex, {}, ++index});
    }
  }

  void members(const Shape& shape, const JsonValue& map, const Step& before) {
    for (const JsonMember& member : map.members()) {
      element(shape, member.value, {&before, Step::Kind::kKey, member.name});
    }
  }

  void element(const Shape& shape, const JsonValue& value, const Step& before) {
    const Step step{&before, Step::Kind::kElement, {}};
    all(shape.element_constraints, *shape.element, &value, step);
    if (!value.is_null()) inside(*shape.element, value, step);
  }

  void all(std::span<const Constraint> constraints, const Shape& shape, const JsonValue* value,
           const Step& step) {
    if (value != nullptr && value->is_null()) value = nullptr;
    for (const Constraint& constraint : constraints) {
      if (value == nullptr && constraint.kind != Kind::kNotNull) continue;
      if (constraint.kind == Kind::kTableName) {
        table_name(constraint, shape, *value, step);
      } else if (!holds(constraint, value)) {
        violated(constraint, shape, value, step, sentence(constraint));
      }
    }
  }

  static bool holds(const Constraint& constraint, const JsonValue* value) {
    switch (constraint.kind) {
      case Kind::kNotNull:
        return value != nullptr;
      case Kind::kPattern:
        return is_name(value->text());
      case Kind::kMinLength:
        return length_of(*value) >= constraint.number;
      case Kind::kMaxLength:
        return length_of(*value) <= constraint.number;
      case Kind::kMinValue:
        return integer_of(*value) >= constraint.number;
      case Kind::kMaxValue:
        return integer_of(*value) <= constraint.number;
      case Kind::kEnum:
        return std::find(constraint.values.begin(), constraint.values.end(), value->text()) !=
               constraint.values.end();
      case Kind::kMapKeys:
        return std::all_of(value->members().begin(), value->members().end(), is_table_key);
      case Kind::kMapValues:
        return std::all_of(value->members().begin(), value->members().end(),
                           [&](const JsonMember& member) {
                             const std::int64_t length = length_of(member.value);
                             return length >= 1 && length <= constraint.number;
                           });
      case Kind::kTableName:
        break;
    }
    return true;
  }

  static bool is_table_key(const JsonMember& member) {
    const std::string_view name = member.name;
    if (is_arn(name)) return name.size() <= kMaxArnLength;
    return name.size() >= 3 && name.size() <= kMaxTableNameLength && is_name(name);
  }

  // An ARN has a limit of its own and its own characters.
  void table_name(const Constraint& constraint, const Shape& shape, const JsonValue& value,
                  const Step& step) {
    const std::string_view name = value.text();
    const std::size_t limit = is_arn(name) ? kMaxArnLength : kMaxTableNameLength;
    if (!is_arn(name) && !name.empty() && !is_name(name)) {
      violated(constraint, shape, &value, step, messages::must_match(kNamePattern));
    }
    if (name.size() > limit) {
      violated(constraint, shape, &value, step,
               messages::must_have_length("less", static_cast<std::int64_t>(limit)));
    }
  }

  std::string sentence(const Constraint& constraint) const {
    switch (constraint.kind) {
      case Kind::kNotNull:
        return messages::must_not_be_null();
      case Kind::kPattern:
        return messages::must_match(constraint.text);
      case Kind::kMinLength:
        return messages::must_have_length("greater", constraint.number);
      case Kind::kMaxLength:
        return messages::must_have_length("less", constraint.number);
      case Kind::kMinValue:
        return messages::must_have_value("greater", constraint.number);
      case Kind::kMaxValue:
        return messages::must_have_value("less", constraint.number);
      case Kind::kEnum:
        return messages::must_be_one_of(older_ || constraint.shown.empty() ? constraint.values
                                                                           : constraint.shown);
      case Kind::kMapKeys:
        return messages::map_keys_must(kMaxTableNameLength, 3, kNamePattern);
      default:
        return messages::map_values_must(constraint.number, 1);
    }
  }

  void violated(const Constraint& constraint, const Shape& shape, const JsonValue* value,
                const Step& step, const std::string& what) {
    switch (older_ ? Report::kEcho : constraint.report) {
      case Report::kNamedAlone:
        if (!alone_) alone_ = messages::constraint_named(path_to(step, false), what);
        break;
      case Report::kAnonymousAlone:
        if (!alone_) alone_ = messages::constraint_anonymous(what);
        break;
      case Report::kAnonymous:
        add(violations_, messages::constraint_anonymous(what));
        break;
      case Report::kEchoLate:
        add(late_, echo(constraint, shape, value, step, what));
        break;
      case Report::kEcho:
        if (violations_.size() < kMaxViolations) {
          add(violations_, echo(constraint, shape, value, step, what));
        }
        break;
    }
  }

  static std::string echo(const Constraint& constraint, const Shape& shape, const JsonValue* value,
                          const Step& step, const std::string& what) {
    if (value == nullptr) return messages::constraint_on_null(path_to(step, true), what);
    std::string text;
    if (constraint.kind == Kind::kMapKeys && constraint.report == Report::kEcho) {
      append_compact_json(text, *value);
    } else {
      append_java(text, shape, value);
    }
    return messages::constraint_on_value(text, path_to(step, true), what);
  }

  static void add(std::vector<std::string>& list, std::string violation) {
    if (list.size() < kMaxViolations) list.push_back(std::move(violation));
  }

  const bool older_;
  std::optional<std::string> alone_;
  std::vector<std::string> violations_;
  std::vector<std::string> late_;
};

}  // namespace

Status check_constraints(const Shape& shape, const JsonValue& body, bool older) {
  Checker checker(older);
  checker.structure(shape, body, nullptr);
  return checker.status();
}

Status check_request(const Shape& shape, const JsonValue& body) {
  if (Status status = check_types(shape, body); !status.ok()) return status;
  return check_constraints(shape, body);
}

}  // namespace dynadeck::engine
