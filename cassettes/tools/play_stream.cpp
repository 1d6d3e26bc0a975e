// `dynadeck cassette play-stream`: the stream records of a tape, for a consumer.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <unordered_set>

#include "cassettes/json/text.h"
#include "cassettes/matching/hash.h"
#include "cassettes/streams/line.h"
#include "cassettes/streams/tracker.h"
#include "cassettes/tools/servers.h"
#include "cassettes/tools/tool.h"
#include "harness/seam/request_view.h"

namespace dynadeck::cassettes {
namespace {

struct PlayOptions {
  std::string file;
  ServerChoice kinesis;
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
  // remote: null for lines to `out`.
  Sink(const PlayOptions& options, std::ostream& out, RemoteStream* remote)
      : options_(options), out_(out), remote_(remote) {}

  Outcome<Done, std::string> take(std::string_view record, const std::string& stream_arn,
                                  const std::string& shard) {
    // A consumer that reads again sees a record again; the tape holds it twice then.
    const std::uint64_t identity = combine(
        combine(hash_text(sequence_number_of(record)), hash_text(shard)), hash_text(stream_arn));
    if (!options_.repeats && !seen_.insert(identity).second) return Done{};
    ++count_;
    if (remote_ == nullptr) {
      out_ << record << "\n";
      return Done{};
    }
    const std::uint64_t key = hash_text(find_member(find_member(record, "dynamodb"), "Keys"));
    return remote_->put(std::to_string(key), kinesis_record(record, stream_arn));
  }

  std::uint64_t count() const { return count_; }

 private:
  const PlayOptions& options_;
  std::ostream& out_;
  RemoteStream* const remote_;
  std::unordered_set<std::uint64_t> seen_;
  std::uint64_t count_ = 0;
};

// Records stand on lines of their own where the engine made them; else they are in the answers of
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
      const auto parsed = parse_stream_line(line);
      taken = parsed ? sink.take(parsed->json, parsed->stream_arn, parsed->shard)
                     : Outcome<Done, std::string>(tape.path() +
                                                  ": a line cannot be read: " + parsed.error());
      return taken.ok();
    }
    const auto interaction = parse_interaction(line);
    if (!interaction) return true;
    const auto source =
        streams.source_of(interaction->operation, interaction->request, interaction->response);
    if (!source) return true;
    for_each_element(find_member(interaction->response, "Records"), [&](std::string_view record) {
      taken = sink.take(record, source->stream_arn, source->shard);
      return taken.ok();
    });
    return taken.ok();
  });
  if (taken && done && !tape.damage().empty()) done = tape.path() + ": " + tape.damage();
  return taken ? done : taken;
}

int run(const PlayOptions& options, const ToolServers& servers, const ToolOutput& to) {
  const bool kinesis = !options.kinesis.url.empty();
  if (kinesis == options.to_stdout) {
    return unusable(to, "play-stream: say either --to-stdout or --kinesis-endpoint URL");
  }
  if (kinesis && options.kinesis_stream.empty()) {
    return unusable(to, "play-stream: --kinesis-endpoint needs --kinesis-stream NAME");
  }
  const auto tape = open_tape(options.file, to, Prints::kAlong);
  if (!tape) return unusable(to, tape.error());
  std::unique_ptr<RemoteStream> remote;
  if (kinesis) {
    auto opened = servers.open_stream(options.kinesis, options.region, options.kinesis_stream);
    if (!opened) return unusable(to, opened.error());
    remote = std::move(opened).value();
  }
  Sink sink(options, to.output, remote.get());
  auto done = play(*tape, sink);
  if (done && remote != nullptr) done = remote->finish();
  if (!done) return unusable(to, done.error());
  to.errors << sink.count() << " stream records played\n";
  return kToolGood;
}

}  // namespace

void add_play_stream(CLI::App& app, const ToolServers& servers, const ToolOutput& to, int& status) {
  CLI::App* const command =
      app.add_subcommand("play-stream", "Feed a consumer with the stream records of a tape");
  const auto options = std::make_shared<PlayOptions>();
  command->add_option("FILE", options->file, "The tape")->required();
  command->add_flag("--to-stdout", options->to_stdout, "A line of JSON per record");
  command->add_option("--kinesis-endpoint", options->kinesis.url,
                      "http(s)://HOST[:PORT]: PutRecords, in Kinesis's form, signed");
  add_server_options(*command, options->kinesis);
  command->add_option("--kinesis-stream", options->kinesis_stream, "Name of the Kinesis stream");
  command->add_option("--region", options->region, "Region to sign for (us-east-1)");
  command->add_flag("--repeats", options->repeats, "Also records that were read before");
  command->callback([options, servers, to, &status] { status = run(*options, servers, to); });
}

}  // namespace dynadeck::cassettes
