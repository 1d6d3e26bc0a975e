// `connection`, `truncate`, `trickle`, `corrupt`, `html` and `refuse`: the network's and the
// middleboxes' contributions.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "faults/effects/delivery.h"
#include "faults/effects/effects.h"

namespace dynadeck::faults {
namespace {

using Json = nlohmann::ordered_json;

// How a broken connection is called in the journal: the client learns nothing, whatever the
// operation did.
constexpr std::array kEndNames = {"close", "reset", "hang"};
constexpr std::array kEndOutcomes = {"ConnectionClosed", "ConnectionReset", "ConnectionHang"};
constexpr std::array kEnds = {Delivery::End::kClose, Delivery::End::kReset, Delivery::End::kHang};

// Breaks the connection: instead of the operation, or after it with a part of the answer sent.
class ConnectionEffect : public Effect {
 public:
  // bytes: of head and body together; nothing for all of them.
  ConnectionEffect(std::size_t end, std::optional<std::uint64_t> bytes)
      : end_(end), bytes_(bytes) {}

  std::string_view kind() const override { return "connection"; }
  Stage stage() const override { return Stage::kDelivery; }
  bool allows(At at) const override { return at == At::kAfter || bytes_ == 0; }
  At default_at() const override { return bytes_ == 0 ? At::kBefore : At::kAfter; }
  bool takes_delay() const override { return true; }

  Json print() const override {
    if (bytes_ == 0) return kEndNames[end_];
    Json json = {{"end", kEndNames[end_]}};
    if (bytes_) {
      json["bytes"] = *bytes_;
    } else {
      json["bytes"] = "all";
    }
    return json;
  }

  Response apply(const Strike& strike, const Request& request, const Next& next) const override {
    if (strike.at == At::kBefore) {
      Response nothing;
      nothing.status = 503;
      return broken(strike, std::move(nothing));
    }
    return when_ready(next(request), [this, strike](Response response) {
      return broken(strike, std::move(response));
    });
  }

 private:
  Response broken(const Strike& strike, Response response) const {
    Delivery& delivery = delivery_of(response);
    if (bytes_) {
      delivery.cut_after_bytes = static_cast<std::size_t>(*bytes_);
      response.error_code = kEndOutcomes[end_];
    }
    delivery.end = kEnds[end_];
    strike.mark(response, kind());
    return response;
  }

  const std::size_t end_;
  const std::optional<std::uint64_t> bytes_;
};

// An effect on the way out of an answer that is otherwise right.
class AnswerEffect : public Effect {
 public:
  Stage stage() const override { return Stage::kDelivery; }
  bool allows(At at) const override { return at == At::kAfter; }
  At default_at() const override { return At::kAfter; }

  Response apply(const Strike& strike, const Request& request, const Next& next) const override {
    return when_ready(next(request), [this, strike](Response response) {
      change(strike, response);
      strike.mark(response, kind());
      return response;
    });
  }

 private:
  virtual void change(const Strike& strike, Response& response) const = 0;
};

// Announces the whole body, sends the beginning, and closes.
class TruncateEffect : public AnswerEffect {
 public:
  TruncateEffect(std::optional<std::uint64_t> body_bytes, std::optional<double> fraction)
      : body_bytes_(body_bytes), fraction_(fraction) {}
  std::string_view kind() const override { return "truncate"; }
  Json print() const override {
    if (fraction_) return {{"fraction", *fraction_}};
    return {{"body_bytes", *body_bytes_}};
  }

 private:
  void change(const Strike&, Response& response) const override {
    const std::size_t whole = response.body.size();
    const std::size_t kept = fraction_
                                 ? static_cast<std::size_t>(*fraction_ * static_cast<double>(whole))
                                 : static_cast<std::size_t>(*body_bytes_);
    if (whole <= kept) return;
    response.body.resize(kept);
    Delivery& delivery = delivery_of(response);
    delivery.declared_content_length = whole;
    delivery.end = Delivery::End::kClose;
  }

