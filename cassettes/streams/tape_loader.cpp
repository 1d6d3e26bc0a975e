#include "cassettes/streams/tape_loader.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cassettes/json/text.h"
#include "cassettes/matching/hash.h"
#include "cassettes/streams/line.h"
#include "cassettes/tape/interaction.h"

namespace dynadeck::cassettes {
namespace {

// What stands before the bodies of an exchange.
struct Head {
  std::uint64_t sequence = 0;
  std::string_view operation;  // raw
  std::string_view request;
  std::string_view response;
};

// Without the bodies where the operation reads no streams: the walk ends before it comes to them.
Head head_of(std::string_view line) {
  Head head;
  for_each_member(line, [&](std::string_view name, std::string_view raw) {
    if (name == "sequence") {
      head.sequence = unsigned_value(raw);
    } else if (name == "operation") {
      head.operation = raw.substr(1, raw.size() - 2);
      return is_stream_operation(head.operation);
    } else if (name == "request") {
      head.request = find_member(raw, "body");
    } else if (name == "response") {
      head.response = find_member(raw, "body");
    }
    return true;
  });
  return head;
}

}  // namespace

// Gathers while the tape is read, and puts in order at the end. Until then exchanges are known by
// their sequences, as lines name them.
class StreamTapeLoader {
 public:
  StreamTapeLoader(const TapeReader& reader, const TapeIndex& index)
      : reader_(reader), index_(index) {}

  Outcome<StreamTape, std::string> load() {
    for (std::uint32_t frame = 0; frame < reader_.frames().size(); ++frame) {
      const auto text = reader_.read_frame(frame);
      if (!text) return text.error();
      const bool good = for_each_line_of(text->text, [&](std::string_view line) {
        return take_line(line, {frame, text->text.data()});
      });
      if (!good) return reader_.path() + ": a line of a stream cannot be read: " + wrong_;
    }
    if (sequences_.size() != index_.size()) return reader_.path() + ": its index does not fit";
    std::sort(sequences_.begin(), sequences_.end());
    name_exchanges();
    for (auto& [arn, stream] : tape_.streams_) add_shown(stream);
    place_iterators();
    return std::move(tape_);
  }

 private:
  struct Frame {
    std::uint32_t number;
    const char* text;

    RecordPlace place(std::string_view record) const {
      return {number, static_cast<std::uint32_t>(record.data() - text),
              static_cast<std::uint32_t>(record.size())};
    }
  };
  // Where one iterator or several stood.
  struct Node {
    enum class Kind : std::uint8_t { kStart, kAt, kAfter, kSeen };
    Kind kind = Kind::kStart;
    std::string arn;
    std::string shard;
    std::string number;    // of kAt and kAfter
    std::size_t seen = 0;  // of kSeen: so many records were there
  };
  struct Less {
    bool operator()(const std::string& left, const std::string& right) const {
      return sequence_number_less(left, right);
    }
  };
  using Shown = std::map<std::string, TapedRecord, Less>;  // by sequence number

  bool take_line(std::string_view line, const Frame& frame) {
    if (is_stream_line(line)) return take_stream_line(line, frame);
    if (!is_exchange_line(line)) return true;
    const Head head = head_of(line);
    sequences_.push_back(head.sequence);
    if (!is_stream_operation(head.operation)) return true;
    polls_.push_back(head.sequence);
    if (head.operation == "DescribeStream") {
      take_description(find_member(head.response, "StreamDescription"));
    } else if (head.operation == "GetShardIterator") {
      take_iterator(head);
    } else if (head.operation == "GetRecords") {
      take_page(head, frame);
    }
    return true;
  }

