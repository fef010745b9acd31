#include "auth/canonical.h"
#include "auth/sigv4_core.h"
#include "base/codec.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>

namespace coffer::auth {
namespace {

using Parts = std::vector<std::pair<std::string, std::string>>;

const std::string kKeyId = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const std::string kSecret = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
const std::string kAmzDate = "20261124T143437Z";
const std::string kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your "
    "secret access key and signing method.";

Timestamp time_of(std::string_view amz_date) {
  Timestamp time;
  EXPECT_TRUE(parse_amz_date(amz_date, time)) << amz_date;
  return time;
}

/// The tokens of a small installation, and a clock.
struct World {
  World() { add(kKeyId, kSecret); }

  TokenEntry& add(const std::string& id, const std::string& secret) {
    auto entry = std::make_shared<TokenEntry>();
    entry->token.id = *TokenId::parse(id);
    entry->token.owner = *AccountId::parse("ffffffffffffffffffffffffffffffff");
    entry->token.secret_generation = 7;
    entry->secret_access_key = secret;
    tokens[entry->token.id] = entry;
    return *entry;
  }

  TokenEntry& token() { return *tokens.at(*TokenId::parse(kKeyId)); }

  Result<Authenticated> authenticate(const RequestView& request) {
    const TokenLookup find = [this](TokenId id) -> std::shared_ptr<const TokenEntry> {
      const auto found = tokens.find(id);
      return found == tokens.end() ? nullptr : found->second;
    };
    const AuthenticationContext context{.find = find, .cache = cache, .now = now, .strict = strict};
    return authenticate_request(request, context);
  }

  std::map<TokenId, std::shared_ptr<TokenEntry>> tokens;
  SigningKeyCache cache;
  Timestamp now = time_of(kAmzDate);
  bool strict = false;
  IpAddress client = *IpAddress::parse("192.0.2.7");
};

/// A request in the making: each member is one thing a client can get wrong.
struct Spec {
  std::string method = "GET";
  std::string path = "/bucket/key%20one";
  std::string query = "x-id=GetObject&a=b%2Fc";
  Parts extra;
  std::string host = "localhost:9000";
  std::string key_id = kKeyId;
  std::string secret = kSecret;
  std::string region = "auto";
  std::string service = "s3";
  std::string terminator = "aws4_request";
  std::optional<std::string> scope_date;  ///< else of the request
  std::optional<std::string> credential;  ///< else made of the five above
  std::string scheme = "AWS4-HMAC-SHA256";
  std::string signed_headers;  ///< empty: what the method needs
  std::optional<std::string> signature;

