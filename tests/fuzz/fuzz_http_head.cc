// A request head, from bytes: whole, and in pieces of a size that the first byte chooses. The
// scanner must say the same of both, and what it delimits must parse or be refused without a read
// outside of it.

#include "http/head_check.h"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace {

using coffer::http::Head;
using coffer::http::HeadLimits;
using coffer::http::HeadScanner;

constexpr HeadLimits kLimits{
    .head_bytes_max = 4096, .target_bytes_max = 1024, .field_count_max = 20};

/// What the scanner says in the end, fed `piece` more bytes at a time.
HeadScanner scan(std::string_view bytes, std::size_t piece, HeadScanner::State& state) {
  HeadScanner scanner(kLimits);
  state = HeadScanner::State::Incomplete;
  for (std::size_t fed = 0; fed < bytes.size() && state == HeadScanner::State::Incomplete;) {
    fed = std::min(bytes.size(), fed + piece);
    state = scanner.feed(bytes.substr(0, fed));
  }
  return scanner;
}

bool lies_within(std::string_view inner, std::string_view outer) {
  return inner.empty() || (inner.data() >= outer.data() &&
                           inner.data() + inner.size() <= outer.data() + outer.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 64;
  // A copy of its own size, so that a read past its end is one past the allocation.
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  HeadScanner::State whole_state{};
  HeadScanner::State split_state{};
  const HeadScanner whole = scan(bytes, std::max<std::size_t>(bytes.size(), 1), whole_state);
  const HeadScanner split = scan(bytes, piece, split_state);
  const bool complete = whole_state == HeadScanner::State::Complete;
  if (complete != (split_state == HeadScanner::State::Complete)) {
    // Too many bytes without an end are refused as they come, and may hide a later end.
    if (bytes.size() < kLimits.head_bytes_max && bytes.size() < kLimits.target_bytes_max) {
      std::abort();
    }
    return 0;
  }
  if (!complete) return 0;
  if (whole.begin() != split.begin() || whole.end() != split.end()) std::abort();

  const std::string head(bytes, whole.begin(), whole.end() - whole.begin());
  Head parsed;
  if (coffer::http::parse_head(head, kLimits, parsed)) return 0;
  if (parsed.method.empty() || parsed.host.empty()) std::abort();
  if (parsed.chunked && (parsed.content_length || parsed.http_1_0)) std::abort();
  const bool root = parsed.path == "/";  // of `http://host`, a literal
  if (!root && !lies_within(parsed.path, head)) std::abort();
  if (!lies_within(parsed.query, head) || !lies_within(parsed.host, head)) std::abort();
  for (const auto& field : parsed.fields) {
    if (!coffer::http::is_token(field.name) || !coffer::http::is_field_value(field.value)) {
      std::abort();
    }
  }
  return 0;
}
