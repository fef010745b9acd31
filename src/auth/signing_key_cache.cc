#include "auth/signing_key_cache.h"

#include <string>

namespace coffer::auth {

SigningKey derive_signing_key(std::string_view secret, std::string_view date,
                              std::string_view region, std::string_view service) {
  std::string first("AWS4");
  first.append(secret);
  SigningKey key;
  key.bytes = HmacKey(first).mac(date);
  key.bytes = HmacKey(key.bytes).mac(region);
  key.bytes = HmacKey(key.bytes).mac(service);
  key.bytes = HmacKey(key.bytes).mac("aws4_request");
  key.hmac = HmacKey(key.bytes);
  return key;
}

SigningKey SigningKeyCache::get(std::string_view secret, std::string_view date,
                                std::string_view region) {
  // The date's length is fixed and the region ends at the NUL, so no two triples share an input.
  constexpr std::string_view kEnd("\0", 1);
  const Sha256Digest digest = short_sha256({date, region, kEnd, secret});
  if (const auto known = keys_.find(digest)) return *known;
  const SigningKey key = derive_signing_key(secret, date, region, "s3");
  keys_.put(digest, key);
  return key;
}

}  // namespace coffer::auth
