// Whatever bytes come: a request is understood the same way in one piece and in many, never grows
// past its limits, and what cpp-httplib makes of it does not crash.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "harness/http/framing.h"
#include "harness/http/server_library.h"

using namespace dynadeck;

namespace {

using Progress = RequestFraming::Progress;

constexpr RequestFraming::Limits kLimits{4096, 8192};

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const HttpLibrary library;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece_bytes = data[0] % 64 + 1;

  RequestFraming whole(kLimits);
  std::string_view rest = bytes;
  const Progress expected = whole.feed(rest);

  RequestFraming pieces(kLimits);
  Progress progress = Progress::kNeedsMore;
  std::size_t taken = 0;
  while (progress == Progress::kNeedsMore && taken < bytes.size()) {
    std::string_view piece = bytes.substr(taken, piece_bytes);
    const std::size_t offered = piece.size();
    progress = pieces.feed(piece);
    taken += offered - piece.size();
    require(progress != Progress::kNeedsMore || piece.empty());
  }
  require(progress == expected);
  if (progress == Progress::kRefused) require(pieces.refusal_status() >= 400);
  if (progress != Progress::kComplete) return 0;
  require(taken == bytes.size() - rest.size());
  require(pieces.request_line() == whole.request_line());
  require(pieces.keep_alive() == whole.keep_alive());
  require(pieces.headers().size() == whole.headers().size());

  HttpRequest request;
  const int status = library.parse(whole, request);
  require(status == 0 || status >= 400);
  const std::string body = whole.take_body();
  require(body == pieces.take_body() && body.size() <= kLimits.max_body_bytes);
  return 0;
}
