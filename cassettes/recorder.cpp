#include "cassettes/recorder.h"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "cassettes/json/text.h"
#include "cassettes/tape/interaction.h"
#include "cassettes/tape/reader.h"

namespace dynadeck::cassettes {
namespace {

constexpr int kFirstError = 400;
constexpr std::string_view kSignature = "Signature=";
constexpr std::string_view kNotTaped = "(not taped)";
// AWS's are longer; what local servers are given is shorter, and stands in many a sentence.
constexpr std::size_t kLeastCredential = 16;

bool same_name(std::string_view left, std::string_view right) {
  return left.size() == right.size() && strncasecmp(left.data(), right.data(), left.size()) == 0;
}

// "attempt=2; max=4", also behind other parts. Source: [doc] the SDKs' retry headers.
std::uint64_t attempt_of(std::string_view header) {
  constexpr std::string_view kName = "attempt=";
  const std::size_t start = header.find(kName);
  if (start == std::string_view::npos) return 1;
  const std::string_view digits = header.substr(start + kName.size());
  std::uint64_t attempt = 1;
  std::from_chars(digits.data(), digits.data() + digits.size(), attempt);
  return attempt;
}

void read_client(const HeaderList& headers, InteractionView& view) {
  for (const auto& [name, value] : headers) {
    if (same_name(name, "user-agent")) {
      view.agent = agent_of(value);
    } else if (same_name(name, "amz-sdk-request")) {
      view.attempt = attempt_of(value);
    }
  }
}

// A tape that is gone on with keeps the redactions it began with: whoever asks for others must not
// believe that they are in force.
Outcome<Done, std::string> keeps_rules(const CassetteOptions& options) {
  const auto header = TapeReader::read_header(options.path);
  if (!header) return header.error();
  const std::vector<RedactionRule>& taped = header->redactions;
  for (const RedactionRule& rule : options.redact) {
    if (std::find(taped.begin(), taped.end(), rule) != taped.end()) continue;
    return options.path + ": goes on with the redactions it began with, and " + to_json({rule}) +
           " is none of them; `dynadeck cassette redact` adds it to the tape";
  }
  return Done{};
}

// What a request proves its sender with: whole headers, and the parts of a signature.
std::vector<std::string_view> credentials_of(const Request& request) {
  std::vector<std::string_view> found;
  for (const auto& [name, value] : request.headers) {
    const bool authorization = same_name(name, "authorization");
    if (!authorization && !same_name(name, "x-amz-security-token") && !same_name(name, "cookie")) {
      continue;
    }
    found.push_back(value);
    const std::size_t signature = value.find(kSignature);
    if (authorization && signature != std::string::npos) {
      found.push_back(std::string_view(value).substr(signature + kSignature.size()));
    }
  }
  found.emplace_back(request.access_key);
  return found;
}

// An upstream that refuses a signature repeats what was signed, and with what. The body without
// that; nothing where there is none in it.
std::optional<std::string> without_credentials(const Request& request, const Response& response) {
  if (response.status < kFirstError) return std::nullopt;
  std::optional<std::string> body;
  for (const std::string_view secret : credentials_of(request)) {
    if (secret.size() < kLeastCredential) continue;
    std::string_view text = body ? std::string_view(*body) : std::string_view(response.body);
    for (std::size_t at = text.find(secret); at != std::string_view::npos; at = text.find(secret)) {
      body =
          std::string(text.substr(0, at)).append(kNotTaped).append(text.substr(at + secret.size()));
      text = *body;
    }
  }
  return body;
}

std::chrono::microseconds microseconds_between(Clock::MonotonicTime from, Clock::MonotonicTime to) {
  return std::chrono::duration_cast<std::chrono::microseconds>(to - from);
}

}  // namespace

Outcome<std::unique_ptr<Recorder>, std::string> Recorder::open(const CassetteOptions& options,
                                                               TapeHeader header, bool append,
                                                               std::uint64_t seed,
                                                               const Clock& clock, Stats& stats) {
  if (append && !options.redact.empty()) {
    if (auto fits = keeps_rules(options); !fits) return fits.error();
  }
  WriterOptions writer_options;
  writer_options.overwrite = options.overwrite;
  writer_options.level = options.compression_level;
  auto writer = append ? TapeWriter::append_to(options.path, writer_options, header)
                       : TapeWriter::create(options.path, header, writer_options);
  if (!writer) return writer.error();
  // Of the header: a tape that is gone on with keeps its own rules.
  auto redactor = Redactor::make(header.redactions, header.salt);
  if (!redactor) return redactor.error();
  return std::unique_ptr<Recorder>(new Recorder(std::move(writer).value(),
                                                std::move(redactor).value(), options.stream_records,
                                                seed, clock, stats));
}

Recorder::Recorder(TapeWriter writer, Redactor redactor, bool wants_streams, std::uint64_t seed,
                   const Clock& clock, Stats& stats)
    : seed_(seed),
      clock_(clock),
      start_(clock.monotonic()),
      arrivals_(writer.last_sequence()),
      redactor_(redactor),
      wants_streams_(wants_streams),
      tape_(std::move(writer), {std::move(redactor)}, stats) {}

Recorder::Ticket Recorder::begin(const Request& request) {
  // A request may have arrived before its tape.
  return {arrivals_.fetch_add(1, std::memory_order_relaxed) + 1,
          std::max(start_, arrival_of(request, clock_))};
}

void Recorder::finish(const Ticket& ticket, const Request& request, std::string_view section,
                      const Response& response, std::chrono::nanoseconds waited) {
  InteractionView view;
  view.sequence = ticket.sequence;
  view.offset = microseconds_between(start_, ticket.arrival);
  view.duration = microseconds_between(ticket.arrival, clock_.monotonic());
  view.section = section;
  read_client(request.headers, view);
  view.operation = info(request.operation).name;
  view.account = request.scope.account;
  view.region = request.scope.region;
  view.request = request.body;
  view.request_id = request.request_id;
  view.issued_id = {seed_, request.request_number};
  // What the client sees: an upstream's own.
  if (const auto id = response.headers.find("x-amzn-RequestId")) {
    view.request_id = *id;
    view.issued_id = IssuedId();
  }
  view.status = response.status;
  view.content_type = response.content_type;
  view.error_code = response.error_code;
  view.headers = &response.headers;
  const std::optional<std::string> cleared = without_credentials(request, response);
  view.response = cleared ? *cleared : response.body;
  view.response_embeddable = response.one_line_json && response.faults.empty();
  view.faults = &response.faults;
  view.waited = waited;
  view.delivery = &response.delivery;
  tape_.add(view, arrivals_);
}

void Recorder::add_stream_line(StreamLine line) {
  if (!wants_streams_) return;
  line.offset = microseconds_between(start_, clock_.monotonic());
  if (!redactor_.empty()) redact(redactor_, line);
  std::string text;
  append_line(text, line);
  tape_.add_other(text);
}

Outcome<Done, std::string> Recorder::mark(std::string_view section) {
  const auto offset = microseconds_between(start_, clock_.monotonic());
  std::string line = R"({"type":"mark","offset_us":)" + std::to_string(offset.count());
  line += R"(,"section":)";
  append_quoted(line, section);
  line += "}\n";
  tape_.add_other(line);
  return tape_.flush();
}

}  // namespace dynadeck::cassettes
