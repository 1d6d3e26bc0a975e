#include "cassettes/json/path.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "cassettes/json/text.h"

namespace dynadeck::cassettes {
namespace {

bool is_wrapper(const Place& place) { return place.name == "M" || place.name == "L"; }

class Rewriter {
 public:
  Rewriter(std::string_view text, const Visit& visit, const VisitName* visit_name, std::string& out,
           bool prune)
      : cursor_(text), visit_(visit), visit_name_(visit_name), out_(out), prune_(prune) {}

  bool document() {
    if (!value()) return false;
    cursor_.skip_space();
    return cursor_.at_end();
  }

 private:
  // Passes one value; says whether it was dropped.
  bool value() {
    dropped_ = false;
    if (places_.size() > kMaxJsonDepth) return false;
    cursor_.skip_space();
    const char kind = cursor_.peek();
    const bool container = kind == '{' || kind == '[';
    std::string_view raw;
    if (!container && !cursor_.value(raw)) return false;
    std::string replacement;
    const Rewrite action = visit_(places_, raw, replacement);
    if (action == Rewrite::kKeep && container) return members(kind);
    if (container && !cursor_.value(raw)) return false;
    if (action == Rewrite::kKeep) {
      out_ += raw;
    } else if (action == Rewrite::kReplace) {
      out_ += replacement;
    }
    dropped_ = action == Rewrite::kDrop;
    return true;
  }

  bool members(char bracket) {
    const bool object = bracket == '{';
    const char closing = object ? '}' : ']';
    out_ += bracket;
    bool first = true;
    std::int64_t index = 0;
    for (cursor_.open(bracket); cursor_.next(closing);) {
      const std::size_t before = out_.size();
      if (!first) out_ += ',';
      Place place;
      if (object) {
        std::string_view name;
        bool escaped = false;
        if (!cursor_.name(name, escaped)) return false;
        if (escaped) {
          unescape(name, place.name);
        } else {
          place.name = name;
        }
        append_name(name, place.name);
      } else {
        place.index = index++;
      }
      places_.push_back(std::move(place));
      if (!value()) return false;
      places_.pop_back();
      if (dropped_) {
        out_.resize(before);
      } else {
        first = false;
      }
    }
    dropped_ = prune_ && first && !places_.empty();
    out_ += closing;
    return !cursor_.failed();
  }

  // raw: as it stands in the text.
  void append_name(std::string_view raw, std::string_view name) {
    std::string replacement;
    if (visit_name_ != nullptr && (*visit_name_)(places_, name, replacement)) {
      append_quoted(out_, replacement);
    } else {
      out_.append("\"").append(raw).append("\"");
    }
    out_ += ':';
  }

  JsonCursor cursor_;
  const Visit& visit_;
  const VisitName* const visit_name_;  // null where names stay
  std::string& out_;
  const bool prune_;
  std::vector<Place> places_;
  bool dropped_ = false;
};

}  // namespace

std::string text_of(Places places) {
  std::string text;
  for (const Place& place : places) {
    if (place.index >= 0) {
      text.append("[").append(std::to_string(place.index)).append("]");
    } else {
      text.append(".").append(place.name);
    }
  }
  return text;
}

std::optional<JsonPath> JsonPath::parse(std::string_view text) {
  if (!text.starts_with('$')) return std::nullopt;
  text.remove_prefix(1);
  JsonPath path;
  while (!text.empty()) {
    if (text.starts_with("..")) {
      path.steps_.push_back({Kind::kDescend, {}, 0});
      text.remove_prefix(1);
      if (text.size() < 2) return std::nullopt;
      if (text[1] == '[') text.remove_prefix(1);
    }
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      const std::string_view name = text.substr(0, text.find_first_of(".["));
      if (name.empty()) return std::nullopt;
      path.steps_.push_back({name == "*" ? Kind::kAny : Kind::kName, std::string(name), 0});
      text.remove_prefix(name.size());
      continue;
    }
    const bool quoted = text.starts_with("['") || text.starts_with("[\"");
    const std::size_t end = quoted ? text.find(text[1] == '\'' ? "']" : "\"]", 2) : text.find(']');
    if (!text.starts_with('[') || end == std::string_view::npos) return std::nullopt;
    if (quoted) {
      path.steps_.push_back({Kind::kName, std::string(text.substr(2, end - 2)), 0});
      text.remove_prefix(end + 2);
      continue;
    }
    const std::string_view inner = text.substr(1, end - 1);
    Step step{Kind::kAny, {}, 0};
    if (inner != "*") {
      step.kind = Kind::kIndex;
      const auto [stop, error] =
          std::from_chars(inner.data(), inner.data() + inner.size(), step.index);
      if (error != std::errc{} || stop != inner.data() + inner.size()) return std::nullopt;
    }
    path.steps_.push_back(std::move(step));
    text.remove_prefix(end + 1);
  }
  return path;
}

bool JsonPath::matches_from(std::size_t step, Places places) const {
  if (step == steps_.size()) return places.empty();
  const Step& wanted = steps_[step];
  if (wanted.kind == Kind::kDescend) {
    for (std::size_t skipped = 0; skipped <= places.size(); ++skipped) {
      if (matches_from(step + 1, places.subspan(skipped))) return true;
    }
    return false;
  }
  if (places.empty()) return false;
  const Place& place = places.front();
  const bool fits = wanted.kind == Kind::kAny ||
                    (wanted.kind == Kind::kName && place.index < 0 && place.name == wanted.name) ||
                    (wanted.kind == Kind::kIndex && place.index == wanted.index);
  if (fits && matches_from(step + 1, places.subspan(1))) return true;
  return is_wrapper(place) && matches_from(step, places.subspan(1));
}

bool JsonPath::matches_around(Places places) const {
  for (std::size_t depth = 0; depth <= places.size(); ++depth) {
    if (matches(places.first(depth))) return true;
  }
  return false;
}

std::optional<JsonPath> JsonPath::within_item() const {
  constexpr std::array<std::string_view, 9> kHolders = {"Item",
                                                        "Items",
                                                        "Key",
                                                        "Keys",
                                                        "Attributes",
                                                        "NewImage",
                                                        "OldImage",
                                                        "LastEvaluatedKey",
                                                        "ExclusiveStartKey"};
  auto step = std::find_if(steps_.begin(), steps_.end(), [&](const Step& candidate) {
    return candidate.kind == Kind::kName &&
           std::find(kHolders.begin(), kHolders.end(), candidate.name) != kHolders.end();
  });
  if (step == steps_.end()) return std::nullopt;
  const bool list = step->name == "Items" || step->name == "Keys";
  ++step;
  const bool element = step != steps_.end() && (step->kind == Kind::kIndex ||
                                                (step->kind == Kind::kAny && step->name != "*"));
  if (list && element) ++step;
  JsonPath rest;
  rest.steps_.assign(step, steps_.end());
  return rest;
}

std::string JsonPath::last_name() const {
  return !steps_.empty() && steps_.back().kind == Kind::kName ? steps_.back().name : std::string();
}

bool rewrite_json(std::string_view text, const Visit& visit, std::string& out, bool prune) {
  return Rewriter(text, visit, nullptr, out, prune).document();
}

bool rewrite_json(std::string_view text, const Visit& visit, const VisitName& visit_name,
                  std::string& out, bool prune) {
  return Rewriter(text, visit, &visit_name, out, prune).document();
}

}  // namespace dynadeck::cassettes
