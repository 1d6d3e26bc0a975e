#include "engine/items/keys.h"

#include <algorithm>

#include "engine/messages/expressions.h"
#include "engine/messages/tables.h"

namespace dynadeck::engine {
namespace {

// Source: [doc] "Quotas": partition and sort key length.
constexpr std::size_t kMaxPartitionKeyBytes = 2048;
constexpr std::size_t kMaxSortKeyBytes = 1024;

std::string_view kind_of(Type type) { return type == Type::kBinary ? "binary" : "string"; }

// Numbers are never empty.
bool is_empty(ValueView value) { return value.string().empty(); }

Status check_size(ValueView value, bool is_partition) {
  if (value.type() == Type::kNumber) return Done{};
  const std::size_t bytes = value.string().size();
  if (is_partition && bytes > kMaxPartitionKeyBytes) {
    return validation_error(messages::partition_key_too_long());
  }
  if (!is_partition && bytes > kMaxSortKeyBytes) {
    return validation_error(messages::sort_key_too_long());
  }
  return Done{};
}

Status check_key_attribute(const KeyAttribute& attribute, ItemView key, bool is_partition) {
  const auto value = key.find(attribute.name);
  if (!value || value->type() != attribute.type) {
    return validation_error(messages::key_does_not_match());
  }
  if (is_empty(*value)) {
    return validation_error(messages::empty_key(kind_of(attribute.type), attribute.name));
  }
  return check_size(*value, is_partition);
}

Status check_item_attribute(const KeyAttribute& attribute, ItemView item, bool is_partition) {
  const auto value = item.find(attribute.name);
  if (!value) return validation_error(messages::missing_key(attribute.name));
  if (value->type() != attribute.type) {
    return validation_error(messages::key_type_mismatch(attribute.name, type_name(attribute.type),
                                                        type_name(value->type())));
  }
  if (is_empty(*value)) {
    return validation_error(messages::empty_key(kind_of(attribute.type), attribute.name));
  }
  return check_size(*value, is_partition);
}

Status check_index_attribute(const Index& index, const KeyAttribute& attribute, ItemView item,
                             bool is_partition) {
  const auto value = item.find(attribute.name);
  if (!value) return Done{};
  if (value->type() != attribute.type) {
    return validation_error(messages::index_key_type_mismatch(
        attribute.name, type_name(attribute.type), type_name(value->type()), index.name));
  }
  if (is_empty(*value)) {
    return validation_error(
        messages::empty_index_key(kind_of(attribute.type), index.name, attribute.name));
  }
  return check_size(*value, is_partition);
}

Status check_updated_attribute(const KeyAttribute& attribute, ItemView before, ItemView after,
                               bool is_partition) {
  const auto value = after.find(attribute.name);
  if (!value) return Done{};
  const auto old_value =
      before.encoded().empty() ? std::optional<ValueView>() : before.find(attribute.name);
  if (old_value && *old_value == *value) return Done{};
  if (value->type() != attribute.type) {
    return validation_error(messages::update_index_key_type());
  }
  if (is_empty(*value)) {
    return validation_error(messages::update_empty_index_key(kind_of(attribute.type)));
  }
  return check_size(*value, is_partition);
}

// Calls check(attribute, is_partition) for all attributes of the key until one fails.
template <typename Check>
Status check_all(const KeySchema& keys, const Check& check) {
  for (const KeyAttribute& attribute : keys.partition) {
    if (Status checked = check(attribute, true); !checked.ok()) return checked;
  }
  for (const KeyAttribute& attribute : keys.sort) {
    if (Status checked = check(attribute, false); !checked.ok()) return checked;
  }
  return Done{};
}

Status check_index_keys(const TableDefinition& table, ItemView item) {
  return check_indexes(table, [&](const Index& index) {
    return check_all(index.keys, [&](const KeyAttribute& attribute, bool is_partition) {
      return check_index_attribute(index, attribute, item, is_partition);
    });
  });
}

}  // namespace

Status check_key(const KeySchema& keys, ItemView key) {
  if (key.count() != keys.count()) return validation_error(messages::key_does_not_match());
  return check_all(keys, [&](const KeyAttribute& attribute, bool is_partition) {
    return check_key_attribute(attribute, key, is_partition);
  });
}

Status check_item(const TableDefinition& table, ItemView item) {
  Status fits = check_all(table.keys, [&](const KeyAttribute& attribute, bool is_partition) {
    return check_item_attribute(attribute, item, is_partition);
  });
  return fits.ok() ? check_index_keys(table, item) : fits;
}

Status check_batch_item(const TableDefinition& table, ItemView item) {
  Status fits = check_all(table.keys, [&](const KeyAttribute& attribute, bool is_partition) {
    return check_key_attribute(attribute, item, is_partition);
  });
  return fits.ok() ? check_index_keys(table, item) : fits;
}

Status check_not_empty(const KeySchema& keys, ItemView key) {
  return check_all(keys, [&](const KeyAttribute& attribute, bool) -> Status {
    const auto value = key.find(attribute.name);
    if (!value || value->type() != attribute.type || !is_empty(*value)) return Done{};
    return validation_error(messages::empty_key(kind_of(attribute.type), attribute.name));
  });
}

Status check_scalar_keys(const TableDefinition& table, std::span<const std::string> nested) {
  if (nested.empty()) return Done{};
  const auto check = [&](const KeySchema& keys, std::string_view kind) {
    return check_all(keys, [&](const KeyAttribute& attribute, bool) -> Status {
      if (std::find(nested.begin(), nested.end(), attribute.name) == nested.end()) return Done{};
      return validation_error(messages::key_must_be_scalar(kind, attribute.name));
    });
  };
  if (Status scalar = check(table.keys, "Key"); !scalar.ok()) return scalar;
  return check_indexes(table, [&](const Index& index) { return check(index.keys, "IndexKey"); });
}

Status check_updated_item(const TableDefinition& table, ItemView before, ItemView after) {
  return check_indexes(table, [&](const Index& index) {
    return check_all(index.keys, [&](const KeyAttribute& attribute, bool is_partition) {
      return check_updated_attribute(attribute, before, after, is_partition);
    });
  });
}

Status check_assigned_types(const TableDefinition& table, const Update& update) {
  return check_indexes(table, [&](const Index& index) {
    return check_all(index.keys, [&](const KeyAttribute& attribute, bool) -> Status {
      const std::optional<Type> type = update.assigned_type(attribute.name);
      if (!type || *type == attribute.type) return Done{};
      return validation_error(messages::index_key_type_mismatch(
          attribute.name, type_name(attribute.type), type_name(*type), index.name));
    });
  });
}

Status check_assigned_not_empty(const TableDefinition& table, const Update& update) {
  return check_indexes(table, [&](const Index& index) {
    return check_all(index.keys, [&](const KeyAttribute& attribute, bool) -> Status {
      const std::optional<ValueView> value = update.assigned(attribute.name);
      if (!value || value->type() != attribute.type || !is_empty(*value)) return Done{};
      return validation_error(messages::update_empty_index_key(kind_of(attribute.type)));
    });
  });
}

Status check_index_keys_not_empty(const TableDefinition& table, ItemView item) {
  return check_indexes(table, [&](const Index& index) {
    return check_all(index.keys, [&](const KeyAttribute& attribute, bool) -> Status {
      const auto value = item.find(attribute.name);
      if (!value || value->type() != attribute.type || !is_empty(*value)) return Done{};
      return validation_error(
          messages::empty_index_key(kind_of(attribute.type), index.name, attribute.name));
    });
  });
}

bool is_indexed(const Index& index, ItemView item) {
  return check_all(index.keys,
                   [&](const KeyAttribute& attribute, bool is_partition) -> Status {
                     const auto value = item.find(attribute.name);
                     if (!value || value->type() != attribute.type || is_empty(*value)) {
                       return ApiError{};
                     }
                     return check_size(*value, is_partition);
                   })
      .ok();
}

}  // namespace dynadeck::engine
