// `dynadeck cassette play-stream`: the stream records of a tape, for a consumer.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <unordered_set>

#include "cassettes/json_text.h"
#include "cassettes/match_hash.h"
#include "cassettes/stream_tracker.h"
#include "cassettes/tools/http_client.h"
#include "cassettes/tools/tool.h"
#include "harness/request_view.h"

namespace dynadeck::cassettes {
namespace {

struct PlayOptions {
  std::string file;
  std::string kinesis_endpoint;
  std::string kinesis_stream;
  std::string region = "us-east-1";
  bool to_stdout = false;
  bool repeats = false;
};

// The record as DynamoDB puts it into a Kinesis stream: with the table's name, without what only a
// DynamoDB stream has. Source: [doc] "Using Kinesis Data Streams to capture changes".
std::string kinesis_record(std::string_view record, const std::string& stream_arn) {
  std::string out = "{";
  for_each_member(record, [&](std::string_view name, std::string_view raw) {
    if (name == "eventVersion") return true;
    if (out.size() > 1) out += ',';
    append_quoted(out, name);
    out.append(":").append(raw);
    return true;
  });
  if (out.size() > 1) out += ',';
  out += R"("recordFormat":"application/json","tableName":)";
  append_quoted(out, table_name_of(stream_arn));
  return out + "}";
}

class Sink {
 public:
  Sink(const PlayOptions& options, std::ostream& out, HttpClient* client)
      : options_(options), out_(out), client_(client) {}

  Outcome<Done, std::string> take(std::string_view record, const std::string& stream_arn) {
    // A consumer that reads again sees a record again; the tape holds it twice then.
    const std::uint64_t identity =
        combine(hash_text(find_member(record, "eventID")), hash_text(stream_arn));
    if (!options_.repeats && !seen_.insert(identity).second) return Done{};
    ++count_;
    if (client_ == nullptr) {
      out_ << record << "\n";
      return Done{};
    }
    return put(kinesis_record(record, stream_arn), find_member(record, "dynamodb"));
  }

  std::uint64_t count() const { return count_; }

 private:
  Outcome<Done, std::string> put(const std::string& data, std::string_view change) {
    const std::uint64_t key = hash_text(find_member(change, "Keys"));
    std::string body = R"({"StreamName":)";
    append_quoted(body, options_.kinesis_stream);
    body += R"(,"PartitionKey":")" + std::to_string(key) + R"(","Data":")";
    append_base64(body, data);
    body += "\"}";
    const auto answer = client_->post(
        {{"X-Amz-Target", "Kinesis_20131202.PutRecord"},
         {"Content-Type", "application/x-amz-json-1.1"},
         {"X-Amz-Date", "20260101T000000Z"},
         {"Authorization", "AWS4-HMAC-SHA256 Credential=000000000000/20260101/" + options_.region +
                               "/kinesis/aws4_request, SignedHeaders=host, Signature=00"}},
        body);
    if (!answer) return answer.error();
    if (answer->status == 200) return Done{};
    return options_.kinesis_endpoint + ": answers " + std::to_string(answer->status) + " " +
           answer->body.substr(0, 200);
  }

  const PlayOptions& options_;
  std::ostream& out_;
  HttpClient* const client_;
  std::unordered_set<std::uint64_t> seen_;
  std::uint64_t count_ = 0;
};

// Records stand on lines of their own where they were taped so; else they are in the answers of
// GetRecords.
Outcome<Done, std::string> play(const TapeReader& tape, Sink& sink) {
  bool own_lines = false;
  auto done = tape.for_each_line([&](std::string_view line, std::size_t) {
    own_lines = line_type(line) == "stream_record";
    return !own_lines;
  });
  if (!done) return done;
  Outcome<Done, std::string> taken = Done{};
  StreamTracker streams;
  done = tape.for_each_line([&](std::string_view line, std::size_t) {
    if (own_lines) {
      if (line_type(line) != "stream_record") return true;
      taken = sink.take(find_member(line, "record"), string_value(find_member(line, "stream_arn")));
      return taken.ok();
    }
    const auto interaction = parse_interaction(line);
    if (!interaction) return true;
    const auto source =
        streams.source_of(interaction->operation, interaction->request, interaction->response);
    if (!source) return true;
    for_each_element(find_member(interaction->response, "Records"), [&](std::string_view record) {
      taken = sink.take(record, source->stream_arn);
      return taken.ok();
    });
    return taken.ok();
  });
  return taken ? done : taken;
}

int run(const PlayOptions& options, const ToolOutput& to) {
  const bool kinesis = !options.kinesis_endpoint.empty();
  if (kinesis == options.to_stdout) {
    return unusable(to, "play-stream: say either --to-stdout or --kinesis-endpoint URL");
  }
  if (kinesis && options.kinesis_stream.empty()) {
    return unusable(to, "play-stream: --kinesis-endpoint needs --kinesis-stream NAME");
  }
  const auto tape = open_tape(options.file, to);
  if (!tape) return unusable(to, tape.error());
  std::unique_ptr<HttpClient> client;
  if (kinesis) {
    auto opened = HttpClient::open(options.kinesis_endpoint);
    if (!opened) return unusable(to, opened.error());
    client = std::make_unique<HttpClient>(std::move(opened).value());
  }
  Sink sink(options, to.output, client.get());
  if (auto done = play(*tape, sink); !done) return unusable(to, done.error());
  to.errors << sink.count() << " stream records played\n";
  return kToolGood;
}

}  // namespace

void add_play_stream(CLI::App& app, const ToolOutput& to, int& status) {
  CLI::App* const command =
      app.add_subcommand("play-stream", "Feed a consumer with the stream records of a tape");
  const auto options = std::make_shared<PlayOptions>();
  command->add_option("FILE", options->file, "The tape")->required();
  command->add_flag("--to-stdout", options->to_stdout, "A line of JSON per record");
  command->add_option("--kinesis-endpoint", options->kinesis_endpoint,
                      "http://HOST:PORT: PutRecord each, in Kinesis's form");
  command->add_option("--kinesis-stream", options->kinesis_stream, "Name of the Kinesis stream");
  command->add_option("--region", options->region, "Region to sign for (us-east-1)");
  command->add_flag("--repeats", options->repeats, "Also records that were read before");
  command->callback([options, to, &status] { status = run(*options, to); });
}

}  // namespace dynadeck::cassettes