  bool take_stream_line(std::string_view line, const Frame& frame) {
    auto parsed = parse_stream_line(line);
    if (!parsed) {
      wrong_ = parsed.error();
      return false;
    }
    const std::uint64_t exchange = parsed->exchange == 0 ? kNoExchange : parsed->exchange;
    TapedStream& stream = stream_of(parsed->stream_arn);
    if (parsed->kind == StreamLine::Kind::kRecord && parsed->exchange == 0 && !parsed->expired) {
      // From a time when records were taped as they were read, perhaps repeatedly.
      TapedRecord record = record_of(find_member(line, "record"), frame);
      const std::string number = record.sequence_number;
      shown_[{stream.arn, parsed->shard}].try_emplace(number, std::move(record));
      return true;
    }
    stream.whole = true;
    if (parsed->kind == StreamLine::Kind::kStream) {
      const bool ended = string_value(find_member(parsed->json, "StreamStatus")) == "DISABLED";
      if (stream.description.empty() || !ended) stream.description = parsed->json;
      // Who begins to listen is told of what is there, and by nobody.
      if (!ended && stream.made_by == kNoExchange) stream.made_by = exchange;
      if (ended && stream.ended.empty()) {
        stream.ended = parsed->json;
        stream.ended_by = exchange;
      }
    } else if (parsed->kind == StreamLine::Kind::kShard) {
      TapedShard& shard = take_shard(stream, parsed->json);
      if (!shard.end.empty() && shard.closed_by == kNoExchange) shard.closed_by = exchange;
    } else {
      TapedRecord record = record_of(find_member(line, "record"), frame);
      record.cause = exchange;
      record.due = parsed->expired ? due_of(parsed->json) : 0;
      shard_of(stream, parsed->shard).records.push_back(std::move(record));
    }
    return true;
  }

  TapedStream& stream_of(const std::string& arn) {
    TapedStream& stream = tape_.streams_[arn];
    if (stream.arn.empty()) stream.arn = arn;
    return stream;
  }

  static TapedShard& shard_of(TapedStream& stream, const std::string& id) {
    const auto found = std::find_if(stream.shards.begin(), stream.shards.end(),
                                    [&](const TapedShard& shard) { return shard.id == id; });
    if (found != stream.shards.end()) return *found;
    TapedShard& added = stream.shards.emplace_back();
    added.id = id;
    return added;
  }

  static TapedShard& take_shard(TapedStream& stream, std::string_view json) {
    TapedShard& shard = shard_of(stream, string_value(find_member(json, "ShardId")));
    const std::string_view range = find_member(json, "SequenceNumberRange");
    shard.start = string_value(find_member(range, "StartingSequenceNumber"));
    if (shard.end.empty()) shard.end = string_value(find_member(range, "EndingSequenceNumber"));
    // A parent that has gone is no longer named.
    if (shard.parent.empty()) shard.parent = string_value(find_member(json, "ParentShardId"));
    return shard;
  }

  static TapedRecord record_of(std::string_view json, const Frame& frame) {
    TapedRecord record;
    record.sequence_number = sequence_number_of(json);
    record.size_bytes = static_cast<std::uint32_t>(
        unsigned_value(find_member(find_member(json, "dynamodb"), "SizeBytes")));
    record.place = frame.place(json);
    return record;
  }

  static std::int64_t due_of(std::string_view json) {
    return static_cast<std::int64_t>(
        unsigned_value(find_member(find_member(json, "dynamodb"), "ApproximateCreationDateTime")));
  }

  // What an answer of DescribeStream shows.
  void take_description(std::string_view description) {
    const std::string arn = string_value(find_member(description, "StreamArn"));
    if (arn.empty()) return;
    TapedStream& stream = stream_of(arn);
    if (!stream.whole) stream.description = without_shards(description);
    for_each_element(find_member(description, "Shards"), [&](std::string_view shard) {
      if (!stream.whole) take_shard(stream, shard);
      return true;
    });
  }

  static std::string without_shards(std::string_view description) {
    std::string out = "{";
    for_each_member(description, [&](std::string_view name, std::string_view raw) {
      if (name == "Shards" || name == "LastEvaluatedShardId") return true;
      if (out.size() > 1) out += ',';
      append_quoted(out, name);
      out.append(":").append(raw);
      return true;
    });
    return out + "}";
  }

  void take_iterator(const Head& head) {
    const std::string text = string_value(find_member(head.response, "ShardIterator"));
    if (text.empty()) return;
    Node node;
    node.arn = string_value(find_member(head.request, "StreamArn"));
    node.shard = string_value(find_member(head.request, "ShardId"));
    node.number = string_value(find_member(head.request, "SequenceNumber"));
    const std::size_t seen = shard_of(stream_of(node.arn), node.shard).records.size();
    const std::string type = string_value(find_member(head.request, "ShardIteratorType"));
    if (type == "AT_SEQUENCE_NUMBER") {
      node.kind = Node::Kind::kAt;
    } else if (type == "AFTER_SEQUENCE_NUMBER") {
      node.kind = Node::Kind::kAfter;
    } else if (type == "LATEST") {
      node.kind = Node::Kind::kSeen;
      node.seen = seen;
    }
    nodes_of_[hash_text(text)] = nodes_.size();
    nodes_.push_back(std::move(node));
  }

