#include "cassettes/tape/reader.h"

#include <algorithm>
#include <utility>

#include "cassettes/json/text.h"
#include "cassettes/tape/interaction.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::uint64_t kFooterBytes = 9;
constexpr std::uint64_t kSkippableHeaderBytes = 8;
constexpr std::uint32_t kSkippableMask = 0xFFFFFFF0;
constexpr std::uint32_t kSkippableFirst = 0x184D2A50;
// An exchange takes more than that of the file, however well it compresses.
constexpr std::uint64_t kLeastExchangeBytes = 2;

// What every frame's row says of its lines.
void count_lines(std::string_view text, FrameRow& row) {
  for_each_line_of(text, [&](std::string_view line) {
    ++row.lines;
    if (!is_exchange_line(line)) return true;
    ++row.exchanges;
    const std::uint64_t sequence = unsigned_value(find_member(line, "sequence"));
    if (row.first_sequence == 0 || sequence < row.first_sequence) row.first_sequence = sequence;
    return true;
  });
}

std::uint32_t magic_at(const TapeFile& file, std::uint64_t offset) {
  char bytes[4];
  if (file.read_at(offset, bytes, sizeof bytes) != sizeof bytes) return 0;
  return static_cast<std::uint32_t>(little_endian(bytes, 4));
}

std::string in_file(const TapeFile& file, std::string_view what) {
  return file.path() + ": " + std::string(what);
}

}  // namespace

Outcome<TapeHeader, std::string> TapeReader::header_of(const TapeFile& file) {
  const std::uint64_t size = file.size();
  if (magic_at(file, 0) != kZstdMagic) {
    return in_file(file,
                   size == 0 ? "is empty, not a dynadeck cassette" : "is not a dynadeck cassette");
  }
  const DecodedFrame first = decode_frame(file, 0, size);
  const std::size_t line_end = first.text.find('\n');
  if (line_end == std::string::npos) {
    return in_file(file, "is not a dynadeck cassette: its first frame holds no line");
  }
  auto header = parse_header(std::string_view(first.text).substr(0, line_end));
  if (!header) return in_file(file, "is " + header.error());
  return header;
}

Outcome<TapeHeader, std::string> TapeReader::read_header(const std::string& path) {
  const auto file = TapeFile::open_to_read(path, false);
  if (!file) return file.error();
  return header_of(*file);
}

Outcome<TapeReader, std::string> TapeReader::open(const std::string& path, bool shared_lock) {
  auto file = TapeFile::open_to_read(path, shared_lock);
  if (!file) return file.error();
  TapeReader reader(std::move(file).value());
  auto header = header_of(reader.file_);
  if (!header) return header.error();
  reader.header_ = std::move(header).value();
  if (!reader.read_seek_table()) reader.scan();
  return reader;
}

bool TapeReader::read_seek_table() {
  const std::uint64_t size = file_.size();
  char footer[kFooterBytes];
  if (size < kFooterBytes + kSkippableHeaderBytes ||
      file_.read_at(size - kFooterBytes, footer, kFooterBytes) != kFooterBytes ||
      little_endian(footer + 5, 4) != kSeekTableFooter || footer[4] != 0) {
    return false;
  }
  const std::uint64_t rows = little_endian(footer, 4);
  const std::uint64_t table_bytes = rows * 8 + kFooterBytes + kSkippableHeaderBytes;
  if (rows < 1 || table_bytes > size) return false;
  const std::uint64_t table_offset = size - table_bytes;
  std::string table(table_bytes - kFooterBytes, '\0');
  if (file_.read_at(table_offset, table.data(), table.size()) != table.size() ||
      little_endian(table.data(), 4) != kSeekTableMagic ||
      little_endian(table.data() + 4, 4) != rows * 8 + kFooterBytes) {
    return false;
  }
  std::vector<FrameRow> frames;
  std::uint64_t offset = 0;
  std::uint64_t compressed = 0;
  for (std::uint64_t i = 0; i < rows; ++i) {
    const char* const row = table.data() + kSkippableHeaderBytes + i * 8;
    compressed = little_endian(row, 4);
    const std::uint64_t decompressed = little_endian(row + 4, 4);
    if (decompressed > kMostFrameBytes || compressed == 0) return false;
    FrameRow frame;
    frame.offset = offset;
    frame.compressed_bytes = compressed;
    frame.decompressed_bytes = decompressed;
    frames.push_back(frame);
    offset += compressed;
  }
  if (offset != table_offset) return false;
  // A short tape has no index.
  if (frames.back().decompressed_bytes == 0) {
    if (frames.size() < 2 || !take_index(frames.back())) return false;
    frames.pop_back();
  }
  frames_ = std::move(frames);
  complete_ = true;
  return true;
}

bool TapeReader::take_index(const FrameRow& row) {
  char start[16];
  if (row.compressed_bytes < sizeof start ||
      file_.read_at(row.offset, start, sizeof start) != sizeof start ||
      little_endian(start, 4) != kIndexMagic ||
      little_endian(start + 4, 4) != row.compressed_bytes - kSkippableHeaderBytes ||
      std::string_view(start + 8, 8) != kIndexName) {
    return false;
  }
  stored_index_offset_ = row.offset + sizeof start;
  stored_index_end_ = row.offset + row.compressed_bytes;
  return true;
}

