#include "engine/operations/items/page_reader.h"

#include <algorithm>

#include "engine/items/capacity.h"
#include "engine/items/keys.h"
#include "engine/items/page_size.h"
#include "engine/messages/reads.h"
#include "engine/messages/tables.h"
#include "engine/store/key_codec.h"
#include "engine/values/item_record.h"
#include "engine/values/value_json.h"
#include "engine/values/value_writer.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {
namespace {

bool wants_all_attributes(const ReadInput& input) { return input.select == Select::kAllAttributes; }

// The attributes that the projection asks for but the index does not have. A filter just does not
// see them.
std::vector<std::string_view> missing_attributes(const ReadTarget& target, const ReadInput& input) {
  std::vector<std::string_view> missing;
  const auto& names = target.table->projected_names[target.table->position(*target.index)];
  if (names.empty() || !input.projection) return missing;
  for (const std::string& name : input.projection->attributes()) {
    if (!std::binary_search(names.begin(), names.end(), name)) missing.push_back(name);
  }
  return missing;
}

// Whether entries of a local index have to be completed from the table.
bool needs_fetch(const ReadTarget& target, const ReadInput& input) {
  if (target.index == nullptr) return false;
  if (target.table->projected_names[target.table->position(*target.index)].empty()) return false;
  return wants_all_attributes(input) || !missing_attributes(target, input).empty();
}

// Appends the LastEvaluatedKey that stands for the item.
void append_last_key(std::string& out, const ReadTarget& target, ItemView item) {
  std::string key;
  ContainerWriter writer(key, Type::kMap);
  for (const MapEntry& entry : item.map()) {
    if (!target.table->definition.keys.contains(entry.name) &&
        !target.keys().contains(entry.name)) {
      continue;
    }
    append_name(key, entry.name);
    key.append(entry.value.encoded());
  }
  writer.finish();
  out.append(",\"LastEvaluatedKey\":");
  append_item_json(out, ItemView(key));
}

// Collects one page. *One thread.*
class Page {
 public:
  Page(Core& core, const ReadTarget& target, const ReadInput& input, const Snapshot& snapshot)
      : core_(core),
        target_(target),
        input_(input),
        snapshot_(snapshot),
        fetches_(needs_fetch(target, input)),
        counts_only_(input.select == Select::kCount) {
    const KeySchema& keys = target.table->definition.keys;
    if (!keys.sort.empty()) sort_name_ = keys.sort.front().name;
    if (!counts_only_) out_.append("\"Items\":[");
  }

  bool is_full() const {
    return page_bytes_ >= kPageBytes ||
           (input_.limit && scanned_ >= static_cast<std::size_t>(*input_.limit));
  }

  Status take(ItemRecord record) {
    ++scanned_;
    page_bytes_ += page_size_bytes(record.item, sort_name_);
    read_bytes_ += record.size_bytes;
    PinnedValue fetched;
    if (fetches_) {
      const Result<bool> found = fetch(record, fetched);
      if (!found.ok()) return found.error();
      if (!found.value()) return Done{};
    }
    if (is_full()) last_key_item_.assign(record.item.encoded());
    if (input_.filter && !input_.filter->matches(record.item)) return Done{};
    if (!counts_only_) append_item(record.item);
    ++matched_;
    return Done{};
  }

  // Where throughput is enforced: takes what the page has cost. partition: what was queried.
  Status pay(ThroughputLimiter& limiter, std::optional<std::uint64_t> partition) const {
    const TableDefinition* table = &target_.table->definition;
    const bool is_global = target_.index != nullptr && target_.index->kind == IndexKind::kGlobal;
    const Charge charge{table, is_global ? target_.index : nullptr, false, consumed().total(),
                        partition};
    if (const auto refused = limiter.take({&charge, 1})) return refused->error();
    return Done{};
  }