  const std::optional<std::uint64_t> body_bytes_;  // one of the two
  const std::optional<double> fraction_;
};

class TrickleEffect : public AnswerEffect {
 public:
  TrickleEffect(std::uint64_t chunk_bytes, Duration interval)
      : chunk_bytes_(chunk_bytes), interval_(interval) {}
  std::string_view kind() const override { return "trickle"; }
  Json print() const override {
    return {{"chunk_bytes", chunk_bytes_}, {"interval", print_duration(interval_)}};
  }

 private:
  void change(const Strike&, Response& response) const override {
    delivery_of(response).trickle = {static_cast<std::size_t>(chunk_bytes_), interval_};
  }

  const std::uint64_t chunk_bytes_;
  const Duration interval_;
};

const std::vector<std::string> kCorruptions = {"crc32", "json", "content_length"};

std::uint32_t checksum_of(const std::string& body) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const unsigned char*>(body.data()), body.size()));
}

// Changes a bit in each of some bytes of the body that stand in a row. x-amz-crc32 stays that of
// the right one: a client that checks it can tell.
class FlipEffect : public AnswerEffect {
 public:
  explicit FlipEffect(std::uint64_t bytes) : bytes_(bytes) {}
  std::string_view kind() const override { return "corrupt"; }
  Json print() const override { return {{"bytes", bytes_}}; }

 private:
  void change(const Strike& strike, Response& response) const override {
    std::string& body = response.body;
    if (body.empty()) return;
    delivery_of(response).crc32 = checksum_of(body);
    const std::uint64_t start = strike.dice.bits("byte") % body.size();
    for (std::uint64_t at = 0; at < std::min<std::uint64_t>(bytes_, body.size()); ++at) {
      const std::uint64_t bit = strike.dice.bits("bit/" + std::to_string(at)) % 8;
      char& byte = body[(start + at) % body.size()];
      byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << bit));
    }
  }

  const std::uint64_t bytes_;
};

class CorruptEffect : public AnswerEffect {
 public:
  explicit CorruptEffect(std::size_t what) : what_(what) {}
  std::string_view kind() const override { return "corrupt"; }
  Json print() const override { return kCorruptions[what_]; }

 private:
  void change(const Strike& strike, Response& response) const override {
    Delivery& delivery = delivery_of(response);
    if (what_ == 0) {
      delivery.crc32 = static_cast<std::uint32_t>(strike.dice.bits("crc32"));
    } else if (what_ == 1) {
      // What a proxy leaves that stops in the middle and lengthens nothing.
      response.body.resize(response.body.size() / 2);
      response.body += "\xEF\xBF\xBD<";
    } else {
      delivery.declared_content_length = response.body.size() + 17;
      delivery.end = Delivery::End::kClose;
    }
  }

  const std::size_t what_;
};

// A middlebox's page in place of an answer; after, in place of a success.
class HtmlEffect : public Effect {
 public:
  HtmlEffect(int status, std::optional<std::string> body)
      : status_(status), body_(std::move(body)) {}

  std::string_view kind() const override { return "html"; }
  Stage stage() const override { return Stage::kAnswer; }
  bool allows(At) const override { return true; }
  bool takes_delay() const override { return true; }

  Json print() const override {
    if (!body_) return status_;
    return {{"status", status_}, {"body", *body_}};
  }

  Response apply(const Strike& strike, const Request& request, const Next& next) const override {
    if (strike.at == At::kBefore) return page(strike);
    return when_ready(next(request), [this, strike](Response done) {
      if (!done.ok()) return done;
      Response response = page(strike);
      response.faults.insert(response.faults.begin(), done.faults.begin(), done.faults.end());
      return response;
    });
  }

 private:
  std::string title() const {
    if (status_ == 502) return "502 Bad Gateway";
    if (status_ == 503) return "503 Service Temporarily Unavailable";
    if (status_ == 504) return "504 Gateway Time-out";
    return std::to_string(status_) + " Error";
  }

  Response page(const Strike& strike) const {
    Response response;
    response.status = status_;
    response.content_type = "text/html";
    response.body = body_ ? *body_
                          : "<html>\r\n<head><title>" + title() +
                                "</title></head>\r\n<body>\r\n<center><h1>" + title() +
                                "</h1></center>\r\n</body>\r\n</html>\r\n";
    strike.mark(response, kind());
    return response;
  }

  const int status_;
  const std::optional<std::string> body_;
};

