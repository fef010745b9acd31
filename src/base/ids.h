#pragma once

#include "base/bytes.h"
#include "base/random.h"
#include "base/result.h"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer {

/// 128 random bits. `Tag` keeps ids of different things apart; there is no conversion between them.
template <class Tag>
class Id128 {
 public:
  static constexpr std::size_t kSizeBytes = 16;
  Id128() = default;
  static Id128 make(Random& random) {
    Id128 id;
    random.fill(std::as_writable_bytes(std::span(id.bytes_)));
    return id;
  }
  /// 32 lower-case hex digits; nothing otherwise.
  static std::optional<Id128> parse(std::string_view hex);
  /// Exactly 16 bytes; nothing otherwise.
  static std::optional<Id128> from_bytes(std::string_view raw);
  /// 32 lower-case hex digits.
  std::string hex() const;
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }
  auto operator<=>(const Id128&) const = default;

 private:
  std::array<std::uint8_t, kSizeBytes> bytes_{};
};

/// Without a tag, so that the parsing lives in one .cc.
std::optional<std::array<std::uint8_t, 16>> parse_hex128(std::string_view hex);

template <class Tag>
std::optional<Id128<Tag>> Id128<Tag>::parse(std::string_view hex) {
  auto raw = parse_hex128(hex);
  if (!raw) return std::nullopt;
  Id128 id;
  id.bytes_ = *raw;
  return id;
}
template <class Tag>
std::optional<Id128<Tag>> Id128<Tag>::from_bytes(std::string_view raw) {
  if (raw.size() != kSizeBytes) return std::nullopt;
  Id128 id;
  for (std::size_t i = 0; i < kSizeBytes; ++i) id.bytes_[i] = static_cast<std::uint8_t>(raw[i]);
  return id;
}
std::string hex128(const std::array<std::uint8_t, 16>& bytes);
template <class Tag>
std::string Id128<Tag>::hex() const {
  return hex128(bytes_);
}

using AccountId = Id128<struct AccountTag>;
using UserId = Id128<struct UserTag>;
/// The id of an API token, which is also its S3 Access Key ID.
using TokenId = Id128<struct TokenTag>;
using MembershipId = Id128<struct MembershipTag>;
using AuditId = Id128<struct AuditTag>;
using PolicyId = Id128<struct PolicyTag>;
using BucketId = Id128<struct BucketTag>;  ///< one incarnation of a bucket
using BlobId = Id128<struct BlobTag>;
using UploadId = Id128<struct UploadTag>;
using VersionId = Id128<struct VersionTag>;  ///< of one upload of a key: `x-amz-version-id`
using RefId = Id128<struct RefTag>;
using GatewayId = Id128<struct GatewayTag>;  ///< one run of a process that serves

/// R2's jurisdictions; each is a placement with a data root of its own.
enum class Jurisdiction : std::uint8_t { Default, Eu, Fedramp, Us };
inline constexpr std::array kJurisdictions{Jurisdiction::Default, Jurisdiction::Eu,
                                           Jurisdiction::Fedramp, Jurisdiction::Us};
/// "default", "eu", "fedramp", "us".
std::string_view to_string(Jurisdiction jurisdiction);
std::optional<Jurisdiction> parse_jurisdiction(std::string_view text);

/// A bucket's name: 3 to 63 of [a-z0-9-], first and last alphanumeric (r2-s3.md section 4).
class BucketName {
 public:
  static constexpr std::size_t kMinLength = 3;
  static constexpr std::size_t kMaxLength = 63;
  /// InvalidBucketName when it breaks the rule.
  static Result<BucketName> parse(std::string_view text);
  const std::string& text() const { return text_; }
  auto operator<=>(const BucketName&) const = default;

 private:
  explicit BucketName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// A key, normalised once. `nfc` is what everything compares, orders and authorizes by; `original`
/// is what listings show. NUL is legal.
class ObjectKey {
 public:
  static constexpr std::size_t kMaxBytes = 1024;  // R2 platform limits; of the original's UTF-8
  /// `decoded` is percent-decoded bytes. InvalidObjectName when empty, longer than kMaxBytes or not
  /// UTF-8.
  static Result<ObjectKey> parse(std::string_view decoded);
  /// For records that were validated when they were written.
  static ObjectKey from_stored(std::string nfc, std::string original) {
    return ObjectKey(std::move(nfc), std::move(original));
  }
  const std::string& nfc() const { return nfc_; }
  const std::string& original() const { return original_; }
  bool operator==(const ObjectKey& other) const { return nfc_ == other.nfc_; }

 private:
  ObjectKey(std::string nfc, std::string original)
      : nfc_(std::move(nfc)), original_(std::move(original)) {}
  std::string nfc_;
  std::string original_;
};

/// NFC of valid UTF-8, by length (NUL is legal); nothing when it is not UTF-8. For prefixes and
/// delimiters, which have no length rule of their own.
std::optional<std::string> normalize_nfc(std::string_view text);

}  // namespace coffer
