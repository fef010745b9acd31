#include "auth/temporary_credential.h"

#include "base/codec.h"
#include "base/hash.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace coffer::auth {
namespace {

const std::string kKeyId = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const std::string kSecret = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
const std::string kOtherSecret(64, 'a');
const std::string kAccount = "0123456789abcdef0123456789abcdef";
const std::string kHeader = R"({"alg":"HS256","typ":"JWT"})";
/// The claims of the vector below, whose times they have.
const std::string kClaims =
    R"({"sub":"0123456789abcdef0123456789abcdef","iss":"0a1b2c3d4e5f60718293a4b5c6d7e8f9",)"
    R"("aud":"0123456789abcdef0123456789abcdef.r2.example.com","iat":1795530877,"exp":1795534477,)"
    R"("bucket":"photos","scope":"object-read-only","actions":["GetObject"],)"
    "\"paths\":{\"prefixPaths\":[\"2026/\"],\"objectPaths\":[\"caf\xc3\xa9.txt\"]}}";
constexpr Timestamp kIssued{std::chrono::seconds(1795530877)};
constexpr Timestamp kExpires{std::chrono::seconds(1795534477)};

// Made with Python's own modules, in the steps of developers.cloudflare.com/r2/examples/
// authenticate-r2-temp-credentials:
//   import base64, hashlib, hmac
//   b = lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
//   jwt = b(kHeader) + "." + b(kClaims)
//   jwt += "." + b(hmac.new(kSecret.encode(), jwt.encode(), hashlib.sha256).digest())
//   print(base64.b64encode(b"jwt/" + jwt.encode()), hashlib.sha256(jwt.encode()).hexdigest())
const std::string kVectorToken =
    "and0L2V5SmhiR2NpT2lKSVV6STFOaUlzSW5SNWNDSTZJa3BYVkNKOS5leUp6ZFdJaU9pSXdNVEl6TkRVMk56ZzVZV0pq"
    "WkdWbU1ERXlNelExTmpjNE9XRmlZMlJsWmlJc0ltbHpjeUk2SWpCaE1XSXlZek5rTkdVMVpqWXdOekU0TWprellUUmlO"
    "V00yWkRkbE9HWTVJaXdpWVhWa0lqb2lNREV5TXpRMU5qYzRPV0ZpWTJSbFpqQXhNak0wTlRZM09EbGhZbU5rWldZdWNq"
    "SXVaWGhoYlhCc1pTNWpiMjBpTENKcFlYUWlPakUzT1RVMU16QTROemNzSW1WNGNDSTZNVGM1TlRVek5EUTNOeXdpWW5W"
    "amEyVjBJam9pY0dodmRHOXpJaXdpYzJOdmNHVWlPaUp2WW1wbFkzUXRjbVZoWkMxdmJteDVJaXdpWVdOMGFXOXVjeUk2"
    "V3lKSFpYUlBZbXBsWTNRaVhTd2ljR0YwYUhNaU9uc2ljSEpsWm1sNFVHRjBhSE1pT2xzaU1qQXlOaThpWFN3aWIySnFa"
    "V04wVUdGMGFITWlPbHNpWTJGbXc2a3VkSGgwSWwxOWZRLjZHMGJYdXpMYXBYdFplYlFCZ1NIQkdQblh3aFVUNVZDSTBy"
    "cWtoMkRRZjQ=";
const std::string kVectorSecretKey =
    "383f0a246ae5e4a307f84e33f290b8bac3a95e4b3be05e77d502e9d80e3e5a22";

std::string url(std::string_view text) { return base64url_encode(as_bytes(text)); }

/// `signed_part` with the signature that it should have.
std::string signed_with(const std::string& signed_part, const std::string& secret = kSecret) {
  return signed_part + "." + base64url_encode(hmac_sha256(as_bytes(secret), as_bytes(signed_part)));
}
std::string wrap(const std::string& jwt) { return base64_encode(as_bytes("jwt/" + jwt)); }
std::string token(const std::string& claims, const std::string& header = kHeader,
                  const std::string& secret = kSecret) {
  return wrap(signed_with(url(header) + "." + url(claims), secret));
}
/// kClaims with one text in it replaced.
std::string changed(const std::string& from, const std::string& to) {
  std::string claims = kClaims;
  const std::size_t at = claims.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return claims.replace(at, from.size(), to);
}

TokenEntry parent(const std::string& secret = kSecret) {
  TokenEntry entry;
  entry.token.id = *TokenId::parse(kKeyId);
  entry.token.owner = *AccountId::parse(kAccount);
  entry.secret_access_key = secret;
  return entry;
}
Audiences audiences() {
  Audiences out;
  out.add_suffix("r2.example.com");
  out.add_port("9000");
  out.add_host("127.0.0.1:9000", Jurisdiction::Default);
  out.add_host("127.0.0.1:9010", Jurisdiction::Eu);
  return out;
}
Result<TemporarySession> verify(const std::string& text, const TokenEntry& entry = parent(),
                                Timestamp now = kIssued) {
  return verify_session_token(text, entry, audiences(), now);
}
void expect_refused(const std::string& text, const std::string& what,
                    const TokenEntry& entry = parent(), Timestamp now = kIssued) {
  const auto result = verify(text, entry, now);
  ASSERT_FALSE(result) << what;
  EXPECT_EQ(result.error().code(), ErrorCode::InvalidArgument) << what;
  EXPECT_EQ(result.error().message(), "X-Amz-Security-Token") << what;
  EXPECT_TRUE(result.error().fields().empty()) << what;
  EXPECT_NE(result.error().detail(), "") << what;
  EXPECT_EQ(result.error().describe().find(text.substr(0, 12)), std::string::npos)
      << what << ": the log must not hold it";
}

NewTemporaryCredential vector_request() {
  NewTemporaryCredential request;
  request.parent = *TokenId::parse(kKeyId);
  request.parent_secret = kSecret;
  request.account = *AccountId::parse(kAccount);
  request.audience = kAccount + ".r2.example.com";
  request.bucket = "photos";
  request.permission = Preset::ObjectReadOnly;
  request.operations = {OperationName::GetObject};
  request.prefixes = {"2026/"};
  request.objects = {"caf\xc3\xa9.txt"};
  request.issued = kIssued + std::chrono::milliseconds(123);
  request.ttl = std::chrono::seconds(3600);
  return request;
}

TEST(TemporaryCredential, IsMadeAsThePublishedExampleMakesIt) {
  const auto made = mint_temporary_credential(vector_request());
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(made->access_key_id, kKeyId);
  EXPECT_EQ(made->session_token, kVectorToken);
  EXPECT_EQ(made->secret_access_key, kVectorSecretKey);
  EXPECT_EQ(made->expires, kExpires);
  EXPECT_EQ(token(kClaims), kVectorToken) << "of this file's own helpers";
}

TEST(TemporaryCredential, ReadsBackWhatWasMade) {
  const auto session = verify(kVectorToken);
  ASSERT_TRUE(session) << session.error().describe();
  EXPECT_EQ(session->secret_access_key, kVectorSecretKey);
  const TemporaryScope& scope = session->scope;
  EXPECT_EQ(scope.account.hex(), kAccount);
  EXPECT_EQ(scope.jurisdiction, Jurisdiction::Default);
  EXPECT_EQ(scope.bucket, "photos");
  EXPECT_EQ(scope.actions, find_permission_group("Workers R2 Storage Bucket Item Read")->actions);
  ASSERT_TRUE(scope.operations);
  EXPECT_EQ(scope.operations->count(), 1U);
  EXPECT_TRUE(scope.operations->test(static_cast<std::size_t>(OperationName::GetObject)));
  ASSERT_TRUE(scope.paths);
  EXPECT_EQ(scope.paths->prefixes, std::vector<std::string>{"2026/"});
  EXPECT_EQ(scope.paths->objects, std::vector<std::string>{"caf\xc3\xa9.txt"});
  EXPECT_EQ(scope.expires, kExpires);
}

TEST(TemporaryCredential, NormalisesPaths) {
  const auto session = verify(token(changed("caf\xc3\xa9", "cafe\xcc\x81")));
  ASSERT_TRUE(session);
  EXPECT_EQ(session->scope.paths->objects.front(), "caf\xc3\xa9.txt");
}

TEST(TemporaryCredential, WithActionsAloneLeavesTheRestToTheParent) {
  const auto session = verify(token(changed(R"("scope":"object-read-only",)", "")));
  ASSERT_TRUE(session);
  EXPECT_TRUE(session->scope.actions.contains(Action::ObjectWrite));
  EXPECT_EQ(session->scope.operations->count(), 1U);
}

TEST(TemporaryCredential, MintNamesTheRuleThatIsBroken) {
  struct Row {
    std::string name;
    std::function<void(NewTemporaryCredential&)> change;
    std::string words;
  };
  const std::vector<Row> rows{
      {"no secret", [](auto& r) { r.parent_secret = "x"; }, "64 lower-case hex digits"},
      {"upper case", [](auto& r) { r.parent_secret[0] = 'A'; }, "64 lower-case hex digits"},
      {"bucket", [](auto& r) { r.bucket = "No"; }, "bucket's name"},
      {"audience", [](auto& r) { r.audience = "https://x"; }, "audience"},
      {"no audience", [](auto& r) { r.audience = ""; }, "audience"},
      {"ttl 0", [](auto& r) { r.ttl = std::chrono::seconds(0); }, "1 to 604800 seconds"},
      {"ttl", [](auto& r) { r.ttl = std::chrono::seconds(604801); }, "1 to 604800 seconds"},
      {"nothing",
       [](auto& r) {
         r.permission.reset();
         r.operations.clear();
       },
       "permission or at least one action"},
      {"action", [](auto& r) { r.operations = {OperationName::ListBuckets}; }, "ListBuckets"},
      {"empty prefix", [](auto& r) { r.prefixes = {""}; }, "Each prefix must have 1 to 1024 bytes"},
      {"long object", [](auto& r) { r.objects = {std::string(1025, 'x')}; }, "Each object"},
      {"not UTF-8", [](auto& r) { r.objects = {"\xff"}; }, "UTF-8"},
      {"many", [](auto& r) { r.objects.assign(256, "x"); }, "more than 256 prefixes and objects"},
      {"too large", [](auto& r) { r.objects.assign(5, std::string(1024, 'x')); }, "at most 8192"},
  };
  for (const Row& row : rows) {
    NewTemporaryCredential request = vector_request();
    row.change(request);
    const auto made = mint_temporary_credential(request);
    ASSERT_FALSE(made) << row.name;
    EXPECT_EQ(made.error().code(), ErrorCode::InvalidArgument) << row.name;
    EXPECT_THAT(made.error().message(), testing::HasSubstr(row.words)) << row.name;
  }
}

TEST(TemporaryCredential, MintTakesEveryBoundItself) {
  NewTemporaryCredential request = vector_request();
  request.ttl = kTemporaryTtlMax;
  request.operations.clear();
  request.prefixes.assign(200, "p/");
  request.objects.assign(56, "o");
  const auto made = mint_temporary_credential(request);
  ASSERT_TRUE(made) << made.error().describe();
  const auto session = verify(made->session_token);
  ASSERT_TRUE(session) << session.error().describe();
  EXPECT_EQ(session->scope.paths->prefixes.size(), 200U);
  EXPECT_FALSE(session->scope.operations);
}

TEST(TemporaryCredential, KnowsThePublishedActionsOnly) {
  int known = 0;
  for (int each = 0; each < kOperationCount; ++each) {
    const auto operation = static_cast<OperationName>(each);
    const auto parsed = parse_temporary_action(to_string(operation));
    if (!parsed) continue;
    EXPECT_EQ(*parsed, operation);
    ++known;
  }
  EXPECT_EQ(known, 16);
  for (const char* name : {"ListBuckets", "HeadBucket", "CreateBucket", "getobject", "*", "",
                           "s3:GetObject", "ListObjects"}) {
    EXPECT_FALSE(parse_temporary_action(name)) << name;
  }
}

TEST(SessionToken, IsRefusedInAnyOtherSpelling) {
  const std::string jwt = signed_with(url(kHeader) + "." + url(kClaims));
  ASSERT_TRUE(verify(wrap(jwt)));
  const auto raw = [](const std::string& text) { return base64_encode(as_bytes(text)); };
  const std::vector<std::pair<std::string, std::string>> rows{
      {"empty", ""},
      {"no base64", "$$$$"},
      {"a jwt alone", jwt},
      {"a jwt in base64", raw(jwt)},
      {"another prefix", raw("JWT/" + jwt)},
      {"the prefix alone", raw("jwt/")},
      {"white space", wrap(jwt) + " "},
      {"a line's end", wrap(jwt) + "\n"},
      {"url alphabet", base64url_encode(as_bytes("jwt/" + jwt + "~~~"))},
      {"no padding", kVectorToken.substr(0, kVectorToken.size() - 1)},
      {"padded parts", wrap(jwt + "=")},
      {"one part", wrap(url(kHeader))},
      {"two parts", wrap(signed_with(url(kHeader)))},
      {"four parts", wrap(signed_with(url(kHeader) + "." + url(kClaims) + "." + url("{}")))},
      {"four parts, the first empty", wrap(signed_with("." + url(kHeader) + "." + url(kClaims)))},
      {"no signature", wrap(url(kHeader) + "." + url(kClaims) + ".")},
      {"empty header", wrap(signed_with("." + url(kClaims)))},
      {"empty claims", wrap(signed_with(url(kHeader) + "."))},
      {"stray bits in the signature",
       [&] {
         std::string other = jwt;
         other.back() = other.back() == 'A' ? 'B' : static_cast<char>(other.back() + 1);
         return wrap(other);
       }()},
  };
  for (const auto& [name, text] : rows) {
    const auto result = verify(text);
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().code(), ErrorCode::InvalidArgument) << name;
    EXPECT_EQ(result.error().message(), "X-Amz-Security-Token") << name;
  }
}

