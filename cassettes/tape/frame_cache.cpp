#include "cassettes/tape/frame_cache.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "cassettes/json/text.h"

namespace dynadeck::cassettes {
namespace {

// The content of a string without escapes; nothing for anything else.
std::optional<std::string_view> plain_text(std::string_view raw) {
  const bool plain = raw.size() >= 2 && raw.front() == '"' && raw.find('\\') == raw.npos;
  return plain ? std::optional(raw.substr(1, raw.size() - 2)) : std::nullopt;
}

bool take_plain_response(std::string_view object, PlainAnswer& answer) {
  bool plain = true;
  const auto text = [&](std::string_view raw, std::string_view& into) {
    const auto found = plain_text(raw);
    if (found) into = *found;
    plain = found.has_value();
  };
  const bool walked = for_each_member(object, [&](std::string_view name, std::string_view raw) {
    if (name == "status") {
      answer.status = static_cast<int>(std::min<std::uint64_t>(unsigned_value(raw), 999));
    } else if (name == "id") {
      answer.request_number = unsigned_value(raw);
    } else if (name == "error") {
      text(raw, answer.error_code);
    } else if (name == "body") {
      answer.body = raw;
    } else if (name == "headers") {
      for_each_member(raw, [&](std::string_view header, std::string_view value) {
        text(value, answer.request_id);
        return plain = plain && header == "x-amzn-RequestId";
      });
    } else {
      plain = false;
    }
    return plain;
  });
  return walked && plain && answer.status >= 100 && !answer.body.empty();
}

PlainAnswer plain_answer(std::string_view line) {
  PlainAnswer answer;
  bool plain = true;
  bool answered = false;
  const bool walked = for_each_member(line, [&](std::string_view name, std::string_view raw) {
    if (name == "response") {
      plain = answered = take_plain_response(raw, answer);
    } else if (name == "duration_us") {
      answer.duration = std::chrono::microseconds(
          static_cast<std::int64_t>(std::min<std::uint64_t>(unsigned_value(raw), 1ULL << 53)));
    } else if (name == "faults" || name == "delivery") {
      plain = false;
    }
    return plain;
  });
  return walked && plain && answered ? answer : PlainAnswer();
}

}  // namespace

FrameCache::FrameCache(TapeReader reader, const std::vector<FrameRow>& frames,
                       std::size_t most_bytes)
    : reader_(std::move(reader)), most_bytes_(most_bytes) {
  first_places_.reserve(frames.size() + 1);
  std::uint64_t place = 0;
  for (const FrameRow& frame : frames) {
    first_places_.push_back(place);
    place += frame.exchanges;
  }
  first_places_.push_back(place);
}

FrameCache::Place FrameCache::locate(std::uint64_t place) {
  Place located;
  const auto after = std::upper_bound(first_places_.begin(), first_places_.end(), place);
  if (after == first_places_.begin() || after == first_places_.end()) {
    located.error = reader_.path() + ": has no exchange " + std::to_string(place);
    return located;
  }
  const auto number = static_cast<std::size_t>(after - first_places_.begin()) - 1;
  auto frame = get(number);
  if (!frame) {
    located.error = frame.error();
    return located;
  }
  located.frame = *std::move(frame);
  const std::uint64_t within = place - first_places_[number];
  if (within < located.frame->exchanges.size()) {
    located.line = &located.frame->exchanges[within];
  } else {
    located.error =
        reader_.path() + ": its index does not fit; `dynadeck cassette compact` makes a new one";
  }
  return located;
}

const PlainAnswer& FrameCache::answer_of(Frame& frame, Line& line) {
  if (line.looked.load(std::memory_order_acquire)) return line.answer;
  const std::lock_guard lock(frame.looking);
  if (!line.looked.load(std::memory_order_relaxed)) {
    line.answer = plain_answer(line.text);
    line.looked.store(true, std::memory_order_release);
  }
  return line.answer;
}

Outcome<std::shared_ptr<FrameCache::Frame>, std::string> FrameCache::get(std::size_t number) {
  if (auto frame = find(number)) return frame;
  auto loaded = load(number);
  if (loaded) keep(number, *loaded);
  return loaded;
}

std::optional<std::string> FrameCache::read_bytes(std::size_t frame, std::size_t offset,
                                                  std::size_t bytes) {
  const auto loaded = get(frame);
  if (!loaded) return std::nullopt;
  const std::string& text = (*loaded)->text;
  if (offset > text.size() || bytes > text.size() - offset) return std::nullopt;
  return text.substr(offset, bytes);
}

Outcome<Interaction, std::string> FrameCache::read(std::uint64_t place) {
  const Place located = locate(place);
  if (located.line == nullptr) return located.error;
  return parse_interaction(located.line->text, reader_.header().seed);
}

std::shared_ptr<FrameCache::Frame> FrameCache::find(std::size_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = by_number_.find(number);
  if (found == by_number_.end()) return nullptr;
  frames_.splice(frames_.begin(), frames_, found->second);
  return found->second->second;
}

void FrameCache::keep(std::size_t number, std::shared_ptr<Frame> frame) {
  const std::lock_guard lock(mutex_);
  if (by_number_.contains(number)) return;
  bytes_ += frame->bytes();
  frames_.emplace_front(number, std::move(frame));
  by_number_[number] = frames_.begin();
  while (bytes_ > most_bytes_ && frames_.size() > 1) {
    bytes_ -= frames_.back().second->bytes();
    by_number_.erase(frames_.back().first);
    frames_.pop_back();
  }
}

Outcome<std::shared_ptr<FrameCache::Frame>, std::string> FrameCache::load(
    std::size_t number) const {
  auto text = reader_.read_frame(number);
  if (!text) return text.error();
  auto frame = std::make_shared<Frame>();
  frame->text = std::move(text->text);
  for_each_line_of(frame->text, [&](std::string_view line) {
    if (is_exchange_line(line)) {
      frame->exchanges.emplace_back().text = line;
    }
    return true;
  });
  return std::shared_ptr<Frame>(std::move(frame));
}

}  // namespace dynadeck::cassettes