  // Header method.
  std::optional<std::string> payload_hash = "UNSIGNED-PAYLOAD";
  std::optional<std::string> x_amz_date = kAmzDate;
  std::optional<std::string> date;
  // Presigned method.
  std::map<std::string, std::optional<std::string>> parameters;  ///< nothing: left out
  std::string more_query;  ///< signed, after the presign parameters
};

/// A request as the server would see it; owns what the view borrows.
struct Built {
  std::string method, path, query;
  HeaderList headers;
  RequestView view(const World& world) const {
    return RequestView{method, path, query, headers, world.client};
  }
};

std::string credential_of(const Spec& spec, const std::string& amz_date) {
  return spec.credential.value_or(spec.key_id + "/" +
                                  spec.scope_date.value_or(amz_date.substr(0, 8)) + "/" +
                                  spec.region + "/" + spec.service + "/" + spec.terminator);
}

std::string sign(const Spec& spec, const Built& built, const std::string& amz_date,
                 const std::string& signed_headers_text, const std::string& payload_hash,
                 bool presigned) {
  const SignedHeaders signed_headers(signed_headers_text);
  const auto canonical = canonical_request({.method = built.method,
                                            .path = built.path,
                                            .raw_query = built.query,
                                            .headers = built.headers,
                                            .signed_headers = signed_headers,
                                            .payload_hash = payload_hash,
                                            .presigned = presigned});
  EXPECT_TRUE(canonical);
  const std::string scope_date = spec.scope_date.value_or(amz_date.substr(0, 8));
  const std::string scope =
      scope_date + "/" + spec.region + "/" + spec.service + "/" + spec.terminator;
  const SigningKey key = derive_signing_key(spec.secret, scope_date, spec.region, spec.service);
  return hex_encode(key.hmac.mac(string_to_sign(amz_date, scope, canonical.value_or(""))));
}

Built build_header(const Spec& spec) {
  Built built{spec.method, spec.path, spec.query, {}};
  built.headers.add("Host", spec.host);
  if (spec.payload_hash) built.headers.add("X-Amz-Content-SHA256", *spec.payload_hash);
  if (spec.x_amz_date) built.headers.add("X-Amz-Date", *spec.x_amz_date);
  if (spec.date) built.headers.add("Date", *spec.date);
  for (const auto& [name, value] : spec.extra) built.headers.add(name, value);
  const std::string amz_date = spec.x_amz_date.value_or(spec.date.value_or(""));
  const std::string signed_headers =
      spec.signed_headers.empty() ? "host;x-amz-content-sha256;x-amz-date" : spec.signed_headers;
  const std::string signature = spec.signature ? *spec.signature
                                               : sign(spec, built, amz_date, signed_headers,
                                                      spec.payload_hash.value_or(""), false);
  built.headers.add("Authorization", spec.scheme + " Credential=" + credential_of(spec, amz_date) +
                                         ", SignedHeaders=" + signed_headers +
                                         ", Signature=" + signature);
  return built;
}

Built build_presigned(const Spec& spec) {
  Built built{spec.method, spec.path, spec.query, {}};
  built.headers.add("Host", spec.host);
  for (const auto& [name, value] : spec.extra) built.headers.add(name, value);
  const std::string signed_headers = spec.signed_headers.empty() ? "host" : spec.signed_headers;
  std::map<std::string, std::optional<std::string>> parameters = {
      {"X-Amz-Algorithm", "AWS4-HMAC-SHA256"},
      {"X-Amz-Date", kAmzDate},
      {"X-Amz-Expires", "900"},
      {"X-Amz-SignedHeaders", signed_headers},
  };
  for (const auto& [name, value] : spec.parameters) parameters[name] = value;
  const std::string amz_date = parameters["X-Amz-Date"].value_or("");
  parameters.try_emplace("X-Amz-Credential", credential_of(spec, amz_date));
  for (const auto& [name, value] : parameters) {
    if (!value || name == "X-Amz-Signature") continue;
    built.query += (built.query.empty() ? "" : "&") + name + "=" + uri_encode(*value);
  }
  built.query += spec.more_query;
  const auto forced = parameters.find("X-Amz-Signature");
  if (forced != parameters.end() && !forced->second) return built;
  const std::string signature =
      forced != parameters.end()
          ? *forced->second
          : sign(spec, built, amz_date, parameters["X-Amz-SignedHeaders"].value_or(""),
                 "UNSIGNED-PAYLOAD", true);
  built.query += "&X-Amz-Signature=" + signature;
  return built;
}

using Build = Built (*)(const Spec&);

/// One wrong thing, and the answer to it.
struct Fault {
  std::string name;
  std::function<void(Spec&)> apply;
  ErrorCode code;
  std::string message;
};

void expect_refused(World& world, const Built& built, const Fault& fault,
                    const std::string& context = {}) {
  const auto result = world.authenticate(built.view(world));
  ASSERT_FALSE(result) << fault.name << " " << context;
  EXPECT_EQ(to_string(result.error().code()), to_string(fault.code))
      << fault.name << " " << context;
  EXPECT_EQ(result.error().message(), fault.message) << fault.name << " " << context;
}

/// Every fault alone; then every pair, of which the earlier must answer.
void check_in_order(const std::vector<Fault>& faults, Build build) {
  World world;
  for (std::size_t first = 0; first < faults.size(); ++first) {
    Spec alone;
    faults[first].apply(alone);
    expect_refused(world, build(alone), faults[first]);
    for (std::size_t second = first + 1; second < faults.size(); ++second) {
      Spec spec;
      faults[second].apply(spec);
      faults[first].apply(spec);
      expect_refused(world, build(spec), faults[first], "before " + faults[second].name);
    }
  }
}

const std::string kUnknownId = "00000000000000000000000000000001";

/// r2-observed.md 2.1 rows 6 to 9 with r2-s3.md 2.2 rows 7 and 10: shared by both methods.
std::vector<Fault> credential_faults() {
  return {
      {"too few parts", [](Spec& s) { s.credential = "a/b/c/d"; }, ErrorCode::InvalidArgument,
       "Credential sigv4 header should have at least 5 slash-separated parts, not 4"},
      {"length of the access key id", [](Spec& s) { s.key_id = "AKIAIOSFODNN7EXAMPLE"; },
       ErrorCode::InvalidArgument,
       "Invalid Argument: Credential access key has length 20, should be 32"},
      {"service", [](Spec& s) { s.service = "iam"; }, ErrorCode::InvalidArgument,
       "Credential service should be s3, not iam"},
      {"terminator", [](Spec& s) { s.terminator = "aws5"; }, ErrorCode::InvalidArgument,
       "Credential termination string should be aws4_request, not aws5"},
      {"region", [](Spec& s) { s.region = "eu-west-1"; }, ErrorCode::InvalidRegionName,
       "The region name 'eu-west-1' is not valid. Must be one of: wnam, enam, weur, eeur, apac, "
       "oc, "
       "auto"},
      {"scope date", [](Spec& s) { s.scope_date = "20261123"; }, ErrorCode::InvalidArgument,
       "Credential signed date 20261123 does not match 20261124 from 'x-amz-date' header"},
      {"unknown key", [](Spec& s) { s.key_id = kUnknownId; }, ErrorCode::Unauthorized,
       "Unauthorized"},
  };
}

TEST(HeaderAuthentication, AnswersEachFaultInTheSheetsOrder) {
  std::vector<Fault> faults = {
      {"no payload hash", [](Spec& s) { s.payload_hash.reset(); }, ErrorCode::InvalidRequest,
       "Missing x-amz-content-sha256"},
      {"no date",
       [](Spec& s) {
         s.x_amz_date.reset();
         s.date.reset();
       },
       ErrorCode::InvalidArgument, "No date provided in x-amz-date nor date header"},
      {"date form", [](Spec& s) { s.x_amz_date = "2026-11-24T14:34:37Z"; },
       ErrorCode::InvalidArgument,
       "Date provided in 'x-amz-date' header (2026-11-24T14:34:37Z) didn't parse successfully"},
      {"skew", [](Spec& s) { s.x_amz_date = "20261124T141936Z"; }, ErrorCode::RequestTimeTooSkewed,
       "The difference between the request time and the server's time is too large."},
      {"scheme", [](Spec& s) { s.scheme = "AWS4-ECDSA-P256-SHA256"; }, ErrorCode::InvalidRequest,
       "Please use AWS4-HMAC-SHA256"},
  };
  for (Fault& fault : credential_faults()) faults.push_back(std::move(fault));
  faults.push_back({"session token",
                    [](Spec& s) { s.extra.emplace_back("X-Amz-Security-Token", "and0Lw=="); },
                    ErrorCode::InvalidArgument, "X-Amz-Security-Token"});
  faults.push_back({"host not signed",
                    [](Spec& s) { s.signed_headers = "x-amz-content-sha256;x-amz-date"; },
                    ErrorCode::Unauthorized, "Unauthorized"});
  faults.push_back({"signature", [](Spec& s) { s.signature = std::string(64, '0'); },
                    ErrorCode::SignatureDoesNotMatch, kMismatch});
  faults.push_back(
      {"payload hash of no known form", [](Spec& s) { s.payload_hash = "unsigned-payload"; },
       ErrorCode::InvalidArgument,
       "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
       "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid "
       "sha256 value."});
  check_in_order(faults, build_header);
}

TEST(PresignedAuthentication, AnswersEachFaultInTheSheetsOrder) {
  std::vector<Fault> faults = {
      {"no date parameter", [](Spec& s) { s.parameters["X-Amz-Date"] = std::nullopt; },
       ErrorCode::InvalidArgument, "Required search parameter X-Amz-Date missing"},
      {"algorithm", [](Spec& s) { s.parameters["X-Amz-Algorithm"] = "AWS4-HMAC-SHA512"; },
       ErrorCode::InvalidRequest, "Please use AWS4-HMAC-SHA256"},
      {"date form", [](Spec& s) { s.parameters["X-Amz-Date"] = "20261324T143437Z"; },
       ErrorCode::InvalidArgument,
       "Date provided in X-Amz-Date (20261324T143437Z) didn't parse successfully"},
  };
  for (Fault& fault : credential_faults()) faults.push_back(std::move(fault));
  faults.push_back({"session token",
                    [](Spec& s) { s.parameters["X-Amz-Security-Token"] = "and0Lw=="; },
                    ErrorCode::InvalidArgument, "X-Amz-Security-Token"});
  faults.push_back({"expires is no number", [](Spec& s) { s.parameters["X-Amz-Expires"] = "1h"; },
                    ErrorCode::InvalidArgument, "X-Amz-Expires should be a number"});
  faults.push_back({"expires over a week",
                    [](Spec& s) { s.parameters["X-Amz-Expires"] = "604801"; },
                    ErrorCode::InvalidArgument,
                    "X-Amz-Expires must be less than a week (in seconds); that is, the given "
                    "X-Amz-Expires must be less than 604800 seconds"});
  faults.push_back({"expired", [](Spec& s) { s.parameters["X-Amz-Expires"] = "0"; },
                    ErrorCode::ExpiredRequest, "Request has expired"});
  faults.push_back({"host not signed", [](Spec& s) { s.signed_headers = "range"; },
                    ErrorCode::Unauthorized, "Unauthorized"});
  faults.push_back({"signature",
                    [](Spec& s) { s.parameters["X-Amz-Signature"] = std::string(64, '0'); },
                    ErrorCode::SignatureDoesNotMatch, kMismatch});
  check_in_order(faults, build_presigned);
}

TEST(HeaderAuthentication, AcceptsAGoodRequestAndSaysWhoAsks) {
  World world;
  const Built built = build_header(Spec{});
  const auto result = world.authenticate(built.view(world));
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_EQ(result->principal.token.hex(), kKeyId);
  EXPECT_EQ(result->principal.account.hex(), "ffffffffffffffffffffffffffffffff");
  EXPECT_EQ(result->principal.secret_generation, 7U);
  EXPECT_EQ(result->principal.client, world.client);
  EXPECT_FALSE(result->presigned);
  EXPECT_EQ(result->payload, PayloadMode::Unsigned);
  EXPECT_FALSE(result->chunks);
}

TEST(HeaderAuthentication, RefusesEveryOtherDateForm) {
  World world;
  for (const std::string date :
       {"", "20261124T143437", "20261124T143437z", "20261124T143437Z ", "20261124 143437Z",
        "Tue, 24 Nov 2026 14:34:37 GMT", "20261324T143437Z", "20260229T143437Z", "20261124T253437Z",
        "20261124T146037Z", "+0261124T143437Z", "1732459477"}) {
    Spec spec;
    spec.x_amz_date = date;
    expect_refused(
        world, build_header(spec),
        {date,
         {},
         ErrorCode::InvalidArgument,
         "Date provided in 'x-amz-date' header (" + date + ") didn't parse successfully"});
    spec.x_amz_date.reset();
    spec.date = date;
    expect_refused(world, build_header(spec),
                   {date,
                    {},
                    ErrorCode::InvalidArgument,
                    "Date provided in 'date' header (" + date + ") didn't parse successfully"});
  }
}

TEST(HeaderAuthentication, TakesTheDateHeaderWhenThereIsNoOther) {
  World world;
  Spec spec;
  spec.x_amz_date.reset();
  spec.date = kAmzDate;
  spec.signed_headers = "host;date";
  const Built built = build_header(spec);
  EXPECT_TRUE(world.authenticate(built.view(world)));
}

TEST(HeaderAuthentication, AllowsFifteenMinutesOfSkewBothWays) {
  const auto base = time_of(kAmzDate);
  const auto window = std::chrono::minutes(15);
  const auto one = std::chrono::milliseconds(1);
  for (const auto& [now, ok] :
       std::vector<std::pair<Timestamp, bool>>{{base + window, true},
                                               {base - window, true},
                                               {base + window + one, false},
                                               {base - window - one, false}}) {
    World world;
    world.now = now;
    const Built built = build_header(Spec{});
    const auto result = world.authenticate(built.view(world));
    EXPECT_EQ(result.has_value(), ok);
    if (!ok) {
      EXPECT_EQ(result.error().code(), ErrorCode::RequestTimeTooSkewed);
    }
  }
}

TEST(HeaderAuthentication, ReadsTheAuthorizationValueAsR2Does) {
  World world;
  const Built good = build_header(Spec{});
  const std::string value(*good.headers.find("authorization"));
  const std::string credential = "Credential=" + kKeyId + "/20261124/auto/s3/aws4_request";
  const std::string signed_headers = "SignedHeaders=host;x-amz-content-sha256;x-amz-date";
  const std::string signature = value.substr(value.find("Signature="));
  struct Row {
    std::string value;
    bool ok;
  };
  const std::string scheme = "AWS4-HMAC-SHA256 ";
  const std::vector<Row> rows = {
      {scheme + credential + "," + signed_headers + "," + signature, true},
      {scheme + signature + " , " + signed_headers + "  ,\t" + credential + " ", true},
      {scheme + credential + ",Extra=1,,novalue," + signed_headers + "," + signature, true},
      {scheme + "Signature=00," + credential + "," + signed_headers + "," + signature, true},
      {scheme + " Credential = " + credential.substr(11) + "," + signed_headers + "," + signature,
       true},
      {scheme + "credential=" + credential.substr(11) + "," + signed_headers + "," + signature,
       false},
      {scheme + credential + "," + signed_headers, false},
      {scheme + credential + "," + signature, false},
      {scheme + signed_headers + "," + signature, false},
      {scheme, false},
      {"AWS4-HMAC-SHA256", false},
      {"AWS4-HMAC-SHA256" + credential + "," + signed_headers + "," + signature, false},
      {"aws4-hmac-sha256 " + credential + "," + signed_headers + "," + signature, false},
      {"AWS " + kKeyId + ":c2lnbmF0dXJl", false},
      {"Basic dXNlcjpwYXNz", false},
      {"Bearer token", false},
      {"garbage", false},
  };
  for (const Row& row : rows) {
    Built built = good;
    built.headers.set("Authorization", row.value);
    const auto result = world.authenticate(built.view(world));
    EXPECT_EQ(result.has_value(), row.ok) << row.value;
    if (!row.ok) {
      EXPECT_EQ(result.error().code(), ErrorCode::InvalidRequest) << row.value;
      EXPECT_EQ(result.error().message(), "Please use AWS4-HMAC-SHA256") << row.value;
    }
  }
}

TEST(HeaderAuthentication, CountsCredentialPartsAndGivesExtraSlashesToTheKeyId) {
  World world;
  for (const auto& [credential, message] : std::vector<std::pair<std::string, std::string>>{
           {"", "Credential sigv4 header should have at least 5 slash-separated parts, not 1"},
           {"////", "Invalid Argument: Credential access key has length 0, should be 32"},
           {kKeyId + "/x/20261124/auto/s3/aws4_request",
            "Invalid Argument: Credential access key has length 34, should be 32"}}) {
    Spec spec;
    spec.credential = credential;
    expect_refused(world, build_header(spec),
                   {credential, {}, ErrorCode::InvalidArgument, message});
  }
  // 32 bytes of which one is a slash: well formed, and unknown.
  Spec spec;
  spec.credential =
      std::string(15, 'a') + "/" + std::string(16, 'a') + "/20261124/auto/s3/aws4_request";
  expect_refused(world, build_header(spec), {"slash", {}, ErrorCode::Unauthorized, "Unauthorized"});
}

TEST(HeaderAuthentication, TakesThirtyTwoCharactersThatAreNoIdForUnknown) {
  World world;
  for (const std::string& id : {std::string("0A1B2C3D4E5F60718293A4B5C6D7E8F9"),
                                std::string(32, 'z'), std::string(31, '0') + " "}) {
    Spec spec;
    spec.key_id = id;
    expect_refused(world, build_header(spec), {id, {}, ErrorCode::Unauthorized, "Unauthorized"});
  }
}

TEST(Authentication, AcceptsTheRegionsOfR2AndSignsWithTheTextSent) {
  World world;
  for (const std::string region : {"auto", "", "us-east-1", "wnam", "enam", "weur", "eeur", "apac",
                                   "oc", "WNAM", "ENAM", "WEUR", "EEUR", "APAC", "OC"}) {
    Spec spec;
    spec.region = region;
    for (Build build : {build_header, build_presigned}) {
      const Built built = build(spec);
      EXPECT_TRUE(world.authenticate(built.view(world))) << region;
    }
  }
  for (const std::string region : {"Auto", "AUTO", "Wnam", "wnaM", "us-west-2", "eu", " ", "w"}) {
    EXPECT_FALSE(is_accepted_region(region)) << region;
  }
}

TEST(Authentication, RefusesATokenThatMayNotBeUsedLikeAnUnknownOne) {
  const auto hour = std::chrono::hours(1);
  const std::vector<std::pair<std::string, std::function<void(World&, Token&)>>> states = {
      {"disabled", [](World&, Token& t) { t.status = TokenStatus::Disabled; }},
      {"expired", [](World& w, Token& t) { t.expires_on = w.now; }},
      {"not yet valid",
       [](World& w, Token& t) { t.not_before = w.now + std::chrono::milliseconds(1); }},
      {"address not in", [](World&, Token& t) { t.ip.in = {*IpNetwork::parse("10.0.0.0/8")}; }},
      {"address refused",
       [](World&, Token& t) { t.ip.not_in = {*IpNetwork::parse("192.0.2.0/24")}; }},
  };
  for (Build build : {build_header, build_presigned}) {
    for (const auto& [name, apply] : states) {
      World world;
      apply(world, world.token().token);
      expect_refused(world, build(Spec{}), {name, {}, ErrorCode::Unauthorized, "Unauthorized"});
      // Nor with the secret that stands in for the absent one.
      Spec spec;
      spec.secret = std::string(64, '0');
      expect_refused(world, build(spec), {name, {}, ErrorCode::Unauthorized, "Unauthorized"});
    }
    World world;
    Token& token = world.token().token;
    token.not_before = world.now;
    token.expires_on = world.now + hour;
    token.ip.in = {*IpNetwork::parse("192.0.2.0/24")};
    const Built built = build(Spec{});
    EXPECT_TRUE(world.authenticate(built.view(world)));
  }
}

TEST(Authentication, FailsTheOldSecretAtOnceAfterARoll) {
  World world;
  const Built built = build_header(Spec{});
  ASSERT_TRUE(world.authenticate(built.view(world)));
  world.add(kKeyId, std::string(64, 'b'));
  const auto result = world.authenticate(built.view(world));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::SignatureDoesNotMatch);
}

TEST(Authentication, EchoesWhatItSignedAndNeverTheSignature) {
  World world;
  Spec spec;
  spec.query = "a=b";
  spec.path = "/\xc3\xa9";
  const std::string expected_signature = [&] {
    const Built built = build_header(spec);
    const std::string value(*built.headers.find("authorization"));
    return value.substr(value.size() - 64);
  }();
  spec.signature = "deadbeef";
  const Built built = build_header(spec);
  const auto result = world.authenticate(built.view(world));
  ASSERT_FALSE(result);
  const Error error = result.error();
  const auto& fields = error.fields();
  ASSERT_EQ(fields.size(), 5U);
  const std::string canonical =
      "GET\n/"
      "\xc3\xa9\na=b\nhost:localhost:9000\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:" +
      kAmzDate + "\n\nhost;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD";
  EXPECT_EQ(fields[0].first, "StringToSign");
  EXPECT_EQ(fields[0].second, string_to_sign(kAmzDate, "20261124/auto/s3/aws4_request", canonical));
  EXPECT_EQ(fields[1].first, "StringToSignBytes");
  EXPECT_TRUE(fields[1].second.starts_with("41 57 53 34 2d 48 4d 41 43"));
  EXPECT_EQ(fields[2].first, "CanonicalRequest");
  EXPECT_EQ(fields[2].second, canonical);
  EXPECT_EQ(fields[3].first, "CanonicalRequestBytes");
  EXPECT_TRUE(fields[3].second.starts_with("47 45 54 0a 2f c3 a9 0a 61 3d 62 0a 68"));
  EXPECT_EQ(fields[3].second.size(), canonical.size() * 3 - 1);
  EXPECT_EQ(fields[4].first, "SignatureProvided");
  EXPECT_EQ(fields[4].second, "deadbeef");
  for (const auto& [name, value] : fields) {
    EXPECT_EQ(value.find(expected_signature), std::string::npos) << name;
    EXPECT_EQ(value.find(kSecret), std::string::npos) << name;
  }
  EXPECT_EQ(result.error().describe().find(expected_signature), std::string::npos);
}

TEST(Authentication, BoundsWhatItEchoes) {
  World world;
  Spec spec;
  spec.path = "/" + std::string(60000, 'p');
  spec.signature = std::string(60000, 's');
  const Built built = build_header(spec);
  const auto result = world.authenticate(built.view(world));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::SignatureDoesNotMatch);
  std::size_t total = 0;
  const Error error = result.error();
  for (const auto& [name, value] : error.fields()) total += value.size();
  EXPECT_LT(total, 128U * 1024);
}