TEST(SessionToken, IsBounded) {
  // Well signed, and as large as a head can carry.
  const std::string large = changed(R"("2026/")", "\"" + std::string(1000, 'x') + "\"" + [] {
    std::string more;
    for (int i = 0; i < 40; ++i) {
      more += ",\"" + std::string(1000, 'y') + "\"";
    }
    return more;
  }());
  const std::string text = token(large);
  ASSERT_GT(text.size(), kSessionTokenMaxBytes);
  expect_refused(text, "large");
  expect_refused(std::string(60000, 'A'), "large and nothing");
  std::string many = "\"a\"";
  for (std::size_t i = 0; i < kTemporaryPathsMax; ++i) many += ",\"a\"";
  expect_refused(token(changed(R"("2026/")", many)), "many prefixes");
}

TEST(SessionToken, KnowsOneAlgorithmWhateverItsHeaderSays) {
  const std::vector<std::string> headers{R"({"alg":"none","typ":"JWT"})",
                                         R"({"alg":"None"})",
                                         R"({"alg":"RS256","typ":"JWT"})",
                                         R"({"alg":"HS384"})",
                                         R"({"alg":"HS512"})",
                                         R"({"alg":"ES256"})",
                                         R"({"alg":"hs256"})",
                                         R"({"typ":"JWT"})",
                                         R"({})",
                                         R"([])",
                                         R"("HS256")",
                                         R"(null)",
                                         "",
                                         "{",
                                         R"({"alg":"HS256","typ":"jwt"})",
                                         R"({"alg":"HS256","typ":"JOSE"})",
                                         R"({"alg":"HS256","crit":["exp"]})",
                                         R"({"alg":"HS256","b64":false})",
                                         R"({"alg":"HS256","kid":"x"})",
                                         R"({"alg":"HS256","zip":"DEF"})",
                                         R"({"alg":"HS256","jwk":{"kty":"oct","k":""}})",
                                         R"({"alg":"HS256","alg":"HS256"})",
                                         R"({"alg":"none","alg":"HS256"})",
                                         R"({"alg":["HS256"]})",
                                         R"({"alg":"HS256"}{})",
                                         R"({"alg":"HS256"} x)",
                                         R"({"alg":"HS256",})"};
  for (const std::string& header : headers) {
    expect_refused(token(kClaims, header), "signed: " + header);
    expect_refused(wrap(url(header) + "." + url(kClaims) + "."), "unsigned: " + header);
  }
  EXPECT_TRUE(verify(token(kClaims, R"({"alg":"HS256"})")));
  EXPECT_TRUE(verify(token(kClaims, R"( { "typ" : "JWT" , "alg" : "HS256" } )")));
}

