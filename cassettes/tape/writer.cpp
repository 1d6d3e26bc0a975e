#include "cassettes/tape/writer.h"

#include <utility>

#include "cassettes/tape/reader.h"

namespace dynadeck::cassettes {
namespace {

// Two thirds of the time of level 1, and half as many bytes again. Lower ones are hardly faster,
// and every page that is written costs as much as its compression.
constexpr int kHurriedLevel = -2;

}  // namespace

TapeWriter::TapeWriter(TapeFile file, const WriterOptions& options)
    : file_(std::move(file)), options_(options), encoder_(options.level) {}

Outcome<TapeWriter, std::string> TapeWriter::create(const std::string& path,
                                                    const TapeHeader& header,
                                                    const WriterOptions& options) {
  auto file = TapeFile::create(path, options.overwrite);
  if (!file) return file.error();
  TapeWriter writer(std::move(file).value(), options);
  auto done = writer.take_header(header);
  if (done) done = writer.add_other(to_line(header));
  if (done) done = writer.end_frame();
  if (!done) return done.error();
  return writer;
}

Outcome<Done, std::string> TapeWriter::take_header(const TapeHeader& header) {
  lines_ = LineWriter(header.seed);
  auto rules = MatchRules::make(header.match);
  if (!rules) return rules.error();
  rules_ = std::move(rules).value();
  if (!rules_.empty()) builder_.set_match(to_json(header.match));
  return Done{};
}

Outcome<TapeWriter, std::string> TapeWriter::append_to(const std::string& path,
                                                       const WriterOptions& options,
                                                       TapeHeader& header) {
  auto file = TapeFile::open_to_append(path);
  if (!file) return file.error();
  auto reader = TapeReader::open(path);
  if (!reader) return reader.error();
  if (!reader->damage().empty()) return path + ": " + reader->damage();
  auto index = reader->index();
  if (!index) return index.error();
  header = reader->header();

  TapeWriter writer(std::move(file).value(), options);
  writer.frames_ = index->frames;
  // A frame that was cut short is written again, whole: the rest of the tape must start at its end.
  std::string tail = reader->tail_text();
  if (!tail.empty()) writer.frames_.pop_back();
  const FrameRow& last = writer.frames_.back();
  writer.file_bytes_ = last.offset + last.compressed_bytes;
  writer.open_.offset = writer.file_bytes_;
  if (!tail.empty()) {
    writer.open_ = index->frames.back();
    writer.open_.compressed_bytes = 0;
    writer.pending_ = tail;
    writer.unflushed_ = true;
  }
  writer.builder_ = IndexBuilder(std::move(index).value());
  if (auto done = writer.take_header(header); !done) return done.error();
  if (auto done = writer.file_.truncate(writer.file_bytes_); !done) return done.error();
  if (!tail.empty()) {
    if (auto done = writer.flush(); !done) return done.error();
  }
  return writer;
}

Outcome<Done, std::string> TapeWriter::fail(std::string error) {
  if (error_.empty()) error_ = std::move(error);
  return error_;
}

Outcome<Done, std::string> TapeWriter::encode(FrameEncoder::Step step) {
  if (!error_.empty()) return error_;
  if (finished_) return fail(file_.path() + ": is finished");
  compressed_.clear();
  if (open_.compressed_bytes == 0) encoder_.set_level(hurried_ ? kHurriedLevel : options_.level);
  if (!encoder_.encode(pending_, step, compressed_)) return fail(file_.path() + ": zstd failed");
  pending_.clear();
  if (compressed_.empty()) return Done{};
  if (auto done = file_.write(compressed_); !done) return fail(done.error());
  open_.compressed_bytes += compressed_.size();
  file_bytes_ += compressed_.size();
  return Done{};
}

Outcome<Done, std::string> TapeWriter::keep_line(std::size_t start, std::uint64_t sequence) {
  const std::size_t bytes = pending_.size() - start;
  // An exchange of this size cannot be read back; DynamoDB's limits keep far below.
  if (bytes > kMostFrameBytes) return fail(file_.path() + ": an exchange is too large");
  if (open_.decompressed_bytes + bytes > kMostFrameBytes) {
    const std::string line = pending_.substr(start);
    pending_.resize(start);
    if (auto done = end_frame(); !done) return done;
    pending_ = line;
  }
  if (sequence != 0) {
    if (open_.exchanges == 0 || sequence < open_.first_sequence) open_.first_sequence = sequence;
    ++open_.exchanges;
  }
  ++open_.lines;
  open_.decompressed_bytes += bytes;
  line_bytes_ += bytes;
  unflushed_ = true;
  return open_.decompressed_bytes >= options_.frame_bytes ? end_frame() : Done{};
}

Outcome<Done, std::string> TapeWriter::add_other(std::string_view line) {
  if (!error_.empty()) return error_;
  const std::size_t start = pending_.size();
  pending_ += line;
  return keep_line(start, 0);
}

Outcome<Done, std::string> TapeWriter::add(const InteractionView& interaction) {
  if (!error_.empty()) return error_;
  const std::size_t start = pending_.size();
  lines_.append(pending_, interaction);
  const std::uint64_t hash = rules_.concern(interaction.operation)
                                 ? rules_.hash(interaction.operation, interaction.account,
                                               interaction.region, interaction.request)
                                 : lines_.match_hash();
  if (auto done = keep_line(start, interaction.sequence); !done) return done;
  builder_.add(interaction, hash, lines_.scan());
  return Done{};
}

Outcome<Done, std::string> TapeWriter::flush() {
  if (!unflushed_) return error_.empty() ? Outcome<Done, std::string>(Done{}) : error_;
  unflushed_ = false;
  return encode(FrameEncoder::Step::kFlush);
}

Outcome<Done, std::string> TapeWriter::end_frame() {
  if (open_.decompressed_bytes == 0) return Done{};
  if (auto done = encode(FrameEncoder::Step::kEnd); !done) return done;
  unflushed_ = false;
  frames_.push_back(open_);
  open_ = FrameRow();
  open_.offset = file_bytes_;
  return Done{};
}

Outcome<Done, std::string> TapeWriter::write_skippable(std::uint32_t magic,
                                                       std::string_view payload) {
  std::string frame;
  append_little_endian(frame, magic, 4);
  append_little_endian(frame, payload.size(), 4);
  frame += payload;
  if (auto done = file_.write(frame); !done) return fail(done.error());
  file_bytes_ += frame.size();
  return Done{};
}

Outcome<Done, std::string> TapeWriter::write_index() {
  std::string index(kIndexName);
  const std::string content = encode_index(builder_.finish(frames_));
  FrameEncoder encoder(1);
  if (!encoder.encode(content, FrameEncoder::Step::kEnd, index) || index.size() > 0xFFFFFFFF) {
    return fail(file_.path() + ": the index cannot be compressed");
  }
  return write_skippable(kIndexMagic, index);
}

Outcome<Done, std::string> TapeWriter::finish() {
  if (finished_) return error_.empty() ? Outcome<Done, std::string>(Done{}) : error_;
  if (auto done = end_frame(); !done) return done;

  std::uint64_t lines = 0;
  std::string table;
  for (const FrameRow& frame : frames_) {
    lines += frame.decompressed_bytes;
    append_little_endian(table, frame.compressed_bytes, 4);
    append_little_endian(table, frame.decompressed_bytes, 4);
  }
  std::size_t rows = frames_.size();
  if (lines > options_.short_bytes) {
    const std::uint64_t index_offset = file_bytes_;
    if (auto done = write_index(); !done) return done;
    append_little_endian(table, file_bytes_ - index_offset, 4);
    append_little_endian(table, 0, 4);
    ++rows;
  }
  append_little_endian(table, rows, 4);
  append_little_endian(table, 0, 1);
  append_little_endian(table, kSeekTableFooter, 4);
  if (auto done = write_skippable(kSeekTableMagic, table); !done) return done;
  finished_ = true;
  const auto synced = file_.sync();
  // Whoever still holds the writer does not keep others from the tape.
  file_.close();
  if (!synced) return fail(synced.error());
  return Done{};
}

}  // namespace dynadeck::cassettes