TEST(Authentication, RefusesASignedHeadersListThatMultipliesTheRequest) {
  World world;
  Spec spec;
  spec.signed_headers = "host";
  for (int i = 0; i < 300; ++i) spec.signed_headers += ";host";
  spec.signature = std::string(64, '0');
  expect_refused(
      world, build_header(spec),
      {"list", {}, ErrorCode::InvalidRequest, "The list of signed headers is too long."});
  // An unknown key learns nothing more than that it is unknown.
  spec.key_id = kUnknownId;
  expect_refused(world, build_header(spec), {"list", {}, ErrorCode::Unauthorized, "Unauthorized"});
}

TEST(Authentication, ComparesSignaturesAsText) {
  World world;
  Built built = build_header(Spec{});
  std::string value(*built.headers.find("authorization"));
  for (std::size_t i = value.size() - 64; i < value.size(); ++i) {
    if (value[i] >= 'a' && value[i] <= 'f') value[i] = static_cast<char>(value[i] - 'a' + 'A');
  }
  built.headers.set("Authorization", value);
  const auto result = world.authenticate(built.view(world));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::SignatureDoesNotMatch);
}

TEST(Authentication, NoticesAChangeOfAnythingSigned) {
  const std::vector<std::pair<std::string, std::function<void(Built&)>>> changes = {
      {"method", [](Built& b) { b.method = "PUT"; }},
      {"path", [](Built& b) { b.path = "/bucket/key one"; }},
      {"path encoding", [](Built& b) { b.path = "/bucket/key%20%6Fne"; }},
      {"query value", [](Built& b) { b.query += "x"; }},
      {"query added", [](Built& b) { b.query += "&z=1"; }},
      {"host", [](Built& b) { b.headers.set("Host", "localhost:9001"); }},
      {"host repeated", [](Built& b) { b.headers.add("Host", "localhost:9000"); }},
      {"signed header", [](Built& b) { b.headers.set("Range", "bytes=0-1"); }},
      {"signed header gone", [](Built& b) { b.headers.remove("Range"); }},
  };
  for (Build build : {build_header, build_presigned}) {
    Spec spec;
    spec.extra = {{"Range", "bytes=0-9"}};
    spec.signed_headers =
        build == build_header ? "host;range;x-amz-content-sha256;x-amz-date" : "host;range";
    World world;
    const Built good = build(spec);
    ASSERT_TRUE(world.authenticate(good.view(world)));
    for (const auto& [name, change] : changes) {
      Built built = good;
      change(built);
      const auto result = world.authenticate(built.view(world));
      ASSERT_FALSE(result) << name;
      EXPECT_EQ(result.error().code(), ErrorCode::SignatureDoesNotMatch) << name;
    }
    // What is not signed may differ, and the order of the query does not matter.
    Built built = good;
    built.headers.add("Cache-Control", "no-store");
    EXPECT_TRUE(world.authenticate(built.view(world)));
    // But what is S3's own, in a request whose sender need not have the secret (decision 0019).
    built.headers.add("x-amz-meta-unsigned", "1");
    const auto result = world.authenticate(built.view(world));
    EXPECT_EQ(result.has_value(), build == build_header);
    if (!result) {
      EXPECT_EQ(result.error().code(), ErrorCode::AccessDenied);
    }
  }
}

