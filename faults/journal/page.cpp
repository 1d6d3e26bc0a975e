#include "faults/journal/page.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace dynadeck::faults {
namespace {

using Number = std::uint32_t;

std::array<std::string_view, 4> client_texts(const Request& request) {
  return {request.scope.account, request.scope.region, request.access_key, request.session};
}

}  // namespace

std::size_t JournalPage::text_bytes(const Record& record) {
  std::size_t texts = 0;
  std::size_t bytes = 0;
  const auto count = [&](std::string_view text) {
    ++texts;
    bytes += text.size();
  };
  for (const std::string_view text : client_texts(record.request)) count(text);
  count(record.request.request_id);
  count(record.call.invocation_id);
  for (const std::string_view table : record.tables) count(table);
  count(record.response.error_code);
  for (const InjectedFault& fault : record.response.faults) {
    count(fault.rule);
    count(fault.kind);
  }
  constexpr std::size_t kLists = 2;
  return bytes + (texts + kLists) * sizeof(Number);
}

JournalPage::JournalPage(std::size_t text_bytes)
    : text_bytes_(std::max(text_bytes, kTextBytes) + sizeof(Number)),
      texts_(new char[text_bytes_]),
      entries_(new Entry[kEntries]) {
  write_number(0);  // what place 0 stands for
}

bool JournalPage::has_room(std::size_t text_bytes) const {
  return size_.load(std::memory_order_relaxed) < kEntries && text_bytes <= text_bytes_ - end_;
}

void JournalPage::append(std::uint64_t sequence, const Record& record) {
  const std::size_t place = size_.load(std::memory_order_relaxed);
  const Request& request = record.request;
  Entry& entry = entries_[place];
  entry.sequence = sequence;
  entry.time = record.time.time_since_epoch().count();
  entry.duration = record.duration.count();
  entry.client = client_of(request);
  entry.tables = tables_of(record.tables);
  entry.error_code = error_code_of(record.response);
  entry.faults = faults_of(record.response);
  entry.ids = ids_of(record);
  entry.attempt = static_cast<std::uint32_t>(record.call.attempt);
  entry.status = static_cast<std::int16_t>(record.response.status);
  entry.operation = request.operation;
  size_.store(place + 1, std::memory_order_release);
}

const JournalPage::Entry* JournalPage::before() const {
  const std::size_t size = size_.load(std::memory_order_relaxed);
  return size == 0 ? nullptr : &entries_[size - 1];
}

void JournalPage::write_number(std::size_t number) {
  const auto stored = static_cast<Number>(number);
  assert(end_ + sizeof(stored) <= text_bytes_);
  std::memcpy(&texts_[end_], &stored, sizeof(stored));
  end_ += sizeof(stored);
}

std::string_view JournalPage::write(std::string_view text) {
  write_number(text.size());
  assert(end_ + text.size() <= text_bytes_);
  char* const start = &texts_[end_];
  if (!text.empty()) std::memcpy(start, text.data(), text.size());
  end_ += static_cast<Place>(text.size());
  return {start, text.size()};
}

JournalPage::Place JournalPage::client_of(const Request& request) {
  const std::array<std::string_view, 4> texts = client_texts(request);
  if (const Entry* entry = before(); entry != nullptr && last_.client == texts) {
    return entry->client;
  }
  const Place start = end_;
  for (std::size_t at = 0; at < texts.size(); ++at) last_.client[at] = write(texts[at]);
  return start;
}

JournalPage::Place JournalPage::tables_of(std::span<const std::string_view> tables) {
  const std::string_view only_table = tables.size() == 1 ? tables.front() : std::string_view();
  if (tables.empty()) {
    last_.only_table = {};
    return 0;
  }
  if (!only_table.empty() && last_.only_table == only_table) return before()->tables;
  const Place start = end_;
  write_number(tables.size());
  for (const std::string_view table : tables) last_.only_table = write(table);
  if (tables.size() != 1) last_.only_table = {};
  return start;
}

JournalPage::Place JournalPage::error_code_of(const Response& response) {
  if (response.error_code.empty()) {
    last_.error_code = {};
    return 0;
  }
  if (last_.error_code == response.error_code) return before()->error_code;
  const Place start = end_;
  last_.error_code = write(response.error_code);
  return start;
}

JournalPage::Place JournalPage::faults_of(const Response& response) {
  if (response.faults.empty()) return 0;
  const Place start = end_;
  write_number(2 * response.faults.size());
  for (const InjectedFault& fault : response.faults) {
    write(fault.rule);
    write(fault.kind);
  }
  return start;
}

JournalPage::Place JournalPage::ids_of(const Record& record) {
  const Place start = end_;
  write(record.request.request_id);
  write(record.call.invocation_id);
  return start;
}

std::uint32_t JournalPage::number(Place& place) const {
  Number stored = 0;
  std::memcpy(&stored, &texts_[place], sizeof(stored));
  place += sizeof(stored);
  return stored;
}

std::string_view JournalPage::text(Place& place) const {
  const std::uint32_t size = number(place);
  const std::string_view found(&texts_[place], size);
  place += size;
  return found;
}

void JournalPage::read(std::size_t at, JournalEntry& entry) const {
  const Entry& stored = entries_[at];
  entry.sequence = stored.sequence;
  entry.operation = stored.operation;
  entry.attempt = stored.attempt;
  entry.time = Clock::WallTime(std::chrono::microseconds(stored.time));
  entry.duration = std::chrono::nanoseconds(stored.duration);
  entry.status = stored.status;

  Place place = stored.client;
  entry.account = text(place);
  entry.region = text(place);
  entry.access_key = text(place);
  entry.session = text(place);
  place = stored.ids;
  entry.request_id = text(place);
  entry.invocation_id = text(place);
  place = stored.error_code;
  entry.error_code = text(place);

  entry.tables.clear();
  place = stored.tables;
  for (std::uint32_t left = number(place); left > 0; --left) entry.tables.push_back(text(place));
  entry.faults.clear();
  place = stored.faults;
  for (std::uint32_t left = number(place); left > 0; left -= 2) {
    const std::string_view rule = text(place);
    entry.faults.push_back({rule, text(place)});
  }
}

}  // namespace dynadeck::faults
