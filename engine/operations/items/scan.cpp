#include "engine/inputs/reads.h"
#include "engine/messages/reads.h"
#include "engine/operations/items/page_reader.h"
#include "engine/operations/operations.h"
#include "engine/store/key_codec.h"

namespace dynadeck::engine {
namespace {

// The first hash of a segment; nothing for the end of the last one.
//
// Up to 4096 segments are cut by the first twelve bits: [peer] dynalite 4, observed there. Beyond
// that, evenly.
std::optional<std::uint64_t> segment_start(std::int64_t segment, std::int64_t total) {
  if (segment == total) return std::nullopt;
  constexpr std::int64_t kCoarse = 4096;
  if (total <= kCoarse) {
    const std::int64_t bucket = (kCoarse * segment + total - 1) / total;
    return static_cast<std::uint64_t>(bucket) << 52;
  }
  const auto parts = static_cast<std::uint64_t>(total);
  return (UINT64_MAX / parts + 1) * static_cast<std::uint64_t>(segment);
}

PageRange range_of(std::uint32_t id, const ScanInput& input) {
  PageRange page;
  append_u32(page.from, id);
  page.until = after_prefix(page.from);
  const std::string prefix = page.from;
  if (const auto start = segment_start(input.segment, input.total_segments)) {
    append_u64(page.from, *start);
  }
  if (const auto end = segment_start(input.segment + 1, input.total_segments)) {
    page.until = prefix;
    append_u64(page.until, *end);
  }
  return page;
}

}  // namespace

Result<std::string> scan(Core& core, const Request& request, const JsonValue& body) {
  const Result<ScanInput> input = read_scan(body);
  if (!input.ok()) return input.error();
  const Result<ReadTarget> target = find_target(core, core.catalog->view(), request, input.value());
  if (!target.ok()) return target.error();

  PageRange page = range_of(target->id(), input.value());
  if (input->exclusive_start_key) {
    const ItemView key(*input->exclusive_start_key);
    if (const Status fits = check_start_key(target.value(), key, true); !fits.ok()) {
      return fits.error();
    }
    page.start_after = start_key(target.value(), key);
    if (page.start_after < page.from || page.start_after >= page.until) {
      return validation_error(messages::starting_key_wrong_segment(
          std::to_string(input->total_segments), std::to_string(input->segment)));
    }
  }
  if (const Status fits = check_projection(target.value(), input.value()); !fits.ok()) {
    return fits.error();
  }
  return read_page(core, request, target.value(), input.value(), std::move(page));
}

}  // namespace dynadeck::engine
