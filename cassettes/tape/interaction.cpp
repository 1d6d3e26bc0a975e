#include "cassettes/tape/interaction.h"

#include <strings.h>

#include <algorithm>

#include "cassettes/json/base64.h"
#include "cassettes/json/text.h"
#include "cassettes/matching/hash.h"
#include "harness/seam/random.h"
#include "harness/seam/utf8.h"

namespace dynadeck::cassettes {
namespace {

std::chrono::nanoseconds nanoseconds(std::string_view raw) {
  // A day is more than any fault means; it keeps hostile tapes from overflowing.
  constexpr std::uint64_t kMost = 86'400'000'000'000;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(unsigned_value(raw), kMost)));
}

std::chrono::microseconds microseconds(std::string_view raw) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 53;
  return std::chrono::microseconds(static_cast<std::int64_t>(std::min(unsigned_value(raw), kMost)));
}

// Takes one of the three members of a body; false if it is damaged.
bool take_body(std::string& bytes, std::string_view name, std::string_view raw) {
  if (name == "body") {
    bytes = raw;
  } else if (name == "text") {
    bytes = string_value(raw);
  } else if (name == "base64") {
    bytes.clear();
    return append_from_base64(bytes, string_value(raw));
  }
  return true;
}

bool parse_request(std::string_view object, Interaction& interaction) {
  bool good = true;
  const bool walked = for_each_member(object, [&](std::string_view name, std::string_view raw) {
    return good = take_body(interaction.request, name, raw);
  });
  return walked && good;
}

bool parse_response(std::string_view object, Interaction& interaction) {
  bool good = true;
  const auto header = [&](std::string_view name, std::string_view raw) {
    if (name == kRequestIdHeader) {
      interaction.request_id = string_value(raw);
    } else {
      interaction.headers.add(std::string(name), string_value(raw));
    }
    return true;
  };
  const bool walked = for_each_member(object, [&](std::string_view name, std::string_view raw) {
    if (name == "status") {
      interaction.status = static_cast<int>(std::min<std::uint64_t>(unsigned_value(raw), 999));
    } else if (name == "id") {
      interaction.issued_id.number = unsigned_value(raw);
    } else if (name == "type") {
      interaction.content_type = string_value(raw);
    } else if (name == "error") {
      interaction.error_code = string_value(raw);
    } else if (name == "headers") {
      good = for_each_member(raw, header);
    } else {
      good = take_body(interaction.response, name, raw);
    }
    return good;
  });
  return walked && good && interaction.status >= 100;
}

void parse_delivery(std::string_view object, Interaction& interaction) {
  Delivery delivery;
  bool any = false;
  for_each_member(object, [&](std::string_view name, std::string_view raw) {
    if (name == "waited_ns") {
      interaction.waited = nanoseconds(raw);
      return true;
    }
    any = true;
    if (name == "delay_ns") {
      delivery.delay = nanoseconds(raw);
    } else if (name == "trickle") {
      const std::uint64_t chunk = unsigned_value(find_member(raw, "chunk_bytes"), 1);
      delivery.trickle = Delivery::Trickle{std::max<std::uint64_t>(chunk, 1),
                                           nanoseconds(find_member(raw, "interval_ns"))};
    } else if (name == "cut_after_bytes") {
      delivery.cut_after_bytes = unsigned_value(raw);
    } else if (name == "declared_content_length") {
      delivery.declared_content_length = unsigned_value(raw);
    } else if (name == "crc32") {
      delivery.crc32 = static_cast<std::uint32_t>(unsigned_value(raw));
    } else if (name == "end") {
      const std::string end = string_value(raw);
      for (const auto known :
           {Delivery::End::kClose, Delivery::End::kReset, Delivery::End::kHang}) {
        if (end == name_of(known)) delivery.end = known;
      }
    }
    return true;
  });
  if (any) interaction.delivery = delivery;
}

void parse_faults(std::string_view array, Interaction& interaction) {
  for_each_element(array, [&](std::string_view raw) {
    interaction.faults.push_back(
        {string_value(find_member(raw, "rule")), string_value(find_member(raw, "kind"))});
    return true;
  });
}

void parse_client(std::string_view object, Interaction& interaction) {
  interaction.agent = string_value(find_member(object, "agent"));
  interaction.attempt = unsigned_value(find_member(object, "attempt"), 1);
}

