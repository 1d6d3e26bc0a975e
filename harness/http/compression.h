// gzip and CRC-32, as they travel over HTTP. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/seam/result.h"

namespace dynadeck {

enum class GunzipError : std::uint8_t { kCorrupt, kTooLarge };

// Stops as soon as more than max_bytes come out, so that a small bomb stays small. Members that
// follow each other are one text ([doc] RFC 1952, 2.2).
Outcome<std::string, GunzipError> gunzip(std::string_view compressed, std::size_t max_bytes);

// At zlib's fastest level.
std::string gzip(std::string_view bytes);

// The CRC-32 of zlib, gzip and x-amz-crc32.
std::uint32_t crc32_of(std::string_view bytes);

}  // namespace dynadeck