TEST(SessionToken, IsSignedWithTheSecretOfItsParent) {
  expect_refused(token(kClaims, kHeader, kOtherSecret), "another secret");
  expect_refused(token(kClaims, kHeader, ""), "an empty secret");
  expect_refused(token(kClaims, kHeader, std::string(64, '0')), "zeros");
  // The key is the text, not the bytes that its digits stand for.
  expect_refused(token(kClaims, kHeader, *hex_decode(kSecret)), "decoded secret");
  expect_refused(kVectorToken, "rolled", parent(kOtherSecret));
  EXPECT_TRUE(verify(token(kClaims, kHeader, kOtherSecret), parent(kOtherSecret)));
}

TEST(SessionToken, CannotBeChanged) {
  const std::string jwt = signed_with(url(kHeader) + "." + url(kClaims));
  for (std::size_t at = 0; at < jwt.size(); ++at) {
    std::string other = jwt;
    other[at] = other[at] == 'A' ? 'Q' : 'A';
    if (other == jwt) continue;
    EXPECT_FALSE(verify(wrap(other))) << at;
  }
  const std::string signature = jwt.substr(jwt.rfind('.'));
  for (const std::string& claims :
       {changed("photos", "secret"), changed("object-read-only", "admin-read-write"),
        changed("2026/", ""), changed("1795534477", "1795539999")}) {
    expect_refused(wrap(url(kHeader) + "." + url(claims) + signature), claims);
  }
}

