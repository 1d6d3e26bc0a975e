#include "cassettes/streams/replay.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "cassettes/json/text.h"
#include "cassettes/streams/line.h"
#include "harness/seam/request_view.h"

namespace dynadeck::cassettes {
namespace {

// Source: [doc] API reference, GetRecords.
constexpr std::uint64_t kMostRecords = 1000;
// Source: [doc] API reference, ListStreams and DescribeStream.
constexpr std::uint64_t kMostListed = 100;

// Iterators that are made here: "ARN|1|tape.17.shardId-...", 17 records into the shard.
constexpr std::string_view kIteratorMark = "|1|tape.";

std::string iterator_text(const StreamPosition& position) {
  return position.stream->arn + std::string(kIteratorMark) + std::to_string(position.index) + "." +
         position.shard->id;
}

std::string text_of(std::string_view body, std::string_view name) {
  return string_value(find_member(body, name));
}

// Nothing where it is no number from 1 to `most`.
std::optional<std::uint64_t> limit_of(std::string_view body, std::uint64_t most) {
  const std::string_view raw = find_member(body, "Limit");
  if (raw.empty() || raw == "null") return most;
  const std::uint64_t limit = unsigned_value(raw);
  return limit >= 1 && limit <= most ? std::optional(limit) : std::nullopt;
}

// arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/stream/LABEL
std::string_view part_of(std::string_view arn, int number) {
  for (; number > 0; --number) arn.remove_prefix(std::min(arn.find(':'), arn.size() - 1) + 1);
  return arn.substr(0, arn.find(':'));
}

std::string_view label_of(std::string_view arn) {
  constexpr std::string_view kMark = "/stream/";
  const std::size_t at = arn.find(kMark);
  return at == std::string_view::npos ? std::string_view() : arn.substr(at + kMark.size());
}

// The members of an answer that tell whether another one says the same.
std::vector<std::string> listed_arns(std::string_view answer) {
  std::vector<std::string> arns;
  for_each_element(find_member(answer, "Streams"), [&](std::string_view stream) {
    arns.push_back(text_of(stream, "StreamArn"));
    return true;
  });
  return arns;
}

std::vector<std::string> described(std::string_view answer) {
  const std::string_view description = find_member(answer, "StreamDescription");
  std::vector<std::string> parts{text_of(description, "StreamStatus")};
  for_each_element(find_member(description, "Shards"), [&](std::string_view shard) {
    parts.push_back(text_of(shard, "ShardId"));
    parts.push_back(text_of(find_member(shard, "SequenceNumberRange"), "EndingSequenceNumber"));
    return true;
  });
  return parts;
}

// Whether a client never saw all of an answer.
bool is_cut(const Interaction& taped) {
  return taped.delivery &&
         (taped.delivery->cut_after_bytes || taped.delivery->end != Delivery::End::kKeepAlive);
}

void append_shard(std::string& out, const TapedShard& shard, bool closed) {
  out += R"({"ShardId":)";
  append_quoted(out, shard.id);
  out += R"(,"SequenceNumberRange":{)";
  if (!shard.start.empty()) {
    out += R"("StartingSequenceNumber":)";
    append_quoted(out, shard.start);
  }
  if (closed) {
    out += shard.start.empty() ? R"("EndingSequenceNumber":)" : R"(,"EndingSequenceNumber":)";
    append_quoted(out, shard.end);
  }
  out += '}';
  if (!shard.parent.empty()) {
    out += R"(,"ParentShardId":)";
    append_quoted(out, shard.parent);
  }
  out += '}';
}

}  // namespace

StreamReplay::StreamReplay(const StreamTape& tape, const TapeIndex& index, const Matcher& matcher,
                           Streams streams, const Clock& clock)
    : tape_(tape), progress_(tape, index, matcher, streams, clock) {}

// ---------------------------------------------------------------- places

std::optional<StreamPosition> StreamReplay::position_of(std::string_view iterator) const {
  const std::size_t mark = iterator.find(kIteratorMark);
  if (mark == std::string_view::npos) return tape_.position_of(iterator);
  StreamPosition position;
  position.stream = tape_.find(iterator.substr(0, mark));
  const std::string_view place = iterator.substr(mark + kIteratorMark.size());
  const std::size_t dot = place.find('.');
  if (position.stream == nullptr || dot == std::string_view::npos) return std::nullopt;
  position.shard = position.stream->find(place.substr(dot + 1));
  const auto [end, error] = std::from_chars(place.data(), place.data() + dot, position.index);
  const bool good = error == std::errc() && end == place.data() + dot &&
                    position.shard != nullptr && position.index <= position.shard->records.size();
  return good ? std::optional(position) : std::nullopt;
}

// Where GetShardIterator asks to begin.
std::optional<StreamPosition> StreamReplay::asked_position(const Asked& asked) {
  StreamPosition position;
  position.stream = tape_.find(text_of(asked.body, "StreamArn"));
  if (position.stream == nullptr) return std::nullopt;
  position.shard = position.stream->find(text_of(asked.body, "ShardId"));
  if (position.shard == nullptr) return std::nullopt;
  const std::string type = text_of(asked.body, "ShardIteratorType");
  const std::string number = text_of(asked.body, "SequenceNumber");
  if (type == "TRIM_HORIZON" || type == "LATEST") {
    if (!number.empty()) return std::nullopt;
    if (type == "LATEST") position.index = progress_.latest(*position.shard, asked.section);
    return position;
  }
  const bool after = type == "AFTER_SEQUENCE_NUMBER";
  const TapedShard& shard = *position.shard;
  const bool digits =
      !number.empty() && number.find_first_not_of("0123456789") == std::string::npos;
  if ((!after && type != "AT_SEQUENCE_NUMBER") || !digits) return std::nullopt;
  const bool outside = (!shard.start.empty() && sequence_number_less(number, shard.start)) ||
                       (!shard.end.empty() && sequence_number_less(shard.end, number));
  if (outside) return std::nullopt;
  position.index = count_before(shard.records, number, after);
  return position;
}

// ---------------------------------------------------------------- taped answers

bool StreamReplay::fits(const Asked& asked, const Interaction& taped) {
  if (taped.status != 200 || is_cut(taped)) return true;
  if (asked.operation == "GetRecords") return fits_page(asked, taped);
  if (asked.operation == "DescribeStream") return fits_description(asked, taped);
  if (asked.operation == "ListStreams") {
    const bool whole = std::all_of(tape_.streams().begin(), tape_.streams().end(),
                                   [](const auto& entry) { return entry.second.whole; });
    const auto built = whole ? list(asked) : std::nullopt;
    return !built || listed_arns(built->start) == listed_arns(taped.response);
  }
  const auto position = tape_.position_of(text_of(taped.response, "ShardIterator"));
  if (!position || !position->stream->whole) return true;
  const auto now = asked_position(asked);
  return !now || progress_.same_place(*position->shard, position->index, now->index, asked.section);
}

// A page with records fits once all of them can be read: before that its consumer would be ahead of
// those who write. An empty page fits while there is nothing to read.
bool StreamReplay::fits_page(const Asked& asked, const Interaction& taped) {
  const auto from = position_of(text_of(asked.body, "ShardIterator"));
  if (!from || !from->stream->whole) return true;
  const TapedShard& shard = *from->shard;
  bool any = false;
  bool all = true;
  std::size_t at = from->index;
  for_each_element(find_member(taped.response, "Records"), [&](std::string_view record) {
    any = true;
    const std::string number = sequence_number_of(record);
    at = count_before(shard.records, number, false);
    const bool known = at < shard.records.size() && shard.records[at].sequence_number == number;
    all = !known || !progress_.relevant(shard.records[at], asked.section) ||
          progress_.readable(shard, at, asked.section);
    return all;
  });
  if (any) return all;
  const StreamPage page = progress_.page_from(*from, 1, asked.section);
  const bool goes_on = !find_member(taped.response, "NextShardIterator").empty();
  return page.records.empty() && goes_on != page.at_end;
}

bool StreamReplay::fits_description(const Asked& asked, const Interaction& taped) {
  const TapedStream* stream = tape_.find(text_of(asked.body, "StreamArn"));
  if (stream == nullptr || !stream->whole) return true;
  const auto built = describe(asked);
  return !built || described(built->start) == described(taped.response);
}

// ---------------------------------------------------------------- built answers

std::optional<BuiltAnswer> StreamReplay::build(const Asked& asked) {
  if (asked.operation == "ListStreams") return list(asked);
  if (asked.operation == "DescribeStream") return describe(asked);
  if (asked.operation == "GetShardIterator") return iterator(asked);
  if (asked.operation == "GetRecords") return records(asked);
  return std::nullopt;
}

bool StreamReplay::listed(const TapedStream& stream, const Asked& asked) const {
  const Scope& scope = *asked.scope;
  if (part_of(stream.arn, 3) != scope.region || part_of(stream.arn, 4) != scope.account) {
    return false;
  }
  const std::string table = text_of(asked.body, "TableName");
  if (!table.empty() && table_name_of(stream.arn) != table_name_of(table)) return false;
  return progress_.exists(stream, asked.section);
}

std::optional<BuiltAnswer> StreamReplay::list(const Asked& asked) const {
  const auto limit = limit_of(asked.body, kMostListed);
  if (!limit || tape_.streams().empty()) return std::nullopt;
  BuiltAnswer answer;
  std::string& out = answer.start;
  out = R"({"Streams":[)";
  std::string_view last;
  std::uint64_t count = 0;
  auto entry = tape_.streams().upper_bound(text_of(asked.body, "ExclusiveStartStreamArn"));
  for (; entry != tape_.streams().end(); ++entry) {
    const TapedStream& stream = entry->second;
    if (!listed(stream, asked)) continue;
    if (count == *limit) break;
    if (count++ > 0) out += ',';
    last = stream.arn;
    out += R"({"StreamArn":)";
    append_quoted(out, stream.arn);
    out += R"(,"StreamLabel":)";
    append_quoted(out, label_of(stream.arn));
    out += R"(,"TableName":)";
    append_quoted(out, table_name_of(stream.arn));
    out += '}';
  }
  out += ']';
  if (entry != tape_.streams().end()) {
    out += R"(,"LastEvaluatedStreamArn":)";
    append_quoted(out, last);
  }
  out += '}';
  return answer;
}

std::optional<BuiltAnswer> StreamReplay::describe(const Asked& asked) {
  const TapedStream* stream = tape_.find(text_of(asked.body, "StreamArn"));
  const auto limit = limit_of(asked.body, kMostListed);
  if (stream == nullptr || stream->description.empty() || !limit) return std::nullopt;
  const std::string start = text_of(asked.body, "ExclusiveStartShardId");
  const std::string_view filter = find_member(asked.body, "ShardFilter");
  const std::string parent = text_of(filter, "ShardId");
  std::string shards = R"("Shards":[)";
  std::string_view last;
  std::uint64_t count = 0;
  bool started = start.empty();
  bool more = false;
  for (const TapedShard& shard : stream->shards) {
    const bool behind = started;
    started = started || shard.id == start;
    if (!behind || !progress_.opened(*stream, shard, asked.section)) continue;
    if (!filter.empty() && shard.parent != parent) continue;
    more = count == *limit;
    if (more) break;
    if (count++ > 0) shards += ',';
    append_shard(shards, shard, progress_.closed(*stream, shard, asked.section));
    last = shard.id;
  }
  shards += ']';
  if (more) {
    shards += R"(,"LastEvaluatedShardId":)";
    append_quoted(shards, last);
  }
  BuiltAnswer answer;
  std::string& out = answer.start;
  out = R"({"StreamDescription":{)";
  const std::string& description =
      progress_.ended(*stream, asked.section) ? stream->ended : stream->description;
  for_each_member(description, [&](std::string_view name, std::string_view raw) {
    if (name == "StreamArn") out.append(shards).append(",");
    append_quoted(out, name);
    out.append(":").append(raw).append(",");
    return true;
  });
  out.back() = '}';
  out += '}';
  return answer;
}

std::optional<BuiltAnswer> StreamReplay::iterator(const Asked& asked) {
  const auto position = asked_position(asked);
  if (!position) return std::nullopt;
  BuiltAnswer answer;
  answer.start = R"({"ShardIterator":)";
  append_quoted(answer.start, iterator_text(*position));
  answer.start += '}';
  return answer;
}

std::optional<BuiltAnswer> StreamReplay::records(const Asked& asked) {
  const std::string iterator = text_of(asked.body, "ShardIterator");
  const auto limit = limit_of(asked.body, kMostRecords);
  auto position = position_of(iterator);
  if (!position || !limit) return std::nullopt;
  StreamPage page = progress_.page_from(*position, *limit, asked.section);
  BuiltAnswer answer;
  answer.start = R"({"Records":[)";
  answer.end = "]";
  if (!page.at_end) {
    // Who found nothing asks the same again: it may be on the tape by then.
    const bool same = page.next == position->index;
    position->index = page.next;
    answer.end += R"(,"NextShardIterator":)";
    append_quoted(answer.end, same ? iterator : iterator_text(*position));
  }
  answer.end += '}';
  answer.records = std::move(page.records);
  return answer;
}

}  // namespace dynadeck::cassettes
