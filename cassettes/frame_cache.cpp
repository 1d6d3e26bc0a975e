#include "cassettes/frame_cache.h"

#include <algorithm>
#include <utility>

namespace dynadeck::cassettes {

FrameCache::FrameCache(TapeReader reader, std::vector<FrameRow> frames, std::size_t most_bytes)
    : reader_(std::move(reader)), most_bytes_(most_bytes) {
  first_places_.reserve(frames.size() + 1);
  std::uint64_t place = 0;
  for (const FrameRow& frame : frames) {
    first_places_.push_back(place);
    place += frame.exchanges;
  }
  first_places_.push_back(place);
}

Outcome<Interaction, std::string> FrameCache::read(std::uint64_t place) {
  const auto after = std::upper_bound(first_places_.begin(), first_places_.end(), place);
  if (after == first_places_.begin() || after == first_places_.end()) {
    return reader_.path() + ": has no exchange " + std::to_string(place);
  }
  const auto number = static_cast<std::size_t>(after - first_places_.begin()) - 1;
  std::shared_ptr<const Frame> frame = find(number);
  if (frame == nullptr) {
    auto loaded = load(number);
    if (!loaded) return loaded.error();
    frame = *loaded;
    keep(number, frame);
  }
  const std::uint64_t within = place - first_places_[number];
  if (within >= frame->exchanges.size()) {
    return reader_.path() + ": its index does not fit; `dynadeck cassette compact` makes a new one";
  }
  std::string_view line = frame->text;
  line.remove_prefix(frame->exchanges[within]);
  return parse_interaction(line.substr(0, line.find('\n')));
}

std::shared_ptr<const FrameCache::Frame> FrameCache::find(std::size_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = by_number_.find(number);
  if (found == by_number_.end()) return nullptr;
  frames_.splice(frames_.begin(), frames_, found->second);
  return found->second->second;
}

void FrameCache::keep(std::size_t number, std::shared_ptr<const Frame> frame) {
  const std::lock_guard lock(mutex_);
  if (by_number_.contains(number)) return;
  bytes_ += frame->text.size();
  frames_.emplace_front(number, std::move(frame));
  by_number_[number] = frames_.begin();
  while (bytes_ > most_bytes_ && frames_.size() > 1) {
    bytes_ -= frames_.back().second->text.size();
    by_number_.erase(frames_.back().first);
    frames_.pop_back();
  }
}

Outcome<std::shared_ptr<const FrameCache::Frame>, std::string> FrameCache::load(
    std::size_t number) const {
  auto text = reader_.read_frame(number);
  if (!text) return text.error();
  auto frame = std::make_shared<Frame>();
  frame->text = std::move(text->text);
  frame->text.shrink_to_fit();
  for_each_line_of(frame->text, [&](std::string_view line) {
    if (is_exchange_line(line)) {
      frame->exchanges.push_back(static_cast<std::uint32_t>(line.data() - frame->text.data()));
    }
    return true;
  });
  return std::shared_ptr<const Frame>(std::move(frame));
}

}  // namespace dynadeck::cassettes
