#include <algorithm>
#include <set>

#include "engine/inputs/batches.h"
#include "engine/items/capacity.h"
#include "engine/items/keys.h"
#include "engine/items/table_units.h"
#include "engine/messages/tables.h"
#include "engine/operations/operations.h"
#include "engine/store/key_codec.h"
#include "engine/values/item_record.h"
#include "engine/values/json_text.h"
#include "engine/values/value_json.h"
#include "harness/seam/service.h"

namespace dynadeck::engine {
namespace {

// Source: [doc] API reference, BatchGetItem.
constexpr std::size_t kMaxAnswerBytes = 16 * 1024 * 1024;

using TableInput = BatchGetItemInput::Table;

struct TablePart {
  const TableInput* input;
  const TableDefinition* table;
  std::vector<std::string> item_keys;  // in the order of input->keys
};

Result<TablePart> prepare(const Core& core, const CatalogView& view, const Request& request,
                          const TableInput& input) {
  const Result<const Table*> table = find_table(core, view, request.scope, input.table_name);
  if (!table.ok()) return table.error();
  TablePart part{&input, &table.value()->definition, {}};
  std::set<std::string_view> seen;
  part.item_keys.reserve(input.keys.size());
  for (const std::string& key : input.keys) {
    const ItemView view_of_key(key);
    if (const Status fits = check_key(part.table->keys, view_of_key); !fits.ok()) {
      return fits.error();
    }
    std::string& item_key = part.item_keys.emplace_back();
    append_item_key(item_key, part.table->id, part.table->keys, view_of_key);
    if (!seen.insert(item_key).second) return validation_error(messages::duplicate_keys());
  }
  if (const Status scalar = check_scalar_keys(*part.table, input.nested); !scalar.ok()) {
    return scalar.error();
  }
  return part;
}

// Collects the answer. *One thread.*
class BatchReader {
 public:
  BatchReader(const Core& core, const Request& request) : core_(core), request_(request) {}

  Status read(const TablePart& part) {
    const TableInput& input = *part.input;
    const Snapshot snapshot = core_.read_snapshot(request_, input.consistent_read);
    open_member(responses_, input.table_name);
    responses_.push_back('[');
    ConsumedCapacity consumed;
    std::string unread;
    for (std::size_t index = 0; index < input.keys.size(); ++index) {
      const bool held_back = is_held_back(place_++);
      if (is_full_ || held_back) {
        append_unread(unread, input.keys[index]);
        continue;
      }
      PinnedValue value;
      const Result<bool> found =
          core_.store->get(Family::kItems, part.item_keys[index], value, snapshot);
      if (!found.ok()) return found.error();
      const std::size_t size = found.value() ? read_record(value.view()).size_bytes : 0;
      if (bytes_ + size > kMaxAnswerBytes) {
        is_full_ = true;
        append_unread(unread, input.keys[index]);
        continue;
      }
      // Source: [doc] "DynamoDB read operations": BatchGetItem rounds each item for itself.
      const double units = read_units(size, input.consistent_read);
      if (is_throttled(part, index, units)) {
        append_unread(unread, input.keys[index]);
        continue;
      }
      bytes_ += size;
      ++read_;
      consumed.table += units;
      if (found.value()) append_item(read_record(value.view()).item, input);
    }
    responses_.push_back(']');
    if (!unread.empty()) append_unprocessed(input, unread);
    units_.add(part.table->name, consumed);
    return Done{};
  }

  // Some keys may be left unread for want of throughput, but not all. Source: [doc] API reference,
  // BatchGetItem.
  Result<std::string> finish(ReturnConsumedCapacity detail) && {
    if (throttled_ && read_ == 0) return throttled_->error();
    std::string out("{\"Responses\":{");
    out.append(responses_).append("},\"UnprocessedKeys\":{").append(unprocessed_).push_back('}');
    units_.append(out, detail);
    out.push_back('}');
    return out;
  }

 private:
  static void open_member(std::string& out, std::string_view name) {
    if (!out.empty()) out.push_back(',');
    append_json_text(out, name);
    out.push_back(':');
  }

  bool is_throttled(const TablePart& part, std::size_t index, double units) {
    if (!core_.limiter) return false;
    const Charge charge{part.table, nullptr, false, units, partition_of(part.item_keys[index])};
    auto refused = core_.limiter->take({&charge, 1});
    if (!refused) return false;
    if (!throttled_) throttled_ = std::move(refused);
    return true;
  }

  static void append_unread(std::string& unread, const std::string& key) {
    if (!unread.empty()) unread.push_back(',');
    append_item_json(unread, ItemView(key));
  }

  // place: of the key among all of the request.
  bool is_held_back(std::uint32_t place) const {
    const std::vector<std::uint32_t>& places = request_.hints.held_back;
    return std::binary_search(places.begin(), places.end(), place);
  }

  void append_item(ItemView item, const TableInput& input) {
    if (responses_.back() != '[') responses_.push_back(',');
    if (input.projection) {
      append_item_json(responses_, ItemView(input.projection->project(item)));
    } else {
      append_item_json(responses_, item);
    }
  }

  void append_unprocessed(const TableInput& input, const std::string& unread) {
    open_member(unprocessed_, input.table_name);
    unprocessed_.append("{\"Keys\":[").append(unread).push_back(']');
    if (!input.parameters.empty()) unprocessed_.append(",").append(input.parameters);
    unprocessed_.push_back('}');
  }

  const Core& core_;
  const Request& request_;
  std::string responses_;
  std::string unprocessed_;
  std::size_t bytes_ = 0;
  std::uint32_t place_ = 0;  // of the next key
  bool is_full_ = false;
  std::size_t read_ = 0;
  std::optional<Throttled> throttled_;  // the first key that was
  TableUnits units_;
};

}  // namespace

Result<std::string> batch_get_item(Core& core, const Request& request, const JsonValue& body) {
  const Result<BatchGetItemInput> input = read_batch_get_item(body);
  if (!input.ok()) return input.error();
  const CatalogView& view = core.catalog->view();
  std::vector<TablePart> parts;
  for (const TableInput& table : input->tables) {
    Result<TablePart> part = prepare(core, view, request, table);
    if (!part.ok()) return part.error();
    parts.push_back(std::move(part).value());
  }
  BatchReader reader(core, request);
  for (const TablePart& part : parts) {
    if (const Status read = reader.read(part); !read.ok()) return read.error();
  }
  return std::move(reader).finish(input->return_consumed_capacity);
}

}  // namespace dynadeck::engine
