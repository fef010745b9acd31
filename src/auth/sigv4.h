#pragma once

#include "auth/identity.h"
#include "auth/principal.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/headers.h"
#include "base/stream.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// AWS Signature Version 4 as R2 checks it: r2-observed.md section 2, r2-s3.md section 2.
namespace coffer::auth {

/// The request as it came over the wire: nothing decoded, nothing normalised. Borrowed.
struct RequestView {
  std::string_view method;
  std::string_view path;   ///< raw, before `?`
  std::string_view query;  ///< raw, after `?`, may be empty
  const HeaderList& headers;
  IpAddress client;
};

enum class PayloadMode : std::uint8_t {
  Unsigned,             ///< UNSIGNED-PAYLOAD, or presigned
  Literal,              ///< 64 hex: SHA-256 of the body
  UnsignedTrailer,      ///< STREAMING-UNSIGNED-PAYLOAD-TRAILER
  SignedChunks,         ///< STREAMING-AWS4-HMAC-SHA256-PAYLOAD
  SignedChunksTrailer,  ///< STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER
};
inline bool is_aws_chunked(PayloadMode mode) {
  return mode != PayloadMode::Unsigned && mode != PayloadMode::Literal;
}

/// What signed chunks are verified with.
struct ChunkSigning {
  Sha256Digest signing_key{};
  std::string scope;  ///< date/region/s3/aws4_request
  std::string amz_date;
  std::string seed_signature;  ///< the request's own, hex
};

/// A request whose signature holds.
struct Authenticated {
  Principal principal;
  bool presigned = false;
  PayloadMode payload = PayloadMode::Unsigned;
  std::string payload_sha256_hex;      ///< with Literal
  std::optional<ChunkSigning> chunks;  ///< with SignedChunks, SignedChunksTrailer
};

/// Derived signing keys by (SHA-256 of the secret, date, region); never by token id, which survives
/// a roll. Bounded, sharded, thread-safe.
class SigningKeyCache;
class SessionTokens;
class Audiences;

class Authenticator {
 public:
  /// `strict`: compat = "r2", which refuses signed streaming payloads with 501, and acts on headers
  /// that a presigned URL did not sign, but for those that make another operation of it.
  Authenticator(const Identity& identity, const Clock& clock, bool strict);
  ~Authenticator();
  /// Header authentication, else presigned, else `InvalidArgument` "Authorization"; the checks,
  /// their order, codes and messages are the sheets'. A token that is unknown, disabled, expired,
  /// not yet valid, or refused by its IP condition is `Unauthorized`, alike; so is the parent of a
  /// temporary credential, whose session token is a signed header, or a parameter of a presigned
  /// URL: InvalidArgument when it is no valid one, ExpiredRequest when its time is over. A mismatch
  /// then says less (docs/decisions). Constant-time comparison of signatures. A success is noted as
  /// a use of the token.
  Result<Authenticated> authenticate(const RequestView& request) const;

  /// The endpoints that temporary credentials may be for; before the first call they are all
  /// refused. Any thread, while requests are served.
  void set_audiences(Audiences audiences);
  std::shared_ptr<const Audiences> audiences() const;

 private:
  const Identity& identity_;
  const Clock& clock_;
  bool strict_;
  std::unique_ptr<SigningKeyCache> cache_;
  std::unique_ptr<SessionTokens> sessions_;
};

/// Decodes an aws-chunked body (all three streaming modes), verifying chunk and trailer signatures
/// where there are any. Errors: InvalidRequest-family for malformed framing, SignatureDoesNotMatch,
/// IncompleteBody when it ends early or its length differs from `decoded_length`. Chunk headers and
/// trailers are bounded. `trailers()` is complete after `read` returned 0.
class ChunkedDecoder : public ByteSource {
 public:
  virtual const HeaderList& trailers() const = 0;
};
std::unique_ptr<ChunkedDecoder> make_chunked_decoder(ByteSource& body, PayloadMode mode,
                                                     std::optional<ChunkSigning> signing,
                                                     std::uint64_t decoded_length,
                                                     std::vector<std::string> announced_trailers);

/// For clients inside this program (bench, presign, tests): signs like an SDK.
struct SigningInput {
  std::string method;
  std::string path;    ///< raw, as it will be sent
  std::string query;   ///< raw, as it will be sent
  HeaderList headers;  ///< those to sign; `host` among them
  std::string payload_hash;
  std::string access_key_id;
  std::string secret_access_key;
  std::string region = "auto";
  Timestamp time;
};
/// The value of the Authorization header.
std::string sign_request(const SigningInput& input);
/// The query string (without `?`) of a presigned URL valid for `expires_s`.
std::string presign_query(const SigningInput& input, std::uint32_t expires_s);

}  // namespace coffer::auth
