// An aws-chunked body, from bytes. The first byte chooses mode, decoded length and the sizes in
// which the body arrives and is read; the rest is the body. Nothing may crash or hang, and what
// comes out without an error has the decoded length.

#include "auth/sigv4.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstdlib>

namespace {

using namespace coffer;

class PiecesSource final : public ByteSource {
 public:
  PiecesSource(std::string_view text, std::size_t piece) : text_(text), piece_(piece) {}
  Task<Result<std::size_t>> read(MutableBytes out) override {
    const std::string_view part = text_.substr(0, std::min(piece_, out.size()));
    std::copy(part.begin(), part.end(), reinterpret_cast<char*>(out.data()));
    text_.remove_prefix(part.size());
    co_return part.size();
  }

 private:
  std::string_view text_;
  std::size_t piece_;
};

/// All that comes out; nothing after an error.
Task<std::optional<std::size_t>> drain(auth::ChunkedDecoder& decoder, std::size_t piece) {
  std::vector<std::byte> out(piece);
  std::size_t total = 0;
  for (;;) {
    const Result<std::size_t> count = co_await decoder.read(out);
    if (!count) co_return std::nullopt;
    if (*count == 0) co_return total;
    total += *count;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t choice = data[0];
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr auth::PayloadMode kModes[] = {auth::PayloadMode::UnsignedTrailer,
                                          auth::PayloadMode::SignedChunks,
                                          auth::PayloadMode::SignedChunksTrailer};
  const auth::PayloadMode mode = kModes[(choice & 0x0f) % 3];
  const std::uint64_t length = (choice & 0x10) != 0 ? 11 : 0;
  const std::size_t in = (choice & 0x20) != 0 ? 1 : 4096;
  const std::size_t out = (choice & 0x40) != 0 ? 3 : 4096;
  std::optional<auth::ChunkSigning> signing;
  if (mode != auth::PayloadMode::UnsignedTrailer) {
    signing.emplace();
    signing->scope = "20261124/auto/s3/aws4_request";
    signing->amz_date = "20261124T143437Z";
    signing->seed_signature = std::string(64, '0');
  }
  PiecesSource source(body, in);
  const auto decoder = auth::make_chunked_decoder(source, mode, signing, length,
                                                  {"x-amz-checksum-crc32", "x-other"});
  boost::asio::io_context context;
  std::optional<std::size_t> total;
  boost::asio::co_spawn(context, drain(*decoder, out),
                        [&](std::exception_ptr failure, std::optional<std::size_t> count) {
                          if (failure) std::abort();
                          total = count;
                        });
  context.run();
  if (total && *total != length) std::abort();
  return 0;
}
