// One recorded exchange, and its line on the tape.
//
// The room: tapes as files. Lines go by way of the recorder and the writer into frames, and come
// back by way of the reader and the frame cache; the index says where each exchange is.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cassettes/matching/hash.h"
#include "harness/seam/result.h"
#include "harness/seam/service.h"

namespace dynadeck::cassettes {

// A request id as a seed gives it (harness/seam/random.h): a tape of that seed names it by its
// number.
struct IssuedId {
  std::uint64_t seed = 0;
  std::uint64_t number = 0;  // from 1; 0: it came from elsewhere
};

// Borrows everything: what the recorder has at hand, without copies.
struct InteractionView {
  std::uint64_t sequence = 0;           // order of arrival, from 1
  std::uint64_t completed = 0;          // order of completion, from 1
  std::uint64_t arrived = 0;            // highest sequence that had arrived when this one completed
  std::chrono::microseconds offset{0};  // of the arrival, from the start of the tape
  std::chrono::microseconds duration{0};
  std::string_view section;
  std::string_view agent;  // first word of the User-Agent
  std::uint64_t attempt = 1;
  std::string_view operation;
  std::string_view account;
  std::string_view region;
  std::string_view request;  // the body
  std::string_view request_id;
  IssuedId issued_id;  // the same, where it is known
  int status = 200;
  std::string_view content_type;
  std::string_view error_code;
  const HeaderList* headers = nullptr;
  std::string_view response;         // the body
  bool response_embeddable = false;  // it is known to be one JSON value on one line, in UTF-8
  const std::vector<InjectedFault>* faults = nullptr;
  std::chrono::nanoseconds waited{0};  // before the operation, by faults
  const std::optional<Delivery>* delivery = nullptr;
};

// The same, owned. Regular but for the view it gives.
struct Interaction {
  std::uint64_t sequence = 0;
  std::uint64_t completed = 0;
  std::uint64_t arrived = 0;
  std::chrono::microseconds offset{0};
  std::chrono::microseconds duration{0};
  std::string section;
  std::string agent;
  std::uint64_t attempt = 1;
  std::string operation;
  Scope scope;
  std::string request;
  std::string request_id;
  IssuedId issued_id;
  int status = 200;
  std::string content_type;
  std::string error_code;
  HeaderList headers;  // without the request id
  std::string response;
  std::vector<InjectedFault> faults;
  std::chrono::nanoseconds waited{0};
  std::optional<Delivery> delivery;

  InteractionView view() const;
};

// The content type that is not written.
inline constexpr std::string_view kUsualContentType = "application/x-amz-json-1.0";
// What every exchange line begins with, and the header that has a member of its own.
inline constexpr std::string_view kExchangeStart = R"({"type":"exchange")";
inline constexpr std::string_view kRequestIdHeader = "x-amzn-RequestId";

// The name of a delivery's end in a tape.
std::string_view name_of(Delivery::End end);

// Appends the line of an exchange. Who writes many of them uses a LineWriter.
void append_line(std::string& out, const Interaction& interaction);

// Whether a line is an exchange, by its first member.
bool is_exchange_line(std::string_view line);
// The value of the `type` member where it comes first; empty otherwise.
std::string_view line_type(std::string_view line);

// Reads an exchange line, without or with its line break. Members that are not known are skipped.
// seed: of the tape's header; without it a request id that stands as a number stays empty. The
// error is one sentence.
Outcome<Interaction, std::string> parse_interaction(
    std::string_view line, std::optional<std::uint64_t> seed = std::nullopt);

// Whether a response header is worth a place on the tape: AWS's own, but nothing that identifies a
// caller, and nothing that the HTTP layer computes anew.
bool keeps_header(std::string_view name);

// The first word of a User-Agent, at most 64 bytes, if it is UTF-8.
std::string_view agent_of(std::string_view user_agent);

}  // namespace dynadeck::cassettes
