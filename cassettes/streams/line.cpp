#include "cassettes/streams/line.h"

#include <algorithm>
#include <array>
#include <utility>

#include "cassettes/json/text.h"
#include "cassettes/tape/interaction.h"

namespace dynadeck::cassettes {
namespace {

using Kind = StreamLine::Kind;

constexpr std::array<std::pair<Kind, std::string_view>, 3> kTypes = {
    {{Kind::kStream, "stream"}, {Kind::kShard, "stream_shard"}, {Kind::kRecord, "stream_record"}}};
constexpr std::uint64_t kMostMicroseconds = std::uint64_t{1} << 53;

std::string_view json_member(Kind kind) {
  return kind == Kind::kRecord ? std::string_view("record") : std::string_view("description");
}

bool take(StreamLine& line, std::string_view name, std::string_view raw) {
  if (name == "offset_us") {
    line.offset = std::chrono::microseconds(
        static_cast<std::int64_t>(std::min(unsigned_value(raw), kMostMicroseconds)));
  } else if (name == "exchange") {
    line.exchange = unsigned_value(raw);
  } else if (name == "expired") {
    line.expired = raw == "true";
  } else if (name == "stream_arn") {
    line.stream_arn = string_value(raw);
  } else if (name == "shard") {
    line.shard = string_value(raw);
  } else if (name == json_member(line.kind)) {
    line.json = raw;
  }
  return true;
}

}  // namespace

void append_line(std::string& out, const StreamLine& line) {
  const auto type = std::find_if(kTypes.begin(), kTypes.end(),
                                 [&](const auto& t) { return t.first == line.kind; });
  out.append(R"({"type":")").append(type->second);
  out.append(R"(","offset_us":)").append(std::to_string(line.offset.count()));
  if (line.exchange != 0) {
    out.append(R"(,"exchange":)").append(std::to_string(line.exchange));
  }
  if (line.expired) out += R"(,"expired":true)";
  out += R"(,"stream_arn":)";
  append_quoted(out, line.stream_arn);
  if (line.kind == Kind::kRecord) {
    out += R"(,"shard":)";
    append_quoted(out, line.shard);
  }
  out.append(",\"").append(json_member(line.kind)).append("\":").append(line.json).append("}\n");
}

bool is_stream_line(std::string_view line) {
  const std::string_view type = line_type(line);
  return std::any_of(kTypes.begin(), kTypes.end(), [&](const auto& t) { return t.second == type; });
}

Outcome<StreamLine, std::string> parse_stream_line(std::string_view line) {
  const std::string_view type = line_type(line);
  const auto known =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& t) { return t.second == type; });
  if (known == kTypes.end()) return std::string("the line is of no stream");
  StreamLine parsed;
  parsed.kind = known->first;
  const bool walked = for_each_member(
      line, [&](std::string_view name, std::string_view raw) { return take(parsed, name, raw); });
  if (!walked) return std::string("the line is not JSON");
  if (parsed.stream_arn.empty()) return std::string("it names no stream");
  if (!std::string_view(parsed.json).starts_with('{')) {
    return "it has no " + std::string(json_member(parsed.kind));
  }
  if (parsed.kind == Kind::kRecord) {
    if (parsed.shard.empty()) return std::string("its record is of no shard");
    if (sequence_number_of(parsed.json).empty()) return std::string("its record has no number");
  } else if (parsed.kind == Kind::kShard && find_member(parsed.json, "ShardId").empty()) {
    return std::string("it names no shard");
  }
  return parsed;
}

void redact(const Redactor& redactor, StreamLine& line) {
  const bool record = line.kind == Kind::kRecord;
  std::string answer = R"({"StreamArn":)";
  append_quoted(answer, line.stream_arn);
  answer += R"(,"ShardId":)";
  append_quoted(answer, line.shard);
  answer += record ? R"(,"Records":[)" : R"(,"StreamDescription":)";
  answer += line.json + (record ? "]}" : "}");
  const std::string redacted = redactor.response(answer, {});
  line.stream_arn = string_value(find_member(redacted, "StreamArn"));
  line.shard = string_value(find_member(redacted, "ShardId"));
  line.json = find_member(redacted, "StreamDescription");
  if (!record) return;
  for_each_element(find_member(redacted, "Records"), [&](std::string_view element) {
    line.json = element;
    return false;
  });
}

std::string sequence_number_of(std::string_view record) {
  std::string number = string_value(find_member(find_member(record, "dynamodb"), "SequenceNumber"));
  const bool digits = number.find_first_not_of("0123456789") == std::string::npos;
  return digits ? number : std::string();
}

bool sequence_number_less(std::string_view left, std::string_view right) {
  const auto significant = [](std::string_view number) {
    return number.substr(std::min(number.find_first_not_of('0'), number.size()));
  };
  left = significant(left);
  right = significant(right);
  return left.size() != right.size() ? left.size() < right.size() : left < right;
}

}  // namespace dynadeck::cassettes
