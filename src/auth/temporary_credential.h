#pragma once

#include "auth/audiences.h"
#include "auth/digest_cache.h"
#include "auth/identity.h"
#include "auth/published.h"
#include "auth/temporary_scope.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Temporary credentials (cloudflare-api.md section 5), made by anyone who holds the parent's
/// secret and verified without a record of them:
///
///   session token     = base64("jwt/" jwt)                      standard alphabet, padded
///   jwt               = base64url(header) "." base64url(claims) "." base64url(mac)    no padding
///   header            = {"alg":"HS256"}, perhaps with "typ":"JWT"
///   mac               = HMAC-SHA-256(the parent's secret, as its 64 hex characters; all before it)
///   claims            = sub: account, iss: the parent's id, aud: endpoint, iat, exp: seconds,
///                       bucket, scope: permission and/or actions: [operation],
///                       perhaps paths: {prefixPaths: [prefix], objectPaths: [key]}
///   access key id     = the parent's
///   secret access key = lower-case hex of SHA-256(jwt)
namespace coffer::auth {

/// Of one credential. Cloudflare publishes the bound for those made by its API (r2-s3.md 2.6).
inline constexpr std::chrono::seconds kTemporaryTtlMax{604800};
/// A session token travels in one header field or in a URL; 8 KiB is what common proxies take.
inline constexpr std::size_t kSessionTokenMaxBytes = 8 * 1024;
/// Prefixes and keys of one credential together; each access is compared with all of them.
inline constexpr std::size_t kTemporaryPathsMax = 256;
/// How far `iat` may lie ahead of our clock: what SigV4 allows a request's date.
inline constexpr std::chrono::minutes kTemporarySkewMax{15};

/// An operation that the claim `actions` may name, by its name there: those of objects, uploads and
/// listings, and GetBucketLocation. Nothing for any other text.
std::optional<OperationName> parse_temporary_action(std::string_view text);

/// What makes a temporary credential.
struct NewTemporaryCredential {
  TokenId parent;
  std::string parent_secret;  ///< the parent's Secret Access Key
  AccountId account;
  std::string audience;  ///< `audience_of_url`, or `Audiences::preferred`
  std::string bucket;
  std::optional<Preset> permission;  ///< this, or `operations`, or both, which narrow each other
  std::vector<OperationName> operations;
  std::vector<std::string> prefixes;  ///< with no prefix and no object: the whole bucket
  std::vector<std::string> objects;
  Timestamp issued;  ///< cut to seconds
  std::chrono::seconds ttl{0};
};
/// All three members are secrets of the holder; the session token alone yields the secret key.
struct TemporaryCredential {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  Timestamp expires;
};
/// Makes a credential; nothing is stored, and nobody is asked whether the parent may do what it
/// grants. InvalidArgument, with the rule in its message.
Result<TemporaryCredential> mint_temporary_credential(const NewTemporaryCredential& request);

/// A session token whose signature and claims hold.
struct TemporarySession {
  TemporaryScope scope;
  std::string secret_access_key;
};
/// Verifies a session token that came with the access key of `parent`. The signature is compared in
/// constant time before anything in the token is read. InvalidArgument `X-Amz-Security-Token` for
/// what is no valid token of this parent at one of `audiences`, alike whatever is wrong (the reason
/// is in the detail, for the log); ExpiredRequest for one whose time is over.
Result<TemporarySession> verify_session_token(std::string_view session_token,
                                              const TokenEntry& parent, const Audiences& audiences,
                                              Timestamp now);

/// Session tokens verified before, so that a client's next request costs one digest. No answer
/// depends on it: the time is checked on every use, and a token is found only together with the
/// parent's secret that it was verified under, so that a roll of the parent makes it unknown.
/// Bounded, thread-safe.
class SessionTokens {
 public:
  /// Some 1 KiB each, at most about 16.
  static constexpr std::size_t kEntries = 2048;

  SessionTokens();
  /// Nothing is valid before this; once the listeners' addresses are known.
  void set_audiences(Audiences audiences);
  std::shared_ptr<const Audiences> audiences() const { return audiences_.load(); }

  /// Contract of `verify_session_token`.
  Result<std::shared_ptr<const TemporarySession>> verify(std::string_view session_token,
                                                         const TokenEntry& parent, Timestamp now);

 private:
  Published<Audiences> audiences_;
  DigestCache<std::shared_ptr<const TemporarySession>, kEntries> verified_;
};

}  // namespace coffer::auth
