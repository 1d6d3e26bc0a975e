// One recorded exchange, and its line on the tape.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cassettes/match_hash.h"
#include "harness/result.h"
#include "harness/service.h"

namespace dynadeck::cassettes {

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
  int status = 200;
  std::string_view content_type;
  std::string_view error_code;
  const HeaderList* headers = nullptr;
  std::string_view response;  // the body
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

// The line is written in two parts, since the first is only known when the line's place is: a
// prefix with `completed` and `arrived`, and the rest, which ends in "}\n".
void append_line_prefix(std::string& out, std::uint64_t completed, std::uint64_t arrived);
// Fills `scan` with what the request's body is found to be.
void append_line_rest(std::string& out, const InteractionView& interaction, RequestScan& scan);
void append_line(std::string& out, const Interaction& interaction);

// Whether a line is an exchange, by its first member.
bool is_exchange_line(std::string_view line);
// The value of the `type` member where it comes first; empty otherwise.
std::string_view line_type(std::string_view line);

// Reads an exchange line, without or with its line break. Members that are not known are skipped.
// The error is one sentence.
Outcome<Interaction, std::string> parse_interaction(std::string_view line);

// Whether a response header is worth a place on the tape: AWS's own, but nothing that identifies a
// caller, and nothing that the HTTP layer computes anew.
bool keeps_header(std::string_view name);

// The first word of a User-Agent, at most 64 bytes, if it is UTF-8.
std::string_view agent_of(std::string_view user_agent);

}  // namespace dynadeck::cassettes