// The members that need no look inside. False if the name is not one of them.
bool take_simple(Interaction& interaction, std::string_view name, std::string_view raw) {
  if (name == "completed") {
    interaction.completed = unsigned_value(raw);
  } else if (name == "arrived") {
    interaction.arrived = unsigned_value(raw);
  } else if (name == "sequence") {
    interaction.sequence = unsigned_value(raw);
  } else if (name == "offset_us") {
    interaction.offset = microseconds(raw);
  } else if (name == "duration_us") {
    interaction.duration = microseconds(raw);
  } else if (name == "section") {
    interaction.section = string_value(raw);
  } else if (name == "operation") {
    interaction.operation = string_value(raw);
  } else if (name == "scope") {
    interaction.scope = {string_value(find_member(raw, "account")),
                         string_value(find_member(raw, "region"))};
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::string_view name_of(Delivery::End end) {
  switch (end) {
    case Delivery::End::kKeepAlive:
      return "keep-alive";
    case Delivery::End::kClose:
      return "close";
    case Delivery::End::kReset:
      return "reset";
    case Delivery::End::kHang:
      return "hang";
  }
  return "keep-alive";
}

InteractionView Interaction::view() const {
  InteractionView view;
  view.sequence = sequence;
  view.completed = completed;
  view.arrived = arrived;
  view.offset = offset;
  view.duration = duration;
  view.section = section;
  view.agent = agent;
  view.attempt = attempt;
  view.operation = operation;
  view.account = scope.account;
  view.region = scope.region;
  view.request = request;
  view.request_id = request_id;
  view.issued_id = issued_id;
  view.status = status;
  view.content_type = content_type;
  view.error_code = error_code;
  view.headers = &headers;
  view.response = response;
  view.faults = &faults;
  view.waited = waited;
  view.delivery = &delivery;
  return view;
}

bool is_exchange_line(std::string_view line) { return line.starts_with(kExchangeStart); }

std::string_view line_type(std::string_view line) {
  constexpr std::string_view kStart = R"({"type":")";
  if (!line.starts_with(kStart)) return {};
  line.remove_prefix(kStart.size());
  return line.substr(0, line.find('"'));
}

Outcome<Interaction, std::string> parse_interaction(std::string_view line,
                                                    std::optional<std::uint64_t> seed) {
  if (!is_exchange_line(line)) return std::string("the line is no exchange");
  Interaction interaction;
  interaction.content_type = kUsualContentType;
  std::string damaged;
  const bool walked = for_each_member(line, [&](std::string_view name, std::string_view raw) {
    if (take_simple(interaction, name, raw)) return true;
    bool good = true;
    if (name == "request") {
      good = parse_request(raw, interaction);
    } else if (name == "response") {
      good = parse_response(raw, interaction);
    } else if (name == "client") {
      parse_client(raw, interaction);
    } else if (name == "faults") {
      parse_faults(raw, interaction);
    } else if (name == "delivery") {
      parse_delivery(raw, interaction);
    }
    if (!good) damaged = name;
    return good;
  });
  if (!walked) return std::string("the line is not JSON");
  if (!damaged.empty()) return "its member " + damaged + " cannot be read";
  if (interaction.operation.empty()) return std::string("it names no operation");
  if (interaction.sequence == 0) return std::string("it has no sequence");
  interaction.arrived = std::max(interaction.arrived, interaction.sequence);
  IssuedId& issued = interaction.issued_id;
  if (issued.number != 0 && seed) {
    issued.seed = *seed;
    interaction.request_id = request_id_of(issued.seed, issued.number - 1);
  } else {
    issued = IssuedId();
  }
  return interaction;
}

bool keeps_header(std::string_view name) {
  const auto starts = [&](std::string_view prefix) {
    return name.size() >= prefix.size() &&
           strncasecmp(name.data(), prefix.data(), prefix.size()) == 0;
  };
  const auto is = [&](std::string_view whole) {
    return name.size() == whole.size() && starts(whole);
  };
  if (is("x-amz-crc32") || is("x-amz-security-token") || is(kRequestIdHeader)) return false;
  return starts("x-amz-") || starts("x-amzn-") || is("retry-after") || starts("x-dynadeck-");
}

std::string_view agent_of(std::string_view user_agent) {
  const std::string_view first =
      user_agent.substr(0, std::min<std::size_t>(user_agent.find(' '), 64));
  return is_utf8(first) ? first : std::string_view();
}

}  // namespace dynadeck::cassettes