TEST(HeaderAuthentication, NoticesAChangedPayloadHashOrDate) {
  World world;
  const Built good = build_header(Spec{});
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"X-Amz-Content-SHA256", std::string(64, 'a')}, {"X-Amz-Date", "20261124T143438Z"}}) {
    Built built = good;
    built.headers.set(name, value);
    const auto result = world.authenticate(built.view(world));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::SignatureDoesNotMatch) << name;
  }
}

TEST(HeaderAuthentication, RefusesRepeatedFieldsThatDecideSomething) {
  World world;
  Built built = build_header(Spec{});
  built.headers.add("X-Amz-Content-SHA256", std::string(64, 'a'));
  EXPECT_FALSE(world.authenticate(built.view(world)));
  built = build_header(Spec{});
  built.headers.add("X-Amz-Date", kAmzDate);
  const auto result = world.authenticate(built.view(world));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::InvalidArgument);

  // Signed that way, a payload hash of two values still means nothing.
  Spec spec;
  spec.payload_hash = "UNSIGNED-PAYLOAD,UNSIGNED-PAYLOAD";
  built = build_header(spec);
  const auto doubled = world.authenticate(built.view(world));
  ASSERT_FALSE(doubled);
  EXPECT_EQ(doubled.error().code(), ErrorCode::InvalidArgument);
}

