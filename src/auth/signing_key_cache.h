#pragma once

#include "auth/digest_cache.h"
#include "auth/sigv4_hmac.h"

#include <string_view>

namespace coffer::auth {

/// A derived SigV4 key, ready to sign with.
struct SigningKey {
  Sha256Digest bytes{};
  HmacKey hmac;
};

/// HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request"): "Calculate the
/// signature" of docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
SigningKey derive_signing_key(std::string_view secret, std::string_view date,
                              std::string_view region, std::string_view service);

/// Derived signing keys of service `s3` by (secret, date, region). The index is one SHA-256 over
/// the three, so no secret is kept and none can be found by its token's id, which survives a roll.
/// Bounded, thread-safe.
class SigningKeyCache {
 public:
  /// About 160 bytes each. More live (secret, date, region) than this only cost their derivation.
  static constexpr std::size_t kEntries = 4096;

  /// `date` is eight digits; `region` holds no NUL.
  SigningKey get(std::string_view secret, std::string_view date, std::string_view region);

 private:
  DigestCache<SigningKey, kEntries> keys_;
};

}  // namespace coffer::auth
