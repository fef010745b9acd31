#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "blob/aes_gcm.h"
#include "blob/master_key.h"
#include "blob/sealed_blobs.h"

#include <algorithm>
#include <cstdint>

namespace coffer::blob {

// Where the frames of a blob lie; docs/formats/blob.md has the grammar.

/// An empty blob has one frame too, so that its absence and its emptiness differ.
constexpr std::uint64_t frame_count(std::uint64_t plaintext_bytes) {
  if (plaintext_bytes == 0) return 1;
  return (plaintext_bytes - 1) / SealedBlobs::kFrameDataBytes + 1;
}

constexpr std::uint64_t sealed_size(std::uint64_t plaintext_bytes) {
  return plaintext_bytes + frame_count(plaintext_bytes) * SealedBlobs::kTagBytes;
}

/// Seals or opens the frames of one blob. Not thread-safe. Wipes the key when destroyed.
class FrameCipher {
 public:
  FrameCipher(BlobId blob, const DataKey& key, AesGcm::Direction direction)
      : blob_(blob), cipher_(key.bytes, direction) {}

  /// `out` has kTagBytes more than `plaintext` and may begin where it does.
  void seal(std::uint64_t frame, bool last, ByteView plaintext, MutableBytes out);
  /// False when the bytes are not that frame of that blob. `out` may begin where `sealed` does.
  [[nodiscard]] bool open(std::uint64_t frame, bool last, ByteView sealed, MutableBytes out);

 private:
  BlobId blob_;
  AesGcm cipher_;
};

}  // namespace coffer::blob
