#include "harness/seam/random.h"

#include <random>

namespace dynadeck {
namespace {

// The finaliser of SplitMix64 (Steele, Lea and Flood 2014; constants by Stafford).
std::uint64_t mix(std::uint64_t bits) {
  bits ^= bits >> 30;
  bits *= 0xbf58476d1ce4e5b9ULL;
  bits ^= bits >> 27;
  bits *= 0x94d049bb133111ebULL;
  bits ^= bits >> 31;
  return bits;
}

constexpr std::uint64_t kGoldenRatio = 0x9e3779b97f4a7c15ULL;

// FNV-1a, then mixed: purposes are short and few.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325ULL;
  for (const unsigned char byte : text) value = (value ^ byte) * 0x100000001b3ULL;
  return mix(value);
}

constexpr std::string_view kPurposeNames[] = {"request-id", "uuid", "bits"};

}  // namespace

std::uint64_t draw_bits(std::uint64_t seed, std::string_view purpose, std::uint64_t ordinal) {
  const std::uint64_t stream = mix(seed + kGoldenRatio) ^ hash(purpose);
  return mix(mix(stream + kGoldenRatio * (ordinal + 1)) ^ stream);
}

double draw_unit(std::uint64_t seed, std::string_view purpose, std::uint64_t ordinal) {
  return static_cast<double>(draw_bits(seed, purpose, ordinal) >> 11) * 0x1.0p-53;
}

std::string request_id_of(std::uint64_t seed, std::uint64_t ordinal) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  std::string id(52, 'A');
  std::uint64_t bits = draw_bits(seed, "request-id", ordinal);
  for (std::size_t at = 0; at < id.size(); ++at) {
    if (at % 8 == 0) bits = mix(bits + kGoldenRatio);
    id[at] = kAlphabet[(bits >> (at % 8 * 8) & 0xff) % kAlphabet.size()];
  }
  return id;
}

Random::Random(std::uint64_t seed) : seed_(seed) {}

std::uint64_t Random::fresh_seed() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

std::uint64_t Random::next(Purpose purpose) {
  return draw_bits(seed_, kPurposeNames[purpose], advance(purpose));
}

std::string Random::uuid() {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::uint64_t first = next(kUuid);
  const std::uint64_t halves[2] = {first, mix(first + kGoldenRatio)};
  std::string id;
  id.reserve(36);
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) id += '-';
    std::uint64_t nibble = halves[digit / 16] >> (digit % 16 * 4) & 0xf;
    if (digit == 12) nibble = 4;
    if (digit == 16) nibble = (nibble & 3) | 8;
    id += kHex[nibble];
  }
  return id;
}

std::uint64_t Random::bits() { return next(kBits); }

}  // namespace dynadeck