// Connections, not requests: RuleBoard::refuses_connection() asks the rules of this kind.
class RefuseEffect : public Effect {
 public:
  std::string_view kind() const override { return kRefuseKind; }
  Stage stage() const override { return Stage::kDelivery; }
  bool allows(At at) const override { return at == At::kBefore; }
  Json print() const override { return "connections"; }
  Response apply(const Strike&, const Request& request, const Next& next) const override {
    return next(request);
  }
};

}  // namespace

ParsedEffect parse_connection_effect(const Node& node, const std::string& path,
                                     Problems& problems) {
  const std::size_t before = problems.size();
  Node holder = node;
  if (node.kind == Node::Kind::kScalar) {
    holder = map_of("end", node);
  }
  Fields fields(holder, path, problems);
  const auto end = fields.word("end", {kEndNames.begin(), kEndNames.end()});
  std::optional<std::uint64_t> bytes = 0;
  if (const Node* given = fields.raw("bytes")) {
    bytes = given->scalar == "all" ? std::nullopt : fields.count("bytes");
  }
  fields.finish();
  if (!end) fields.report("expected end: close, reset or hang");
  if (problems.size() > before) return nullptr;
  return std::make_shared<ConnectionEffect>(*end, bytes);
}

ParsedEffect parse_truncate_effect(const Node& node, const std::string& path, Problems& problems) {
  const std::size_t before = problems.size();
  Fields fields(node, path, problems);
  const auto body_bytes = fields.count("body_bytes");
  const auto fraction = fields.probability("fraction");
  fields.finish();
  if (fields.has("body_bytes") == fields.has("fraction")) {
    fields.report("expected either body_bytes or a fraction of the body");
  }
  if (problems.size() > before) return nullptr;
  return std::make_shared<TruncateEffect>(body_bytes, fraction);
}

ParsedEffect parse_trickle_effect(const Node& node, const std::string& path, Problems& problems) {
  const std::size_t before = problems.size();
  Fields fields(node, path, problems);
  const auto chunk = fields.count("chunk_bytes", 1);
  const auto interval = fields.duration("interval");
  fields.finish();
  if (!chunk || !interval) fields.report("expected chunk_bytes and interval");
  if (problems.size() > before) return nullptr;
  return std::make_shared<TrickleEffect>(*chunk, *interval);
}

ParsedEffect parse_corrupt_effect(const Node& node, const std::string& path, Problems& problems) {
  if (node.kind == Node::Kind::kMap) {
    const std::size_t before = problems.size();
    Fields fields(node, path, problems);
    const auto bytes = fields.count("bytes", 1);
    fields.finish();
    if (!fields.has("bytes")) fields.report("expected bytes: how many are changed");
    if (problems.size() > before) return nullptr;
    return std::make_shared<FlipEffect>(*bytes);
  }
  const auto found = std::find(kCorruptions.begin(), kCorruptions.end(), node.scalar);
  if (found == kCorruptions.end()) {
    problems.push_back(
        {node.line, path,
         "expected one of crc32, json, content_length, or bytes: how many are changed"});
    return nullptr;
  }
  return std::make_shared<CorruptEffect>(static_cast<std::size_t>(found - kCorruptions.begin()));
}

ParsedEffect parse_html_effect(const Node& node, const std::string& path, Problems& problems) {
  const std::size_t before = problems.size();
  Node holder = node;
  if (node.kind == Node::Kind::kScalar) {
    holder = map_of("status", node);
  }
  Fields fields(holder, path, problems);
  const auto status = fields.count("status", 300);
  std::optional<std::string> body = fields.text("body");
  fields.finish();
  if (!status || *status > 599) fields.report("expected a status from 300 to 599");
  if (problems.size() > before) return nullptr;
  return std::make_shared<HtmlEffect>(static_cast<int>(*status), std::move(body));
}

ParsedEffect parse_refuse_effect(const Node& node, const std::string& path, Problems& problems) {
  if (node.scalar != "connections") {
    problems.push_back({node.line, path, "expected `refuse: connections`"});
    return nullptr;
  }
  return std::make_shared<RefuseEffect>();
}

}  // namespace dynadeck::faults
