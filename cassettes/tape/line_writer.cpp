#include "cassettes/tape/line_writer.h"

#include <algorithm>
#include <charconv>

#include "cassettes/json/base64.h"
#include "cassettes/json/text.h"
#include "harness/seam/utf8.h"

namespace dynadeck::cassettes {
namespace {

template <typename Number>
void append_number(std::string& out, Number number) {
  char buffer[24];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
  out.append(buffer, end);
}

template <typename Number>
void append_member(std::string& out, std::string_view key_with_comma, Number number) {
  out += key_with_comma;
  append_number(out, number);
}

// Text from outside; what is not UTF-8 would break the line for every other reader.
void append_safe(std::string& out, std::string_view text) {
  append_quoted(out, is_utf8(text) ? text : std::string_view("?"));
}

// Appends the body as the member of an object, without a comma before.
void append_body(std::string& out, std::string_view bytes, bool embeddable) {
  if (embeddable) {
    out.append(R"("body":)").append(bytes);
    return;
  }
  if (is_utf8(bytes)) {
    const auto controls = std::count_if(bytes.begin(), bytes.end(), [](char byte) {
      return static_cast<unsigned char>(byte) < 0x20;
    });
    // Six bytes for each control character would make a line longer than base64 does.
    if (static_cast<std::size_t>(controls) * 8 <= bytes.size() + 64) {
      out += R"("text":)";
      append_quoted(out, bytes);
      return;
    }
  }
  out += R"("base64":")";
  append_base64(out, bytes);
  out += '"';
}

// id: to be written out as a header; empty for none.
void append_headers(std::string& out, const InteractionView& interaction, std::string_view id) {
  bool first = true;
  const auto begin = [&] {
    out += first ? R"(,"headers":{)" : ",";
    first = false;
  };
  if (!id.empty()) {
    begin();
    out.append("\"").append(kRequestIdHeader).append("\":");
    append_safe(out, id);
  }
  if (interaction.headers != nullptr) {
    for (const auto& [name, value] : *interaction.headers) {
      if (!keeps_header(name)) continue;
      begin();
      append_safe(out, name);
      out += ':';
      append_safe(out, value);
    }
  }
  if (!first) out += '}';
}

void append_delivery(std::string& out, std::chrono::nanoseconds waited,
                     const std::optional<Delivery>& delivery) {
  std::string members;
  if (waited.count() > 0) append_member(members, R"(,"waited_ns":)", waited.count());
  if (delivery) {
    if (delivery->delay.count() != 0) {
      append_member(members, R"(,"delay_ns":)", delivery->delay.count());
    }
    if (delivery->trickle) {
      append_member(members, R"(,"trickle":{"chunk_bytes":)", delivery->trickle->chunk_bytes);
      append_member(members, R"(,"interval_ns":)", delivery->trickle->interval.count());
      members += '}';
    }
    if (delivery->cut_after_bytes) {
      append_member(members, R"(,"cut_after_bytes":)", *delivery->cut_after_bytes);
    }
    if (delivery->declared_content_length) {
      append_member(members, R"(,"declared_content_length":)", *delivery->declared_content_length);
    }
    if (delivery->crc32) append_member(members, R"(,"crc32":)", *delivery->crc32);
    if (delivery->end != Delivery::End::kKeepAlive) {
      members.append(R"(,"end":")").append(name_of(delivery->end)).append("\"");
    }
  }
  if (members.empty()) return;
  out.append(R"(,"delivery":{)").append(members, 1).append("}");
}

void append_faults(std::string& out, const std::vector<InjectedFault>& faults) {
  out += R"(,"faults":[)";
  for (std::size_t i = 0; i < faults.size(); ++i) {
    out += i == 0 ? R"({"rule":)" : R"(,{"rule":)";
    append_safe(out, faults[i].rule);
    out += R"(,"kind":)";
    append_safe(out, faults[i].kind);
    out += '}';
  }
  out += ']';
}

