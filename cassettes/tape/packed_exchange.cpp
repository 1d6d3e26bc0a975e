#include "cassettes/tape/packed_exchange.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace dynadeck::cassettes {
namespace {

// The texts of an exchange, in the order they are packed.
constexpr std::array kTexts = {
    &InteractionView::section,    &InteractionView::agent,        &InteractionView::operation,
    &InteractionView::account,    &InteractionView::region,       &InteractionView::request,
    &InteractionView::request_id, &InteractionView::content_type, &InteractionView::error_code,
    &InteractionView::response,
};

struct Head {
  std::uint64_t sequence, completed, arrived, attempt;
  IssuedId issued_id;
  std::int64_t offset_us, duration_us, waited_ns;
  std::int32_t status;
  std::uint32_t headers, faults;
  bool has_delivery, response_embeddable;
  std::array<bool, 2> padding;
  std::array<std::uint32_t, kTexts.size()> sizes;
};
static_assert(std::is_trivially_copyable_v<Head> && std::is_trivially_copyable_v<Delivery>);

template <typename Value>
void append_value(std::string& out, const Value& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append_sized(std::string& out, std::string_view text) {
  append_value(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

std::string_view take(std::string_view& from, std::size_t bytes) {
  const std::string_view taken = from.substr(0, bytes);
  from.remove_prefix(bytes);
  return taken;
}

template <typename Value>
Value take_value(std::string_view& from) {
  Value value;
  std::memcpy(&value, take(from, sizeof value).data(), sizeof value);
  return value;
}

std::string_view take_sized(std::string_view& from) {
  return take(from, take_value<std::uint32_t>(from));
}

}  // namespace

void pack(const InteractionView& interaction, std::string& out) {
  Head head{interaction.sequence,
            interaction.completed,
            interaction.arrived,
            interaction.attempt,
            interaction.issued_id,
            interaction.offset.count(),
            interaction.duration.count(),
            interaction.waited.count(),
            interaction.status,
            0,
            0,
            interaction.delivery != nullptr && interaction.delivery->has_value(),
            interaction.response_embeddable,
            {},
            {}};
  for (std::size_t i = 0; i < kTexts.size(); ++i) {
    head.sizes[i] = static_cast<std::uint32_t>((interaction.*kTexts[i]).size());
  }
  if (interaction.headers != nullptr) {
    for (const auto& [name, value] : *interaction.headers) head.headers += keeps_header(name);
  }
  if (interaction.faults != nullptr) {
    head.faults = static_cast<std::uint32_t>(interaction.faults->size());
  }
  append_value(out, head);
  for (const auto text : kTexts) out += interaction.*text;
  if (head.has_delivery) append_value(out, **interaction.delivery);
  if (head.headers > 0) {
    for (const auto& [name, value] : *interaction.headers) {
      if (!keeps_header(name)) continue;
      append_sized(out, name);
      append_sized(out, value);
    }
  }
  for (std::uint32_t i = 0; i < head.faults; ++i) {
    append_sized(out, (*interaction.faults)[i].rule);
    append_sized(out, (*interaction.faults)[i].kind);
  }
}

InteractionView& Unpacker::show(std::string_view bytes) {
  const Head head = take_value<Head>(bytes);
  view_.sequence = head.sequence;
  view_.completed = head.completed;
  view_.arrived = head.arrived;
  view_.attempt = head.attempt;
  view_.issued_id = head.issued_id;
  view_.offset = std::chrono::microseconds(head.offset_us);
  view_.duration = std::chrono::microseconds(head.duration_us);
  view_.waited = std::chrono::nanoseconds(head.waited_ns);
  view_.status = head.status;
  view_.response_embeddable = head.response_embeddable;
  for (std::size_t i = 0; i < kTexts.size(); ++i) view_.*kTexts[i] = take(bytes, head.sizes[i]);
  delivery_.reset();
  if (head.has_delivery) delivery_ = take_value<Delivery>(bytes);
  view_.delivery = &delivery_;
  if (headers_.size() > 0) headers_ = HeaderList();
  for (std::uint32_t i = 0; i < head.headers; ++i) {
    const std::string_view name = take_sized(bytes);
    headers_.add(std::string(name), std::string(take_sized(bytes)));
  }
  view_.headers = &headers_;
  faults_.clear();
  for (std::uint32_t i = 0; i < head.faults; ++i) {
    const std::string_view rule = take_sized(bytes);
    faults_.push_back({std::string(rule), std::string(take_sized(bytes))});
  }
  view_.faults = &faults_;
  return view_;
}

}  // namespace dynadeck::cassettes