TEST(SessionToken, HasEveryClaimOnceAndNoOther) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {R"("sub":"0123456789abcdef0123456789abcdef",)", ""},
      {R"("iss":"0a1b2c3d4e5f60718293a4b5c6d7e8f9",)", ""},
      {R"("aud":"0123456789abcdef0123456789abcdef.r2.example.com",)", ""},
      {R"("iat":1795530877,)", ""},
      {R"("exp":1795534477,)", ""},
      {R"("bucket":"photos",)", ""},
      {R"("scope":"object-read-only","actions":["GetObject"],)", ""},
      // Unknown: each might narrow what is granted.
      {R"("iat")", R"("nbf":1795530877,"iat")"},
      {R"("iat")", R"("jti":"x","iat")"},
      {R"("iat")", R"("condition":{"ip":"192.0.2.1"},"iat")"},
      {R"("iat")", R"("":null,"iat")"},
      {R"("iat")", R"("Bucket":"photos","iat")"},
      {R"("objectPaths")", R"("denyPaths":[],"objectPaths")"},
      // Twice, also when spelled otherwise.
      {R"("bucket":"photos")", R"("bucket":"photos","bucket":"photos")"},
      {R"("bucket":"photos")", R"("bucket":"photos","b\u0075cket":"secret")"},
      {R"("objectPaths")", R"("prefixPaths":[],"objectPaths")"},
      {R"("bucket":"photos")", R"("bucket":"photos","scope":"admin-read-write")"},
      // Of another form.
      {R"("photos")", R"(["photos"])"},
      {R"("photos")", R"("")"},
      {R"("photos")", R"("Photos")"},
      {R"("photos")", R"("*")"},
      {R"("photos")", "null"},
      {R"("object-read-only")", R"("object-read-write ")"},
      {R"("object-read-only")", R"("all")"},
      {R"("object-read-only")", R"("")"},
      {R"("object-read-only")", R"(["object-read-only"])"},
      {R"(["GetObject"])", R"("GetObject")"},
      {R"(["GetObject"])", R"(["GetObject","ListBuckets"])"},
      {R"(["GetObject"])", R"(["*"])"},
      {R"(["GetObject"])", R"([1])"},
      {R"(["GetObject"])", R"({"0":"GetObject"})"},
      {"1795534477", R"("1795534477")"},
      {"1795534477", "1795534477.5"},
      {"1795534477", "1.795534477e9"},
      {"1795534477", "-1"},
      {"1795534477", "99999999999999999999"},
      {"1795534477", "9223372036854775807"},
      {R"("aud":"0123)", R"("aud":["x"],"aud2":"0123)"},
      {R"(["2026/"])", R"("2026/")"},
      {R"(["2026/"])", R"([""])"},
      {R"(["2026/"])", R"([null])"},
      {R"(["2026/"])", R"([["2026/"]])"},
      {R"(["2026/"])", "[\"\xff\"]"},
      {R"(["2026/"])", R"(["\ud800"])"},
      {R"("bucket":"photos",)", R"("bucket":"photos",/* */)"},
      {"}}", "}}}"},
      {"}}", "}} {}"},
      {"}}", "}"},
  };
  for (const auto& [from, to] : rows) expect_refused(token(changed(from, to)), from + " -> " + to);
  for (const char* claims :
       {"", "null", "[]", "1", "\"x\"", "[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":{}}}}"}) {
    expect_refused(token(claims), claims);
  }
}