// Whether the response can stand on a line as it is.
bool is_embeddable(const InteractionView& interaction) {
  if (interaction.response.empty()) return false;
  if (interaction.response_embeddable) return true;
  JsonCursor cursor(interaction.response);
  std::string_view raw;
  return cursor.value(raw) && cursor.at_end() && raw.size() == interaction.response.size() &&
         !cursor.saw_line_break();
}

void append_response(std::string& out, const InteractionView& interaction,
                     std::optional<std::uint64_t> seed) {
  append_member(out, R"(,"response":{"status":)", interaction.status);
  if (!interaction.content_type.empty() && interaction.content_type != kUsualContentType) {
    out += R"(,"type":)";
    append_safe(out, interaction.content_type);
  }
  if (!interaction.error_code.empty()) {
    out += R"(,"error":)";
    append_safe(out, interaction.error_code);
  }
  const IssuedId& issued = interaction.issued_id;
  const bool numbered = issued.number != 0 && seed == issued.seed;
  if (numbered) append_member(out, R"(,"id":)", issued.number);
  append_headers(out, interaction, numbered ? std::string_view() : interaction.request_id);
  out += ',';
  append_body(out, interaction.response, is_embeddable(interaction));
  out += '}';
}

// The members that tell who asked what of whom, and the hash of the latter two.
void append_caller(std::string& out, const InteractionView& interaction) {
  if (!interaction.agent.empty()) {
    out += R"(,"client":{"agent":)";
    append_safe(out, interaction.agent);
    if (interaction.attempt > 1) append_member(out, R"(,"attempt":)", interaction.attempt);
    out += '}';
  }
  out.append(R"(,"operation":")").append(interaction.operation);
  out += R"(","scope":{"account":)";
  append_safe(out, interaction.account);
  out += R"(,"region":)";
  append_safe(out, interaction.region);
  out += R"(},"request":{)";
}

}  // namespace

const LineWriter::Caller& LineWriter::caller_of(const InteractionView& interaction) {
  const std::string_view operation = interaction.operation;
  const std::size_t few = operation.size() * 5 + interaction.agent.size() * 3 +
                          (operation.empty() ? 0 : static_cast<unsigned char>(operation[0]));
  Caller& caller = callers_[few % callers_.size()];
  const bool known = !caller.text.empty() && caller.operation == operation &&
                     caller.attempt == interaction.attempt && caller.agent == interaction.agent &&
                     caller.account == interaction.account && caller.region == interaction.region;
  if (known) return caller;
  caller.operation = operation;
  caller.attempt = interaction.attempt;
  caller.agent = interaction.agent;
  caller.account = interaction.account;
  caller.region = interaction.region;
  caller.text.clear();
  append_caller(caller.text, interaction);
  caller.hash = hash_asked(operation, interaction.account, interaction.region);
  return caller;
}

void LineWriter::append(std::string& out, const InteractionView& interaction) {
  const Caller& caller = caller_of(interaction);
  scan_request(interaction.request, scan_);
  hash_ = caller.hash ^ scan_.body.hash;
  out += kExchangeStart;
  append_member(out, R"(,"completed":)", interaction.completed);
  append_member(out, R"(,"arrived":)", interaction.arrived);
  append_member(out, R"(,"sequence":)", interaction.sequence);
  append_member(out, R"(,"offset_us":)", interaction.offset.count());
  append_member(out, R"(,"duration_us":)", interaction.duration.count());
  if (!interaction.section.empty()) {
    out += R"(,"section":)";
    append_safe(out, interaction.section);
  }
  out += caller.text;
  append_body(out, interaction.request, scan_.body.embeddable);
  out += '}';
  append_response(out, interaction, seed_);
  if (interaction.faults != nullptr && !interaction.faults->empty()) {
    append_faults(out, *interaction.faults);
  }
  if (interaction.delivery != nullptr &&
      (*interaction.delivery || interaction.waited.count() > 0)) {
    append_delivery(out, interaction.waited, *interaction.delivery);
  }
  out += "}\n";
}

void append_line(std::string& out, const Interaction& interaction) {
  LineWriter().append(out, interaction.view());
}

}  // namespace dynadeck::cassettes
