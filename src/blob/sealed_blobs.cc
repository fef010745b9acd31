#include "blob/sealed_blobs.h"

#include "base/log.h"
#include "blob/buffer_pool.h"
#include "blob/frame_cipher.h"
#include "blob/sealed_source.h"
#include "blob/sealed_writer.h"

#include <cassert>
#include <utility>

namespace coffer::blob {
namespace {

/// What readers and writers may hold before they all get small buffers: a hundred large uploads.
constexpr std::size_t kBufferBudgetBytes = 256 * 1024 * 1024;
/// What an idle server keeps.
constexpr std::size_t kBufferKeptBytes = 4 * 1024 * 1024;

DataKey make_data_key(Random& random) {
  DataKey key;
  random.fill(std::as_writable_bytes(std::span(key.bytes)));
  return key;
}

}  // namespace

SealedBlobs::SealedBlobs(Engine& engine, const MasterKey& master_key, Random& random,
                         WorkPool& pool)
    : engine_(engine),
      master_key_(master_key),
      random_(random),
      pool_(pool),
      buffers_(BufferPool::make(kBufferBudgetBytes, kBufferKeptBytes)) {}

Task<Result<std::unique_ptr<SealedWriter>>> SealedBlobs::create(std::uint64_t size_hint_bytes) {
  SealedRef ref;
  ref.id = BlobId::make(random_);
  const DataKey key = make_data_key(random_);
  ref.key = master_key_.wrap(ref.id, key, random_);
  const std::uint64_t sealed_hint = size_hint_bytes == 0 ? 0 : sealed_size(size_hint_bytes);
  CO_TRY(auto out, co_await engine_.create(ref.id, sealed_hint));
  std::unique_ptr<SealedWriter> writer =
      std::make_unique<FrameWriter>(std::move(out), ref, key, sealed_hint, pool_, buffers_);
  co_return writer;
}

std::unique_ptr<ByteSource> SealedBlobs::read(const SealedRef& ref, std::uint64_t offset,
                                              std::uint64_t length) {
  return std::make_unique<FrameSource>(engine_, master_key_, pool_, buffers_, ref, offset, length);
}

SealedBlobs::Inline SealedBlobs::seal_inline(ByteView plaintext) {
  assert(plaintext.size() <= kFrameDataBytes);
  Inline body;
  body.ref.id = BlobId::make(random_);
  body.ref.size_bytes = plaintext.size();
  const DataKey key = make_data_key(random_);
  body.ref.key = master_key_.wrap(body.ref.id, key, random_);
  body.sealed.resize(plaintext.size() + kTagBytes);
  FrameCipher(body.ref.id, key, AesGcm::Direction::Seal)
      .seal(0, true, plaintext, std::as_writable_bytes(std::span(body.sealed)));
  return body;
}

Result<std::string> SealedBlobs::open_inline(const SealedRef& ref, std::string_view sealed) {
  const auto open = [&]() -> Result<std::string> {
    if (ref.size_bytes > kFrameDataBytes || sealed.size() != ref.size_bytes + kTagBytes) {
      return make_error(ErrorCode::Corrupt,
                        "inline blob " + ref.id.hex() + " has " + std::to_string(sealed.size()) +
                            " bytes sealed for " + std::to_string(ref.size_bytes));
    }
    TRY(const DataKey key, master_key_.unwrap(ref.id, ref.key));
    std::string plaintext(static_cast<std::size_t>(ref.size_bytes), '\0');
    if (!FrameCipher(ref.id, key, AesGcm::Direction::Open)
             .open(0, true, as_bytes(sealed), std::as_writable_bytes(std::span(plaintext)))) {
      return make_error(ErrorCode::Corrupt,
                        "inline blob " + ref.id.hex() + " does not authenticate");
    }
    return plaintext;
  };
  auto plaintext = open();
  if (!plaintext) log_error("an inline blob is not served: " + plaintext.error().describe());
  return plaintext;
}

}  // namespace coffer::blob
