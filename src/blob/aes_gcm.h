#pragma once

#include "base/bytes.h"

#include <array>
#include <cstdint>
#include <span>

namespace coffer::blob {

/// AES-256-GCM with one key and one direction, on one OpenSSL context that is set up once: only the
/// nonce changes from call to call. Not thread-safe. The key is wiped when it is destroyed.
class AesGcm {
 public:
  static constexpr std::size_t kKeyBytes = 32;
  static constexpr std::size_t kNonceBytes = 12;
  static constexpr std::size_t kTagBytes = 16;
  using Nonce = std::array<std::uint8_t, kNonceBytes>;
  enum class Direction : std::uint8_t { Seal, Open };

  AesGcm(std::span<const std::uint8_t, kKeyBytes> key, Direction direction);
  AesGcm(const AesGcm&) = delete;
  AesGcm& operator=(const AesGcm&) = delete;
  ~AesGcm();

  /// Writes ciphertext and tag: `out` has exactly kTagBytes more than `plaintext`, and either
  /// begins where `plaintext` does or lies elsewhere. A nonce must never be used twice with one
  /// key.
  void seal(const Nonce& nonce, ByteView associated, ByteView plaintext, MutableBytes out);

  /// False when `sealed` (ciphertext and tag) does not authenticate; then `out` holds nothing of
  /// use. `out` has exactly kTagBytes less than `sealed`; it may begin where `sealed` does.
  [[nodiscard]] bool open(const Nonce& nonce, ByteView associated, ByteView sealed,
                          MutableBytes out);

 private:
  void* context_;  ///< EVP_CIPHER_CTX
  Direction direction_;
};

}  // namespace coffer::blob
