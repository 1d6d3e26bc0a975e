// Whole requests: any body, to the reader of any operation.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/inputs/batches.h"
#include "engine/inputs/items.h"
#include "engine/inputs/reads.h"
#include "engine/inputs/tables.h"
#include "engine/values/attribute_value.h"
#include "engine/wire/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dynadeck::engine;  // NOLINT: a fuzzer of everything in it
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const Result<JsonDocument> document = JsonDocument::parse(body);
  if (!document.ok() || !document->root().is_object()) return 0;
  const JsonValue& root = document->root();
  const Result<PutItemInput> put = read_put_item(root);
  // An accepted item is canonical.
  if (put.ok() && encode_item(decode_item(ItemView(put->item))) != put->item) __builtin_trap();
  (void)read_get_item(root);
  (void)read_update_item(root);
  (void)read_delete_item(root);
  (void)read_query(root);
  (void)read_scan(root);
  (void)read_batch_get_item(root);
  (void)read_batch_write_item(root);
  (void)read_transact_get_items(root);
  (void)read_transact_write_items(root);
  (void)read_create_table(root);
  (void)read_update_table(root);
  (void)read_list_tables(root);
  (void)read_tag_resource(root);
  (void)read_untag_resource(root);
  (void)read_update_time_to_live(root);
  return 0;
}