TEST(Authentication, JoinsRepeatedHeadersWithABareComma) {
  World world;
  Spec spec;
  spec.extra = {{"x-amz-meta-a", "one,two"}};
  spec.signed_headers = "host;x-amz-content-sha256;x-amz-date;x-amz-meta-a";
  Built built = build_header(spec);
  built.headers.remove("x-amz-meta-a");
  built.headers.add("X-Amz-Meta-A", "one");
  built.headers.add("x-amz-meta-a", "two");
  EXPECT_TRUE(world.authenticate(built.view(world)));
}

TEST(HeaderAuthentication, NamesThePayloadMode) {
  struct Row {
    std::string value;
    PayloadMode mode;
    bool in_strict;
  };
  const std::string hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const std::vector<Row> rows = {
      {hash, PayloadMode::Literal, true},
      {"UNSIGNED-PAYLOAD", PayloadMode::Unsigned, true},
      {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", PayloadMode::UnsignedTrailer, true},
      {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", PayloadMode::SignedChunks, false},
      {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", PayloadMode::SignedChunksTrailer, false},
  };
  for (const Row& row : rows) {
    for (bool strict : {false, true}) {
      World world;
      world.strict = strict;
      Spec spec;
      spec.payload_hash = row.value;
      const Built built = build_header(spec);
      const auto result = world.authenticate(built.view(world));
      if (strict && !row.in_strict) {
        ASSERT_FALSE(result) << row.value;
        EXPECT_EQ(result.error().code(), ErrorCode::NotImplemented);
        EXPECT_EQ(result.error().message(), row.value + " not implemented");
        continue;
      }
      ASSERT_TRUE(result) << row.value;
      EXPECT_EQ(result->payload, row.mode);
      EXPECT_EQ(result->payload_sha256_hex, row.mode == PayloadMode::Literal ? hash : "");
      ASSERT_EQ(result->chunks.has_value(), !row.in_strict);
      if (result->chunks) {
        const std::string value(*built.headers.find("authorization"));
        EXPECT_EQ(result->chunks->seed_signature, value.substr(value.size() - 64));
        EXPECT_EQ(result->chunks->scope, "20261124/auto/s3/aws4_request");
        EXPECT_EQ(result->chunks->amz_date, kAmzDate);
        EXPECT_EQ(result->chunks->signing_key,
                  derive_signing_key(kSecret, "20261124", "auto", "s3").bytes);
      }
    }
  }
}

TEST(HeaderAuthentication, RefusesPayloadHashesItCannotCheck) {
  World world;
  const auto refused = [&](const std::string& value) {
    Spec spec;
    spec.payload_hash = value;
    const Built built = build_header(spec);
    const auto result = world.authenticate(built.view(world));
    return result ? ErrorCode::Internal : result.error().code();
  };
  EXPECT_EQ(refused("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"), ErrorCode::NotImplemented);
  EXPECT_EQ(refused("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER"), ErrorCode::NotImplemented);
  for (const std::string& value :
       {std::string(), std::string(64, 'A'), std::string(63, 'a'), std::string(65, 'a'),
        std::string(64, 'g'), std::string("STREAMING-AWS4-HMAC-SHA256-EVENTS"),
        std::string("unsigned-payload")}) {
    EXPECT_EQ(refused(value), ErrorCode::InvalidArgument) << value;
  }
}

TEST(Authentication, NeedsAnAuthorizationOfSomeKind) {
  World world;
  Built built{"GET", "/bucket", "", {}};
  built.headers.add("Host", "localhost");
  const Fault anonymous{"anonymous", {}, ErrorCode::InvalidArgument, "Authorization"};
  expect_refused(world, built, anonymous);
  built.headers.add("Authorization", "");
  expect_refused(world, built, anonymous);
  built.query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=1&x-amz-credential=lower";
  expect_refused(world, built, anonymous);
}

TEST(Authentication, LetsTheHeaderDecideAlone) {
  World world;
  Built built = build_presigned(Spec{});
  ASSERT_TRUE(world.authenticate(built.view(world)));
  built.headers.add("Authorization", "Basic dXNlcjpwYXNz");
  expect_refused(world, built,
                 {"both", {}, ErrorCode::InvalidRequest, "Missing x-amz-content-sha256"});
  // A good header over bad presign parameters passes.
  Spec spec;
  spec.query = "X-Amz-Credential=nonsense&X-Amz-Expires=x&X-Amz-Signature=1&X-Amz-Security-Token=t";
  built = build_header(spec);
  EXPECT_TRUE(world.authenticate(built.view(world)));
}

TEST(PresignedAuthentication, AcceptsAGoodUrl) {
  World world;
  const Built built = build_presigned(Spec{});
  const auto result = world.authenticate(built.view(world));
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_TRUE(result->presigned);
  EXPECT_EQ(result->payload, PayloadMode::Unsigned);
  EXPECT_EQ(result->principal.token.hex(), kKeyId);
}

TEST(PresignedAuthentication, NamesMissingParametersInItsOwnOrder) {
  World world;
  Spec spec;
  for (const char* name : {"X-Amz-Expires", "X-Amz-Algorithm", "X-Amz-Signature"}) {
    spec.parameters[name] = std::nullopt;
  }
  expect_refused(
      world, build_presigned(spec),
      {"three",
       {},
       ErrorCode::InvalidArgument,
       "Required search parameters X-Amz-Algorithm,  X-Amz-Signature,  X-Amz-Expires missing"});
  for (const std::string name : {"X-Amz-Algorithm", "X-Amz-Signature", "X-Amz-Date",
                                 "X-Amz-SignedHeaders", "X-Amz-Expires"}) {
    Spec one;
    one.parameters[name] = std::nullopt;
    expect_refused(
        world, build_presigned(one),
        {name, {}, ErrorCode::InvalidArgument, "Required search parameter " + name + " missing"});
  }
}

TEST(PresignedAuthentication, LivesFromAnyDateUntilItExpires) {
  const auto base = time_of(kAmzDate);
  const Built built = build_presigned(Spec{});
  for (const auto& [now, ok] :
       std::vector<std::pair<Timestamp, bool>>{{base - std::chrono::hours(24 * 365), true},
                                               {base + std::chrono::seconds(900), true},
                                               {base + std::chrono::milliseconds(900001), false}}) {
    World world;
    world.now = now;
    const auto result = world.authenticate(built.view(world));
    EXPECT_EQ(result.has_value(), ok);
    if (!ok) {
      EXPECT_EQ(result.error().code(), ErrorCode::ExpiredRequest);
    }
  }
}

TEST(PresignedAuthentication, ReadsExpiresAsANumber) {
  World world;
  const auto answer = [&](const std::string& expires) -> std::string {
    Spec spec;
    spec.parameters["X-Amz-Expires"] = expires;
    const Built built = build_presigned(spec);
    const auto result = world.authenticate(built.view(world));
    if (result) return "ok";
    if (result.error().code() == ErrorCode::ExpiredRequest) return "expired";
    return result.error().message().starts_with("X-Amz-Expires should") ? "no number" : "too long";
  };
  for (const auto& [expires, expected] :
       std::vector<std::pair<std::string, std::string>>{{"1", "ok"},
                                                        {"604800", "ok"},
                                                        {"604801", "too long"},
                                                        {"604800.5", "too long"},
                                                        {"1.5", "ok"},
                                                        {"1.", "ok"},
                                                        {".5", "expired"},
                                                        {"0", "expired"},
                                                        {"-1", "expired"},
                                                        {"-0", "expired"},
                                                        {"+900", "ok"},
                                                        {"9e2", "ok"},
                                                        {" 900 ", "ok"},
                                                        {"Infinity", "too long"},
                                                        {"+Infinity", "too long"},
                                                        {"-Infinity", "expired"},
                                                        {"1e999", "too long"},
                                                        {"1e-999", "expired"},
                                                        {"", "no number"},
                                                        {" ", "no number"},
                                                        {"abc", "no number"},
                                                        {"9 00", "no number"},
                                                        {"900s", "no number"},
                                                        {"inf", "no number"},
                                                        {"infinity", "no number"},
                                                        {"nan", "no number"},
                                                        {"NaN", "no number"},
                                                        {"0x10", "no number"},
                                                        {"--1", "no number"},
                                                        {"+-1", "no number"},
                                                        {".", "no number"},
                                                        {"1e", "no number"},
                                                        {"1,5", "no number"},
                                                        {"99999999999999999999", "too long"}}) {
    EXPECT_EQ(answer(expires), expected) << expires;
  }
}

TEST(PresignedAuthentication, TakesTheFirstOfARepeatedParameterAndSignsAll) {
  World world;
  Spec spec;
  spec.more_query = "&X-Amz-Expires=nonsense&X-Amz-Credential=other";
  Built built = build_presigned(spec);
  EXPECT_TRUE(world.authenticate(built.view(world)));
  built.query += "&X-Amz-Expires=1";
  EXPECT_FALSE(world.authenticate(built.view(world)));
}

TEST(PresignedAuthentication, NeverChecksABodyHash) {
  World world;
  Spec spec;
  spec.extra = {{"x-amz-content-sha256", std::string(64, 'a')}};
  spec.more_query = "&X-Amz-Content-Sha256=" + std::string(64, 'b');
  const Built built = build_presigned(spec);
  const auto result = world.authenticate(built.view(world));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->payload, PayloadMode::Unsigned);
}

SigningInput signing_input() {
  SigningInput input;
  input.method = "PUT";
  input.path = "/bucket/a%20b/c";
  input.query = "partNumber=1&uploadId=x%2Fy";
  input.headers.add("X-Amz-Meta-Z", "  padded   value ");
  input.headers.add("host", "localhost:9000");
  input.payload_hash = "UNSIGNED-PAYLOAD";
  input.access_key_id = kKeyId;
  input.secret_access_key = kSecret;
  input.time = time_of(kAmzDate);
  return input;
}

TEST(SignRequest, MakesHeadersThatAuthenticate) {
  World world;
  SigningInput input = signing_input();
  input.headers.add("x-amz-date", kAmzDate);
  input.headers.add("x-amz-content-sha256", input.payload_hash);
  Built built{input.method, input.path, input.query, input.headers};
  const std::string authorization = sign_request(input);
  EXPECT_NE(authorization.find("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-meta-z,"),
            std::string::npos);
  built.headers.add("authorization", authorization);
  const auto result = world.authenticate(built.view(world));
  EXPECT_TRUE(result) << result.error().describe();
}

TEST(PresignQuery, MakesUrlsThatAuthenticate) {
  World world;
  const SigningInput input = signing_input();
  const Built built{input.method, input.path, presign_query(input, 60), input.headers};
  const auto result = world.authenticate(built.view(world));
  EXPECT_TRUE(result) << result.error().describe();
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
TEST(PresignQuery, ReproducesThePublishedUrl) {
  SigningInput input;
  input.method = "GET";
  input.path = "/test.txt";
  input.headers.add("host", "examplebucket.s3.amazonaws.com");
  input.access_key_id = "AKIAIOSFODNN7EXAMPLE";
  input.secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  input.region = "us-east-1";
  input.time = time_of("20130524T000000Z");
  EXPECT_EQ(presign_query(input, 86400),
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2F"
            "us-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&"
            "X-Amz-SignedHeaders=host&X-Amz-Signature="
            "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(Authentication, AcceptsWhateverWasSignedOverRandomRequests) {
  std::mt19937 engine(20261124);  // repeatable
  const auto below = [&](std::size_t n) { return engine() % n; };
  const std::string path_bytes = "abcZ019-._~!$&'()*+,;=:@%/|{}^ \"<>\xc3\xa9";
  const std::string query_bytes = "abcZ019-._~!$'()*+,;:@%/?=&|{}^\xc3\xa9";
  const std::string value_bytes = "ab  \t,;:=\"'~\xc3\xa9";
  const auto text = [&](const std::string& alphabet, std::size_t most) {
    std::string out;
    for (std::size_t i = below(most + 1); i > 0; --i)
      out.push_back(alphabet[below(alphabet.size())]);
    return out;
  };
  World world;
  for (int round = 0; round < 2000; ++round) {
    SigningInput input = signing_input();
    input.method = below(2) == 0 ? "GET" : "PUT";
    input.path = "/" + text(path_bytes, 40);
    input.query = text(query_bytes, 40);
    input.headers.clear();
    input.headers.add("Host", "h" + text("abc.:", 8));
    for (std::size_t i = below(6); i > 0; --i) {
      input.headers.add("x-amz-meta-" + text("aB", 2), text(value_bytes, 12));
    }
    const bool presigned = below(2) == 0;
    Built built{input.method, input.path, input.query, input.headers};
    if (presigned) {
      built.query = presign_query(input, 1 + static_cast<std::uint32_t>(below(604800)));
    } else {
      input.headers.add("X-Amz-Date", kAmzDate);
      input.headers.add("X-Amz-Content-Sha256", input.payload_hash);
      built.headers = input.headers;
      built.headers.add("Authorization", sign_request(input));
    }
    const auto result = world.authenticate(built.view(world));
    ASSERT_TRUE(result) << round << " " << built.path << "?" << built.query << "\n"
                        << result.error().describe();
    EXPECT_EQ(result->presigned, presigned);
    // A changed path never passes.
    built.path.push_back('x');
    const auto changed = world.authenticate(built.view(world));
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().code(), ErrorCode::SignatureDoesNotMatch);
  }
}

}  // namespace
}  // namespace coffer::auth
