// The exchanges of a tape, by their place in it.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "cassettes/interaction.h"
#include "cassettes/tape_reader.h"
#include "harness/result.h"

namespace dynadeck::cassettes {

// Random access with a bounded memory: the frames last used stay decompressed. Synchronized.
class FrameCache {
 public:
  // frames: with their numbers of exchanges, as an index has them.
  FrameCache(TapeReader reader, std::vector<FrameRow> frames, std::size_t most_bytes);

  // The line of the exchange at that place in the file, from 0.
  Outcome<Interaction, std::string> read(std::uint64_t place);

  const TapeReader& reader() const { return reader_; }

 private:
  struct Frame {
    std::string text;
    std::vector<std::uint32_t> exchanges;  // where their lines start
  };
  using Entry = std::pair<std::size_t, std::shared_ptr<const Frame>>;

  std::shared_ptr<const Frame> find(std::size_t number);
  void keep(std::size_t number, std::shared_ptr<const Frame> frame);
  Outcome<std::shared_ptr<const Frame>, std::string> load(std::size_t number) const;

  const TapeReader reader_;
  std::vector<std::uint64_t> first_places_;  // of each frame, and the end
  const std::size_t most_bytes_;

  std::mutex mutex_;         // guards what follows
  std::list<Entry> frames_;  // the last used first; shared: a reader may still be in one
  std::unordered_map<std::size_t, std::list<Entry>::iterator> by_number_;
  std::size_t bytes_ = 0;
};

}  // namespace dynadeck::cassettes
