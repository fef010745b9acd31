#include "blob/frame_cipher.h"

#include <cstring>

namespace coffer::blob {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kFrameNumberBytes = 8;

void put_big_endian(std::uint64_t number, std::uint8_t* out) {
  for (std::size_t i = 0; i < kFrameNumberBytes; ++i) {
    out[i] = static_cast<std::uint8_t>(number >> (8 * (kFrameNumberBytes - 1 - i)));
  }
}

AesGcm::Nonce nonce_of(std::uint64_t frame) {
  AesGcm::Nonce nonce{};
  put_big_endian(frame, nonce.data() + (nonce.size() - kFrameNumberBytes));
  return nonce;
}

/// format || blob id || frame number || last-frame flag
using Associated = std::array<std::uint8_t, 1 + BlobId::kSizeBytes + kFrameNumberBytes + 1>;

Associated associated_of(BlobId blob, std::uint64_t frame, bool last) {
  Associated associated{};
  associated.front() = kFormat;
  std::memcpy(associated.data() + 1, blob.bytes().data(), BlobId::kSizeBytes);
  put_big_endian(frame, associated.data() + 1 + BlobId::kSizeBytes);
  associated.back() = last ? 1 : 0;
  return associated;
}

}  // namespace

void FrameCipher::seal(std::uint64_t frame, bool last, ByteView plaintext, MutableBytes out) {
  const Associated associated = associated_of(blob_, frame, last);
  cipher_.seal(nonce_of(frame), std::as_bytes(std::span(associated)), plaintext, out);
}

bool FrameCipher::open(std::uint64_t frame, bool last, ByteView sealed, MutableBytes out) {
  const Associated associated = associated_of(blob_, frame, last);
  return cipher_.open(nonce_of(frame), std::as_bytes(std::span(associated)), sealed, out);
}

}  // namespace coffer::blob
