// The tape that is played: its exchanges by their ordinals, and its sections.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "cassettes/tape/frame_cache.h"
#include "cassettes/tape/header.h"
#include "cassettes/tape/index.h"
#include "cassettes/tape/interaction.h"
#include "cassettes/tape/reader.h"

namespace dynadeck::cassettes {

// Synchronized. Its memory is the index and a bounded number of frames.
class PlayedTape {
 public:
  PlayedTape(TapeReader reader, TapeIndex index);

  const TapeIndex& index() const { return index_; }
  const TapeReader& reader() const { return cache_.reader(); }
  const TapeHeader& header() const { return reader().header(); }
  // Beside exchanges, and the header.
  bool has_other_lines() const { return has_other_lines_; }

  // By its name; 0 without one. Nothing where no exchange is of that section.
  std::optional<std::uint32_t> section_number(std::string_view name) const;
  // Whether a section was begun, also where nothing was asked in it.
  bool was_marked(std::string_view section);

  // Nothing where the tape cannot be read.
  std::optional<Interaction> read(std::uint32_t ordinal);
  // As FrameCache does.
  template <typename Use>
  bool use_plain(std::uint32_t ordinal, Use use) {
    return cache_.use_plain(index_.place(ordinal), std::move(use));
  }
  std::optional<std::string> read_bytes(std::size_t frame, std::size_t offset, std::size_t bytes) {
    return cache_.read_bytes(frame, offset, bytes);
  }

 private:
  const TapeIndex index_;
  FrameCache cache_;
  std::unordered_map<std::string, std::uint32_t> section_numbers_;
  bool has_other_lines_ = false;

  std::once_flag marks_once_;  // for the next one
  std::unordered_set<std::string> marks_;
};

}  // namespace dynadeck::cassettes
