#pragma once

#include "base/hash.h"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

/// SHA-256 and HMAC-SHA-256 for signatures: short messages, on every request. OpenSSL's provider
/// machinery costs more than hashing them (limits.md 2.2: 0.87 us against 0.48 us a request), so
/// these use its low-level functions. Bodies are hashed with `coffer::Sha256`.
namespace coffer::auth {

/// The digest of the pieces, one after another.
Sha256Digest short_sha256(std::initializer_list<std::string_view> pieces);

/// An HMAC-SHA-256 key with its two padded blocks already absorbed, which halves the work of a
/// short message. A value type; safe to use from several threads at once.
class HmacKey {
 public:
  HmacKey() = default;  ///< Holds no key; assign before use.
  explicit HmacKey(std::string_view key);
  explicit HmacKey(const Sha256Digest& key) : HmacKey(as_text(key)) {}
  Sha256Digest mac(std::string_view message) const;

 private:
  using State = std::array<std::uint32_t, 8>;
  State inner_{};
  State outer_{};
};

}  // namespace coffer::auth