TEST(SessionToken, MayLeaveOutAListOfPathsButNotWhatIsInside) {
  auto session = verify(token(changed(R"("prefixPaths":["2026/"],)", "")));
  ASSERT_TRUE(session);
  EXPECT_TRUE(session->scope.paths->prefixes.empty());
  session = verify(token(changed(R"(["GetObject"])", "[]")));
  ASSERT_TRUE(session);
  EXPECT_TRUE(session->scope.operations->none()) << "no action, and not every one";
}

TEST(SessionToken, IsForItsParentItsAccountAndItsEndpoint) {
  const std::string other(32, 'f');
  expect_refused(token(changed(kKeyId, other)), "iss");
  expect_refused(token(changed(R"("sub":")" + kAccount, R"("sub":")" + other)), "sub");
  expect_refused(token(changed(R"("sub":")" + kAccount, R"("sub":")")), "no sub");
  const std::string aud = kAccount + ".r2.example.com";
  for (const std::string& wrong :
       {std::string("s3.example.com"), std::string("127.0.0.1"), std::string("127.0.0.1:9001"),
        std::string("r2.example.com"), std::string(), other + ".r2.example.com",
        kAccount + ".r2.example.com:9001", kAccount + ".r2.example.com.evil.com",
        kAccount + "..r2.example.com", kAccount + ".default.r2.example.com",
        kAccount + ".mars.r2.example.com", "photos." + aud, "https://" + aud}) {
    expect_refused(token(changed(aud, wrong)), wrong);
  }
  const std::vector<std::pair<std::string, Jurisdiction>> right{
      {aud + ":9000", Jurisdiction::Default},
      {kAccount + ".eu.r2.example.com", Jurisdiction::Eu},
      {kAccount + ".us.R2.Example.com:9000", Jurisdiction::Us},
      {"127.0.0.1:9000", Jurisdiction::Default},
      {"127.0.0.1:9010", Jurisdiction::Eu}};
  for (const auto& [name, jurisdiction] : right) {
    const auto session = verify(token(changed(aud, name)));
    ASSERT_TRUE(session) << name;
    EXPECT_EQ(session->scope.jurisdiction, jurisdiction) << name;
  }
}