  std::string finish() && {
    if (!counts_only_) out_.append("],");
    out_.append("\"Count\":").append(std::to_string(matched_));
    out_.append(",\"ScannedCount\":").append(std::to_string(scanned_));
    if (!last_key_item_.empty()) append_last_key(out_, target_, ItemView(last_key_item_));
    if (input_.return_consumed_capacity != ReturnConsumedCapacity::kNone) {
      out_.append(",\"ConsumedCapacity\":");
      append_consumed_capacity(out_, target_.table->definition.name, consumed(),
                               input_.return_consumed_capacity);
    }
    out_.push_back('}');
    return std::move(out_);
  }

 private:
  // Puts the table's whole item in the place of its entry; false if it has gone meanwhile.
  Result<bool> fetch(ItemRecord& record, PinnedValue& value) {
    const TableDefinition& table = target_.table->definition;
    std::string key;
    append_item_key(key, table.id, table.keys, record.item);
    Result<bool> found = core_.store->get(Family::kItems, key, value, snapshot_);
    if (!found.ok() || !found.value()) return found;
    record = read_record(value.view());
    fetched_units_ += read_units(record.size_bytes, input_.consistent_read);
    return true;
  }

  void append_item(ItemView item) {
    if (matched_ > 0) out_.push_back(',');
    if (input_.projection) {
      projected_.clear();
      input_.projection->project(item, projected_);
      item = ItemView(projected_);
    }
    append_item_json(out_, item);
  }

  ConsumedCapacity consumed() const {
    ConsumedCapacity result;
    const double units = read_units(read_bytes_, input_.consistent_read);
    if (target_.index == nullptr) {
      result.table = units;
    } else {
      result.table = fetched_units_;
      result.add_index(*target_.index, units);
    }
    return result;
  }

  Core& core_;
  const ReadTarget& target_;
  const ReadInput& input_;
  const Snapshot& snapshot_;
  const bool fetches_;
  const bool counts_only_;
  std::string_view sort_name_;

  std::string out_ = "{";
  std::string projected_;
  std::string last_key_item_;
  std::size_t scanned_ = 0;
  std::size_t matched_ = 0;
  std::size_t page_bytes_ = 0;
  std::size_t read_bytes_ = 0;
  double fetched_units_ = 0;
};

bool is_being_made(const Index& index, const Clock& clock) {
  return index.backfilling || (index.state.status == TableStatus::kCreating &&
                               index.state.at(clock.now()) == TableStatus::kCreating);
}

bool has_attributes(const KeySchema& keys, ItemView key) {
  const auto has = [&](const KeyAttribute& attribute) {
    return key.find(attribute.name).has_value();
  };
  return std::all_of(keys.partition.begin(), keys.partition.end(), has) &&
         std::all_of(keys.sort.begin(), keys.sort.end(), has);
}

void seek_start(Cursor& cursor, const PageRange& range) {
  if (range.start_after.empty()) {
    range.forward ? cursor.seek_first() : cursor.seek_last();
  } else if (!range.forward) {
    cursor.seek_before(range.start_after);
  } else if (range.start_after < range.from) {
    cursor.seek_first();
  } else {
    cursor.seek(range.start_after);
    if (cursor.valid() && cursor.key() == range.start_after) cursor.next();
  }
}

std::string list_of(const std::vector<std::string_view>& names) {
  std::string text("[");
  for (const std::string_view name : names) {
    if (text.size() > 1) text.append(", ");
    text.append(name);
  }
  return text + "]";
}

}  // namespace

Result<ReadTarget> find_target(const Core& core, const CatalogView& view, const Request& request,
                               const ReadInput& input) {
  const Result<const Table*> table = find_table(core, view, request.scope, input.table_name);
  if (!table.ok()) return table.error();
  ReadTarget target{table.value(), nullptr};
  if (!input.index_name) return target;
  target.index = table.value()->definition.find_index(*input.index_name);
  if (target.index == nullptr || target.index->state.status == TableStatus::kDeleting) {
    return validation_error(messages::unknown_index(*input.index_name));
  }
  if (is_being_made(*target.index, core.clock)) {
    return validation_error(messages::index_being_backfilled(*input.index_name));
  }
  if (target.index->kind == IndexKind::kGlobal && input.consistent_read) {
    return validation_error(messages::inconsistent_index());
  }
  return target;
}

