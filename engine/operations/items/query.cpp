#include "engine/inputs/reads.h"
#include "engine/messages/reads.h"
#include "engine/operations/items/page_reader.h"
#include "engine/operations/operations.h"
#include "engine/store/key_codec.h"

namespace dynadeck::engine {
namespace {

// from and until of a stretch that begins with `prefix` and meets the condition on what follows.
void bound(PageRange& page, const std::string& prefix, const SortCondition& condition) {
  std::string first = prefix;
  if (condition.comparison == SortComparison::kBeginsWith) {
    append_ordered_prefix(first, condition.first);
  } else {
    append_ordered(first, condition.first);
  }
  switch (condition.comparison) {
    case SortComparison::kLess:
      page.until = first;
      return;
    case SortComparison::kLessOrEqual:
      page.until = after_prefix(first);
      return;
    case SortComparison::kGreater:
      page.from = after_prefix(first);
      return;
    case SortComparison::kGreaterOrEqual:
      page.from = first;
      return;
    case SortComparison::kBetween: {
      std::string second = prefix;
      append_ordered(second, condition.second);
      page.from = first;
      page.until = after_prefix(second);
      return;
    }
    case SortComparison::kBeginsWith:
      page.from = first;
      page.until = after_prefix(first);
      return;
  }
}

// partition_prefix: what all keys of the partition begin with.
PageRange range_of(const KeyRange& wanted, const std::string& partition_prefix) {
  std::string prefix = partition_prefix;
  for (const ValueView value : wanted.sort_equal) append_ordered(prefix, value);
  PageRange page;
  page.access = Access::kPartition;
  page.from = prefix;
  page.until = after_prefix(prefix);
  if (wanted.sort) bound(page, prefix, *wanted.sort);
  return page;
}

// Source: [peer] dynalite 4.
Status check_start_in_range(const PageRange& page, const std::string& partition_prefix,
                            bool has_sort_condition) {
  const bool same_partition = page.start_after.rfind(partition_prefix, 0) == 0;
  if (!has_sort_condition) {
    if (same_partition) return Done{};
    return validation_error(messages::starting_key_outside());
  }
  if (!same_partition) return validation_error(messages::starting_key_single_row());
  if (page.start_after < page.from || page.start_after >= page.until) {
    return validation_error(messages::starting_key_outside_range());
  }
  return Done{};
}

}  // namespace

Result<std::string> query(Core& core, const Request& request, const JsonValue& body) {
  const Result<QueryInput> input = read_query(body);
  if (!input.ok()) return input.error();
  const Result<ReadTarget> target = find_target(core, core.catalog->view(), request, input.value());
  if (!target.ok()) return target.error();
  const KeySchema& keys = target->keys();
  const KeyShape shape{keys.partition, keys.sort};

  if (input->exclusive_start_key) {
    const Status fits =
        check_start_key(target.value(), ItemView(*input->exclusive_start_key), false);
    if (!fits.ok()) return fits.error();
  }
  const Result<KeyRange> wanted = input->key_condition.bind(shape);
  if (!wanted.ok()) return wanted.error();

  std::string partition_prefix;
  append_partition(partition_prefix, target->id(), wanted->partition);
  PageRange page = range_of(wanted.value(), partition_prefix);
  page.forward = input->forward;
  if (input->exclusive_start_key) {
    page.start_after = start_key(target.value(), ItemView(*input->exclusive_start_key));
    const bool has_sort_condition = wanted->sort || !wanted->sort_equal.empty();
    const Status inside = check_start_in_range(page, partition_prefix, has_sort_condition);
    if (!inside.ok()) return inside.error();
  }
  if (const Status fits = input->check_filter(shape); !fits.ok()) return fits.error();
  if (const Status fits = check_filter_projection(target.value(), input.value()); !fits.ok()) {
    return fits.error();
  }
  if (const Status fits = check_projection(target.value(), input.value()); !fits.ok()) {
    return fits.error();
  }
  return read_page(core, request, target.value(), input.value(), std::move(page));
}

}  // namespace dynadeck::engine
