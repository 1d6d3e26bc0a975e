// The exchanges of a tape, by their place in it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cassettes/tape/interaction.h"
#include "cassettes/tape/reader.h"
#include "harness/seam/result.h"

namespace dynadeck::cassettes {

// An answer as most are: no fault, no header but the request's id, nothing that needs unescaping.
// Borrows its frame.
struct PlainAnswer {
  std::string_view body;
  std::string_view request_id;
  std::uint64_t request_number = 0;  // the request id as the tape's seed gives it; 0: as above
  std::string_view error_code;
  std::chrono::microseconds duration{0};
  int status = 0;  // 0: the answer is none of these
};

// Random access with a bounded memory: the frames last used stay decompressed. Synchronized.
class FrameCache {
 public:
  // frames: with their numbers of exchanges, as an index has them.
  FrameCache(TapeReader reader, const std::vector<FrameRow>& frames, std::size_t most_bytes);

  // The line of the exchange at that place in the file, from 0.
  Outcome<Interaction, std::string> read(std::uint64_t place);

  // Calls use(answer) if the exchange at that place has a plain answer; says whether it has. Looks
  // for it when it is asked for the first time.
  template <typename Use>
  bool use_plain(std::uint64_t place, Use use) {
    const Place found = locate(place);
    if (found.line == nullptr) return false;
    const PlainAnswer& answer = answer_of(*found.frame, *found.line);
    if (answer.status == 0) return false;
    use(answer);
    return true;
  }

  // Some bytes of a frame's text; nothing where the tape has changed since it was opened.
  std::optional<std::string> read_bytes(std::size_t frame, std::size_t offset, std::size_t bytes);

  const TapeReader& reader() const { return reader_; }

 private:
  struct Line {
    std::string_view text;
    std::atomic<bool> looked{false};  // answer is set, and stays as it is
    PlainAnswer answer;
  };
  struct Frame {
    std::string text;
    std::deque<Line> exchanges;
    std::mutex looking;  // guards the answers that are not set yet

    std::size_t bytes() const { return text.size() + exchanges.size() * sizeof(Line); }
  };
  struct Place {
    std::shared_ptr<Frame> frame;  // shared: keeps the line from being dropped meanwhile
    Line* line = nullptr;
    std::string error;  // one sentence where there is no line
  };
  using Entry = std::pair<std::size_t, std::shared_ptr<Frame>>;

  Place locate(std::uint64_t place);
  static const PlainAnswer& answer_of(Frame& frame, Line& line);
  Outcome<std::shared_ptr<Frame>, std::string> get(std::size_t number);
  std::shared_ptr<Frame> find(std::size_t number);
  void keep(std::size_t number, std::shared_ptr<Frame> frame);
  Outcome<std::shared_ptr<Frame>, std::string> load(std::size_t number) const;

  const TapeReader reader_;
  std::vector<std::uint64_t> first_places_;  // of each frame, and the end
  const std::size_t most_bytes_;

  std::mutex mutex_;         // guards what follows
  std::list<Entry> frames_;  // the last used first; shared: a reader may still be in one
  std::unordered_map<std::size_t, std::list<Entry>::iterator> by_number_;
  std::size_t bytes_ = 0;
};

}  // namespace dynadeck::cassettes