void TapeReader::scan() {
  const std::uint64_t size = file_.size();
  std::uint64_t offset = 0;
  while (offset < size) {
    const std::uint32_t magic = magic_at(file_, offset);
    if ((magic & kSkippableMask) == kSkippableFirst) {
      char length[4];
      if (file_.read_at(offset + 4, length, 4) != 4) break;
      offset += kSkippableHeaderBytes + little_endian(length, 4);
      continue;
    }
    const DecodedFrame frame = decode_frame(file_, offset, size);
    if (!take_frame(frame, offset)) return;
    offset += frame.compressed_bytes;
  }
}

// False where the frame is the last one to be looked at.
bool TapeReader::take_frame(const DecodedFrame& frame, std::uint64_t offset) {
  FrameRow row;
  row.offset = offset;
  row.compressed_bytes = frame.compressed_bytes;
  if (frame.end == FrameEnd::kComplete) {
    row.decompressed_bytes = frame.text.size();
    count_lines(frame.text, row);
    frames_.push_back(row);
    return true;
  }
  if (frame.end == FrameEnd::kTooLarge) {
    damage_ = "the frame at offset " + std::to_string(offset) + " is larger than a frame may be";
    return false;
  }
  if (frame.end == FrameEnd::kDamaged) {
    damage_ = "the frame at offset " + std::to_string(offset) + " is damaged";
    return false;
  }
  const std::size_t whole = frame.text.rfind('\n');
  tail_text_ = whole == std::string::npos ? std::string() : frame.text.substr(0, whole + 1);
  lost_bytes_ = frame.text.size() - tail_text_.size();
  if (tail_text_.empty()) {
    lost_bytes_ = file_.size() - offset;
    return false;
  }
  row.decompressed_bytes = tail_text_.size();
  count_lines(tail_text_, row);
  frames_.push_back(row);
  return false;
}

Outcome<FrameText, std::string> TapeReader::read_frame(std::size_t number) const {
  if (!tail_text_.empty() && number + 1 == frames_.size()) return FrameText{tail_text_};
  const FrameRow& row = frames_[number];
  std::optional<std::string> text = decode_frame(file_, row);
  if (!text) {
    return in_file(file_, "the frame at offset " + std::to_string(row.offset) + " is damaged");
  }
  return FrameText{std::move(*text)};
}

Outcome<Done, std::string> TapeReader::for_each_line(const Visit& visit) const {
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    if (progress_) progress_(i, frames_.size());
    auto text = read_frame(i);
    if (!text) return text.error();
    const bool more = for_each_line_of(text->text, [&](std::string_view line) {
      return line_type(line) == "header" || visit(line, i);
    });
    if (!more) break;
  }
  if (progress_) progress_(frames_.size(), frames_.size());
  return Done{};
}

std::optional<TapeIndex> TapeReader::stored_index() const {
  if (stored_index_offset_ == 0) return std::nullopt;
  FrameStream stream(file_, stored_index_offset_, stored_index_end_);
  auto index = decode_index([&](char* into, std::size_t bytes) { return stream.read(into, bytes); },
                            file_.size() / kLeastExchangeBytes);
  if (!index || !stream.at_end() || index->frames.size() != frames_.size()) return std::nullopt;
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    if (index->frames[i].offset != frames_[i].offset ||
        index->frames[i].compressed_bytes != frames_[i].compressed_bytes ||
        index->frames[i].decompressed_bytes != frames_[i].decompressed_bytes) {
      return std::nullopt;
    }
  }
  return std::move(index).value();
}

Outcome<TapeIndex, std::string> TapeReader::index() const {
  // Hashes of earlier writers differ where a pattern may stand in a name.
  const bool by_pattern =
      std::any_of(header_.match.begin(), header_.match.end(), [](const MatchRule& rule) {
        return !rule.normalise.empty() && !rule.normalise.starts_with('$');
      });
  auto stored = stored_index();
  if (stored && (stored->renames_names || !by_pattern)) return std::move(*stored);
  const auto rules = MatchRules::make(header_.match);
  if (!rules) return in_file(file_, rules.error());
  return build_index(*rules);
}

Outcome<TapeIndex, std::string> TapeReader::build_index(const MatchRules& rules) const {
  IndexBuilder builder;
  RequestScan scan;
  std::vector<FrameRow> frames = frames_;
  for (FrameRow& frame : frames) {
    frame.exchanges = 0;
    frame.lines = 0;
    frame.first_sequence = 0;
  }
  std::string wrong;
  const auto done = for_each_line([&](std::string_view line, std::size_t number) {
    FrameRow& frame = frames[number];
    ++frame.lines;
    if (!is_exchange_line(line)) return true;
    const auto exchange = parse_interaction(line, header_.seed);
    if (!exchange) {
      wrong = "in the frame at offset " + std::to_string(frame.offset) + ", " + exchange.error();
      return false;
    }
    if (frame.exchanges == 0 || exchange->sequence < frame.first_sequence) {
      frame.first_sequence = exchange->sequence;
    }
    ++frame.exchanges;
    scan_request(exchange->request, scan);
    const InteractionView view = exchange->view();
    const std::uint64_t hash =
        rules.concern(view.operation)
            ? rules.hash(view.operation, view.account, view.region, view.request)
            : match_hash(view.operation, view.account, view.region, scan.body.hash);
    builder.add(view, hash, scan);
    return true;
  });
  if (!done) return done.error();
  if (!wrong.empty()) return in_file(file_, wrong);
  return builder.finish(std::move(frames));
}

}  // namespace dynadeck::cassettes
