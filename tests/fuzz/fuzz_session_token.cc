// deps: auth base
// A session token, from bytes, in three ways: as it came; as the three texts of a token that is not
// signed; and, signed with the parent's secret, as a header and claims of an issuer gone mad.
// Nothing may crash, nothing unsigned may pass, and what passes names nothing but what it was made
// for.

#include "auth/temporary_credential.h"
#include "base/codec.h"
#include "base/hash.h"

#include <cstdlib>

namespace {

using namespace coffer;

const std::string kSecret = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
constexpr std::string_view kKeyId = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
constexpr std::string_view kAccount = "0123456789abcdef0123456789abcdef";
/// 2026-11-24T14:34:37Z, the date of the corpus.
constexpr Timestamp kNow{std::chrono::seconds(1'795'530'877)};

const auth::TokenEntry& parent() {
  static const auth::TokenEntry entry = [] {
    auth::TokenEntry made;
    made.token.id = *TokenId::parse(kKeyId);
    made.token.owner = *AccountId::parse(kAccount);
    made.secret_access_key = kSecret;
    return made;
  }();
  return entry;
}

const auth::Audiences& audiences() {
  static const auth::Audiences known = [] {
    auth::Audiences made;
    made.add_host("127.0.0.1:9000", Jurisdiction::Default);
    made.add_suffix("r2.localhost");
    made.add_port("9000");
    return made;
  }();
  return known;
}

Result<auth::TemporarySession> verify(const std::string& token) {
  return auth::verify_session_token(token, parent(), audiences(), kNow);
}

std::string url(std::string_view text) { return base64url_encode(as_bytes(text)); }
std::string wrap(const std::string& jwt) { return base64_encode(as_bytes("jwt/" + jwt)); }

void check_signed(std::string_view header, std::string_view claims) {
  const std::string signed_part = url(header) + "." + url(claims);
  const Sha256Digest mac = hmac_sha256(as_bytes(kSecret), as_bytes(signed_part));
  const std::string jwt = signed_part + "." + base64url_encode(mac);
  const auto session = verify(wrap(jwt));
  if (!session) return;
  const auth::TemporaryScope& scope = session->scope;
  if (scope.account.hex() != kAccount || !BucketName::parse(scope.bucket)) std::abort();
  if (scope.expires <= kNow || session->secret_access_key != sha256_hex(jwt)) std::abort();
  if (verify(wrap(signed_part + "."))) std::abort();
  auth::Access elsewhere(auth::OperationName::GetObject, auth::Action::ObjectRead,
                         auth::Resource(scope.account, scope.jurisdiction, "elsewhere", "key"));
  if (scope.bucket != "elsewhere" && scope.admits(elsewhere)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  // The secret is in no input.
  if (verify(text) || verify(wrap(text))) std::abort();
  const std::size_t end = text.find('\n');
  const std::string header = text.substr(0, end);
  const std::string claims = end == std::string::npos ? "" : text.substr(end + 1);
  if (verify(wrap(url(header) + "." + url(claims) + "." + url(claims)))) std::abort();
  check_signed(header, claims);
  check_signed(R"({"alg":"HS256","typ":"JWT"})", text);
  return 0;
}