Status check_projection(const ReadTarget& target, const ReadInput& input) {
  for (const auto* nested : {&input.nested_projection, &input.nested_filter}) {
    if (Status scalar = check_scalar_keys(target.table->definition, *nested); !scalar.ok()) {
      return scalar;
    }
  }
  if (target.index == nullptr || target.index->kind == IndexKind::kLocal) return Done{};
  if (wants_all_attributes(input) && target.index->projection.type != ProjectionType::kAll) {
    return validation_error(messages::all_attributes_of_index(target.index->name));
  }
  const std::vector<std::string_view> missing = missing_attributes(target, input);
  if (missing.empty()) return Done{};
  return validation_error(messages::not_projected(target.index->name, list_of(missing)));
}

Status check_filter_projection(const ReadTarget& target, const ReadInput& input) {
  if (target.index == nullptr || !input.filter) return Done{};
  const auto& names = target.table->projected_names[target.table->position(*target.index)];
  if (names.empty()) return Done{};
  std::vector<std::string_view> missing;
  for (const std::string& name : input.filter->attributes()) {
    if (!std::binary_search(names.begin(), names.end(), name)) missing.push_back(name);
  }
  if (missing.empty()) return Done{};
  std::sort(missing.begin(), missing.end());
  return validation_error(messages::filter_not_projected(target.index->name, list_of(missing)));
}

// Source: [peer] dynalite 4, for the order and the words.
Status check_start_key(const ReadTarget& target, ItemView key, bool is_scan) {
  const KeySchema& table_keys = target.table->definition.keys;
  std::size_t expected = table_keys.count();
  if (target.index != nullptr) {
    for (const auto* attributes : {&target.index->keys.partition, &target.index->keys.sort}) {
      for (const KeyAttribute& attribute : *attributes) {
        expected += table_keys.contains(attribute.name) ? 0 : 1;
      }
    }
  }
  if (key.count() != expected) {
    return validation_error(is_scan && target.index == nullptr
                                ? messages::starting_key_invalid(messages::key_does_not_match())
                                : messages::starting_key_invalid());
  }
  if (target.index != nullptr || !is_scan) {
    if (!has_attributes(target.keys(), key)) {
      return validation_error(messages::starting_key_invalid());
    }
    std::string index_key;
    append_key_attributes(index_key, target.keys(), key);
    if (Status fits = check_key(target.keys(), ItemView(index_key)); !fits.ok()) return fits;
  }
  std::string table_key;
  append_key_attributes(table_key, table_keys, key);
  if (const Status fits = check_key(table_keys, ItemView(table_key)); !fits.ok()) {
    return validation_error(messages::starting_key_invalid(fits.error().message));
  }
  return Done{};
}

std::string start_key(const ReadTarget& target, ItemView key) {
  const KeySchema& table_keys = target.table->definition.keys;
  std::string whole;
  if (target.index == nullptr) {
    append_item_key(whole, target.id(), table_keys, key);
  } else {
    append_entry_key(whole, target.index->id, target.index->keys, table_keys, key);
  }
  return whole;
}

Result<std::string> read_page(Core& core, const Request& request, const ReadTarget& target,
                              const ReadInput& input, PageRange range) {
  const Snapshot snapshot = target.index != nullptr
                                ? core.index_snapshot(request, input.consistent_read)
                                : core.read_snapshot(request, input.consistent_read);
  Page page(core, target, input, snapshot);
  if (range.from < range.until) {
    Cursor cursor =
        core.store->cursor(target.family(), {range.from, range.until}, range.access, snapshot);
    for (seek_start(cursor, range); cursor.valid() && !page.is_full();
         range.forward ? cursor.next() : cursor.previous()) {
      if (const Status taken = page.take(read_record(cursor.value())); !taken.ok()) {
        return taken.error();
      }
    }
    if (const Status walked = cursor.status(); !walked.ok()) return walked.error();
  }
  if (core.limiter) {
    const auto partition =
        range.access == Access::kPartition ? std::optional(partition_of(range.from)) : std::nullopt;
    if (const Status paid = page.pay(*core.limiter, partition); !paid.ok()) return paid.error();
  }
  return std::move(page).finish();
}

}  // namespace dynadeck::engine