TEST(SessionToken, OfAUsersTokenSaysInWhichAccount) {
  TokenEntry entry = parent();
  entry.token.owner = UserId();
  const std::string other(32, 'f');
  const auto session = verify(token(changed(R"("sub":")" + kAccount, R"("sub":")" + other)), entry);
  ASSERT_FALSE(session) << "the endpoint's name carries an account";
  std::string claims = changed(kAccount + ".r2.example.com", "127.0.0.1:9000");
  claims.replace(claims.find(kAccount), kAccount.size(), other);
  const auto elsewhere = verify(token(claims), entry);
  ASSERT_TRUE(elsewhere) << elsewhere.error().describe();
  EXPECT_EQ(elsewhere->scope.account.hex(), other);
}

TEST(SessionToken, LivesForItsTime) {
  using namespace std::chrono_literals;
  EXPECT_TRUE(verify(kVectorToken, parent(), kExpires - 1ms));
  for (const Timestamp late : {kExpires, kExpires + 24h}) {
    const auto result = verify(kVectorToken, parent(), late);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::ExpiredRequest);
    EXPECT_EQ(result.error().message(), "Request has expired");
  }
  // The client's clock may be as far ahead as a request's date.
  EXPECT_TRUE(verify(kVectorToken, parent(), kIssued - 15min));
  expect_refused(kVectorToken, "not yet valid", parent(), kIssued - 15min - 1ms);
  // Seven days at most, whatever it says.
  EXPECT_TRUE(verify(token(changed("1795534477", std::to_string(1795530877 + 604800)))));
  expect_refused(token(changed("1795534477", std::to_string(1795530877 + 604801))), "too long");
  expect_refused(token(changed("1795534477", "253402300799")), "for ever");
  expect_refused(token(changed("1795534477", "1795530877")), "for no time");
  expect_refused(token(changed("1795534477", "0")), "backwards");
}