  // What a page shows, and where its iterators stood.
  void take_page(const Head& head, const Frame& frame) {
    const std::string asked = string_value(find_member(head.request, "ShardIterator"));
    const auto found = nodes_of_.find(hash_text(asked));
    if (found == nodes_of_.end()) return;
    std::size_t place = found->second;
    std::string first;
    std::string last;
    for_each_element(find_member(head.response, "Records"), [&](std::string_view json) {
      TapedRecord record = record_of(json, frame);
      last = record.sequence_number;
      if (first.empty()) first = last;
      const Node& node = nodes_[place];
      shown_[{node.arn, node.shard}].try_emplace(last, std::move(record));
      return true;
    });
    if (!first.empty()) {
      // A latest place is known for certain by what came there.
      nodes_[place].kind = Node::Kind::kAt;
      nodes_[place].number = first;
      Node next = nodes_[place];
      next.kind = Node::Kind::kAfter;
      next.number = last;
      place = nodes_.size();
      nodes_.push_back(std::move(next));
    }
    const std::string next = string_value(find_member(head.response, "NextShardIterator"));
    if (!next.empty()) nodes_of_[hash_text(next)] = place;
  }

  // ------------------------------------------------------------ at the end

  // What is not on the tape was caused by nobody who could be waited for.
  void name_exchange(std::uint64_t& exchange) const {
    const auto found = std::lower_bound(sequences_.begin(), sequences_.end(), exchange);
    exchange = found == sequences_.end() || *found != exchange
                   ? kNoExchange
                   : static_cast<std::uint64_t>(found - sequences_.begin());
  }

  void name_exchanges() {
    tape_.polls_.resize(sequences_.size());
    for (std::uint64_t poll : polls_) {
      name_exchange(poll);
      tape_.polls_[poll] = true;
    }
    for (auto& [arn, stream] : tape_.streams_) {
      name_exchange(stream.made_by);
      name_exchange(stream.ended_by);
      for (TapedShard& shard : stream.shards) {
        name_exchange(shard.closed_by);
        for (TapedRecord& record : shard.records) name_exchange(record.cause);
      }
    }
  }

  // Records that answers show and no line tells of: from before the tape began, or an upstream's.
  void add_shown(TapedStream& stream) {
    for (auto entry = shown_.lower_bound({stream.arn, ""});
         entry != shown_.end() && entry->first.first == stream.arn; ++entry) {
      std::vector<TapedRecord>& records = shard_of(stream, entry->first.second).records;
      for (const TapedRecord& known : records) entry->second.erase(known.sequence_number);
      for (auto& [number, record] : entry->second) {
        const auto at = static_cast<std::ptrdiff_t>(count_before(records, number, true));
        records.insert(records.begin() + at, std::move(record));
      }
    }
  }

  void place_iterators() {
    std::vector<StreamPosition> positions(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) positions[i] = position_of(nodes_[i]);
    for (const auto& [hash, node] : nodes_of_) {
      if (positions[node].shard != nullptr) tape_.iterators_.emplace(hash, positions[node]);
    }
  }

  StreamPosition position_of(const Node& node) const {
    StreamPosition position;
    position.stream = tape_.find(node.arn);
    if (position.stream != nullptr) position.shard = position.stream->find(node.shard);
    if (position.shard == nullptr || node.kind == Node::Kind::kStart) return position;
    const std::vector<TapedRecord>& records = position.shard->records;
    position.index = node.kind == Node::Kind::kSeen
                         ? node.seen
                         : count_before(records, node.number, node.kind == Node::Kind::kAfter);
    return position;
  }

  const TapeReader& reader_;
  const TapeIndex& index_;
  StreamTape tape_;
  std::string wrong_;
  std::vector<std::uint64_t> sequences_;  // of all exchanges
  std::vector<std::uint64_t> polls_;      // sequences too
  std::vector<Node> nodes_;
  std::unordered_map<std::uint64_t, std::size_t> nodes_of_;     // by the hash of the iterator
  std::map<std::pair<std::string, std::string>, Shown> shown_;  // by ARN and shard
};

Outcome<StreamTape, std::string> load_stream_tape(const TapeReader& tape, const TapeIndex& index) {
  return StreamTapeLoader(tape, index).load();
}

}  // namespace dynadeck::cassettes