TEST(SessionToken, OnlyOneThatHoldsSaysThatItsTimeIsOver) {
  expect_refused(token(kClaims, kHeader, kOtherSecret), "forged and old", parent(),
                 kExpires + std::chrono::hours(1));
}

TEST(SessionTokens, KnowNoAudienceAtFirst) {
  SessionTokens sessions;
  EXPECT_FALSE(sessions.verify(kVectorToken, parent(), kIssued));
  sessions.set_audiences(audiences());
  EXPECT_TRUE(sessions.verify(kVectorToken, parent(), kIssued));
}

TEST(SessionTokens, RememberNothingThatDecides) {
  SessionTokens sessions;
  sessions.set_audiences(audiences());
  const auto first = sessions.verify(kVectorToken, parent(), kIssued);
  ASSERT_TRUE(first);
  const auto second = sessions.verify(kVectorToken, parent(), kIssued);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->get(), second->get()) << "verified once";
  // Its time, on every use.
  const auto late = sessions.verify(kVectorToken, parent(), kExpires);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), ErrorCode::ExpiredRequest);
  // The parent's secret of this moment.
  EXPECT_FALSE(sessions.verify(kVectorToken, parent(kOtherSecret), kIssued)) << "rolled";
  EXPECT_TRUE(sessions.verify(kVectorToken, parent(), kIssued));
  // The parent.
  TokenEntry other = parent();
  other.token.id = *TokenId::parse(std::string(32, '1'));
  EXPECT_FALSE(sessions.verify(kVectorToken, other, kIssued));
  // What is refused is looked at again, and never taken for another.
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(sessions.verify(kVectorToken + "=", parent(), kIssued));
    EXPECT_FALSE(sessions.verify(token(kClaims, kHeader, kOtherSecret), parent(), kIssued));
  }
}

TEST(SessionTokens, AreBoundedAndUsedByManyThreads) {
  SessionTokens sessions;
  sessions.set_audiences(audiences());
  std::vector<std::string> tokens;
  for (int i = 0; i < 3000; ++i) {
    tokens.push_back(token(changed("2026/", std::to_string(i) + "/")));
  }
  const auto use_all = [&] {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const auto session = sessions.verify(tokens[i], parent(), kIssued);
      ASSERT_TRUE(session);
      EXPECT_EQ((*session)->scope.paths->prefixes.front(), std::to_string(i) + "/");
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(use_all);
  for (std::thread& thread : threads) thread.join();
}

TEST(Audiences, AreHostsAsJavaScriptWritesThem) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"https://s3.example.com", "s3.example.com"},
      {"https://S3.Example.com/", "s3.example.com"},
      {"https://s3.example.com:443", "s3.example.com"},
      {"http://s3.example.com:80", "s3.example.com"},
      {"http://s3.example.com:443", "s3.example.com:443"},
      {"http://127.0.0.1:9000", "127.0.0.1:9000"},
      {"http://[::1]:9000", "[::1]:9000"},
      {"HTTPS://s3.example.com", "s3.example.com"}};
  for (const auto& [given, expected] : rows) EXPECT_EQ(audience_of_url(given), expected) << given;
  for (const char* wrong :
       {"", "s3.example.com", "ftp://s3.example.com", "https://", "https:///", "https://a@b",
        "https://a/b", "https://a?b", "https://a#b", "https://a b"}) {
    EXPECT_EQ(audience_of_url(wrong), std::nullopt) << wrong;
  }
}

TEST(Audiences, PreferTheFirstOfAJurisdiction) {
  const Audiences known = audiences();
  EXPECT_EQ(known.preferred(Jurisdiction::Default), "127.0.0.1:9000");
  EXPECT_EQ(known.preferred(Jurisdiction::Eu), "127.0.0.1:9010");
  EXPECT_EQ(known.preferred(Jurisdiction::Us), "");
}

}  // namespace
}  // namespace coffer::auth
