#include "auth/sigv4_core.h"

#include "auth/canonical.h"
#include "auth/temporary_credential.h"
#include "auth/unsigned_headers.h"
#include "auth/usability.h"
#include "base/codec.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace coffer::auth {
namespace {

using namespace std::string_view_literals;

// r2-observed.md 2.1 rows 4 and 7-8, 2.2 row 6; the length is r2-s3.md 2.2 row 7.
constexpr auto kMaxSkew = std::chrono::minutes(15);
constexpr double kExpiresMaxSeconds = 604800;
constexpr std::size_t kAccessKeyIdLength = 32;
constexpr std::size_t kScopeDateLength = 8;
constexpr auto kService = "s3"sv;
constexpr auto kTerminator = "aws4_request"sv;
constexpr auto kSecurityToken = "X-Amz-Security-Token"sv;

constexpr auto kUnsignedPayload = "UNSIGNED-PAYLOAD"sv;
constexpr auto kUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"sv;
constexpr auto kSignedChunks = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"sv;
constexpr auto kSignedChunksTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"sv;
constexpr auto kEcdsaPrefix = "STREAMING-AWS4-ECDSA-"sv;

constexpr std::array kLocationHints{"wnam"sv, "enam"sv, "weur"sv, "eeur"sv, "apac"sv, "oc"sv};

/// A mismatch echoes what the server signed; past this many bytes of it nobody reads on, and the
/// answer would be many times the request.
constexpr std::size_t kEchoMaxBytes = 16 * 1024;

/// Stands in for the secret of a token that may not be used, so that a refusal takes as long
/// whatever its reason. A signature made with it is refused as well.
constexpr auto kAbsentSecret = "0000000000000000000000000000000000000000000000000000000000000000"sv;

Error refuse(ErrorCode code, std::string message) {
  return Error::with_message(code, std::move(message));
}
Error invalid_argument(std::string message) {
  return refuse(ErrorCode::InvalidArgument, std::move(message));
}
Error unauthorized() { return refuse(ErrorCode::Unauthorized, "Unauthorized"); }
/// R2 answers Basic, Bearer and SigV2 alike. (r2-s3.md section 2 quotes a 401 for SigV2 from an
/// older report; r2-observed.md 2.1 row 5 is the newer observation of the wire and decides.)
Error unsupported_algorithm() {
  return refuse(ErrorCode::InvalidRequest, "Please use AWS4-HMAC-SHA256");
}

std::string joined(std::initializer_list<std::string_view> pieces) {
  std::string out;
  for (std::string_view piece : pieces) out.append(piece);
  return out;
}

/// The field's value; repeated fields joined as a client that signs them would. Joined, no date and
/// no payload hash is well formed, so a request cannot show one value here and another elsewhere.
std::optional<std::string> joined_field(const HeaderList& headers, std::string_view name) {
  std::optional<std::string> out;
  for (const Header& header : headers) {
    if (!equals_ignore_case(header.name, name)) continue;
    if (out) {
      out->append(",").append(header.value);
    } else {
      out = header.value;
    }
  }
  return out;
}

/// `Credential=<id>/<date>/<region>/s3/aws4_request`; views into the field.
struct Credential {
  std::string_view access_key_id;
  std::string_view date;
  std::string_view region;
  std::string_view scope;  ///< all after the access key id
};

/// Rows 6 to 9 of r2-observed.md 2.1, with the length and the region of r2-s3.md 2.2 rows 7 and 10.
Result<Credential> parse_credential(std::string_view field, std::string_view amz_date) {
  const auto parts = std::count(field.begin(), field.end(), '/') + 1;
  if (parts < 5) {
    return invalid_argument(
        "Credential sigv4 header should have at least 5 slash-separated parts, not " +
        std::to_string(parts));
  }
  // Extra slashes belong to the access key id, so the parts are taken from the end.
  std::string_view rest = field;
  const auto take_last = [&rest] {
    const std::size_t slash = rest.rfind('/');
    const std::string_view part = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
    return part;
  };
  const std::string_view terminator = take_last();
  const std::string_view service = take_last();
  Credential credential;
  credential.region = take_last();
  credential.date = take_last();
  credential.access_key_id = rest;
  credential.scope = field.substr(rest.size() + 1);
  if (rest.size() != kAccessKeyIdLength) {
    return invalid_argument("Invalid Argument: Credential access key has length " +
                            std::to_string(rest.size()) + ", should be 32");
  }
  if (service != kService) {
    return invalid_argument(joined({"Credential service should be s3, not ", service}));
  }
  if (terminator != kTerminator) {
    return invalid_argument(
        joined({"Credential termination string should be aws4_request, not ", terminator}));
  }
  if (!is_accepted_region(credential.region)) {
    return refuse(
        ErrorCode::InvalidRegionName,
        joined({"The region name '", credential.region,
                "' is not valid. Must be one of: wnam, enam, weur, eeur, apac, oc, auto"}));
  }
  const std::string_view day = amz_date.substr(0, kScopeDateLength);
  if (credential.date != day) {
    return invalid_argument(joined({"Credential signed date ", credential.date, " does not match ",
                                    day, " from 'x-amz-date' header"}));
  }
  return credential;
}

/// The components of an Authorization value. Names are case-sensitive, the last of a name wins,
/// unknown ones are ignored.
struct AuthorizationFields {
  std::string_view credential;
  std::string_view signed_headers;
  std::string_view signature;
};
std::optional<AuthorizationFields> parse_authorization(std::string_view value) {
  if (!value.starts_with(kAlgorithm)) return std::nullopt;
  value.remove_prefix(kAlgorithm.size());
  if (!value.starts_with(' ')) return std::nullopt;
  std::optional<std::string_view> credential, signed_headers, signature;
  for (;;) {
    const std::size_t end = value.find(',');
    const std::string_view component = value.substr(0, end);
    const std::size_t equals = component.find('=');
    if (equals != std::string_view::npos) {
      const std::string_view name = trim_ascii(component.substr(0, equals));
      const std::string_view text = trim_ascii(component.substr(equals + 1));
      if (name == "Credential") credential = text;
      if (name == "SignedHeaders") signed_headers = text;
      if (name == "Signature") signature = text;
    }
    if (end == std::string_view::npos) break;
    value.remove_prefix(end + 1);
  }
  if (!credential || !signed_headers || !signature) return std::nullopt;
  return AuthorizationFields{*credential, *signed_headers, *signature};
}

/// Lower-case hex of each byte, separated by single spaces.
std::string byte_dump(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size() * 3);
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (!out.empty()) out.push_back(' ');
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
  return out;
}

/// `canonical` null: not to be shown.
Error signature_does_not_match(std::string_view to_sign, const std::string* canonical,
                               std::string_view provided) {
  to_sign = to_sign.substr(0, kEchoMaxBytes);
  Error error = refuse(ErrorCode::SignatureDoesNotMatch,
                       "The request signature we calculated does not match the signature you "
                       "provided. Check your secret access key and signing method.");
  error.add_field("StringToSign", std::string(to_sign))
      .add_field("StringToSignBytes", byte_dump(to_sign));
  if (canonical != nullptr) {
    const std::string_view shown = std::string_view(*canonical).substr(0, kEchoMaxBytes);
    error.add_field("CanonicalRequest", std::string(shown))
        .add_field("CanonicalRequestBytes", byte_dump(shown));
  }
  error.add_field("SignatureProvided", std::string(provided.substr(0, kEchoMaxBytes)));
  return error;
}

/// What both methods check a signature over; all borrowed.
struct SignatureInput {
  const RequestView& request;
  const Credential& credential;
  std::string_view amz_date;
  const SignedHeaders& signed_headers;
  std::string_view payload_hash;
  std::string_view provided;
  bool presigned;
  std::optional<std::string_view> session_token;
};

/// Whether the canonical request may hold a session token, which is a secret; also where none
/// belongs, or misspelt.
bool mentions_session_token(const RequestView& request) {
  if (request.headers.contains(kSecurityToken)) return true;
  const std::vector<QueryParameter> parameters = parse_query(request.query);
  return std::any_of(parameters.begin(), parameters.end(), [](const QueryParameter& parameter) {
    return equals_ignore_case(parameter.name, kSecurityToken);
  });
}

/// The signature itself, made with `secret`; the key it was made with when it holds.
Result<SigningKey> verify_signature(const SignatureInput& input, std::string_view secret,
                                    SigningKeyCache& cache) {
  const CanonicalParts parts{.method = input.request.method,
                             .path = input.request.path,
                             .raw_query = input.request.query,
                             .headers = input.request.headers,
                             .signed_headers = input.signed_headers,
                             .payload_hash = input.payload_hash,
                             .presigned = input.presigned};
  const std::optional<std::string> canonical = canonical_request(parts);
  if (!canonical) {
    return refuse(ErrorCode::InvalidRequest, "The list of signed headers is too long.");
  }
  const std::string to_sign = string_to_sign(input.amz_date, input.credential.scope, *canonical);
  SigningKey key = cache.get(secret, input.credential.date, input.credential.region);
  if (!constant_time_equals(hex_encode(key.hmac.mac(to_sign)), input.provided)) {
    // Clients and proxies log error answers.
    const bool show = !mentions_session_token(input.request);
    return signature_does_not_match(to_sign, show ? &*canonical : nullptr, input.provided);
  }
  return key;
}

/// The token behind an access key id if it may be used now; null otherwise, whatever the reason.
std::shared_ptr<const TokenEntry> find_usable(std::string_view access_key_id,
                                              const RequestView& request,
                                              const AuthenticationContext& context) {
  const std::optional<TokenId> id = TokenId::parse(access_key_id);
  if (!id) return nullptr;
  std::shared_ptr<const TokenEntry> entry = context.find(*id);
  if (!entry) return nullptr;
  if (usability_of(entry->token, request.client, context.now) != Usability::Usable) return nullptr;
  return entry;
}

/// An unusable token costs what a usable one costs, and is refused whatever the signature.
Error refuse_unusable(const SignatureInput& input, const AuthenticationContext& context) {
  if (input.session_token) {
    TokenEntry absent;
    absent.secret_access_key = kAbsentSecret;
    const auto ignored =
        verify_session_token(*input.session_token, absent, Audiences(), context.now);
    static_cast<void>(ignored);
  }
  const Result<SigningKey> ignored = verify_signature(input, kAbsentSecret, context.cache);
  static_cast<void>(ignored);
  return unauthorized();
}

/// Whose secret the request is signed with: a token's, or that of a temporary credential of it.
struct Signer {
  std::shared_ptr<const TokenEntry> token;
  std::shared_ptr<const TemporarySession> session;  ///< null: the token itself
  const std::string& secret() const {
    return session ? session->secret_access_key : token->secret_access_key;
  }
};

/// Unauthorized when the token may not be used, and what `verify_session_token` says.
Result<Signer> find_signer(const SignatureInput& input, const AuthenticationContext& context) {
  Signer signer;
  signer.token = find_usable(input.credential.access_key_id, input.request, context);
  if (!signer.token) return refuse_unusable(input, context);
  if (!input.session_token) return signer;
  if (context.sessions == nullptr) return invalid_argument(std::string(kSecurityToken));
  TRY(signer.session, context.sessions->verify(*input.session_token, *signer.token, context.now));
  return signer;
}

Principal principal_of(const Signer& signer, const RequestView& request) {
  Principal principal;
  principal.token = signer.token->token.id;
  principal.secret_generation = signer.token->token.secret_generation;
  principal.client = request.client;
  if (signer.session) {
    principal.scope = {signer.session, &signer.session->scope};
    principal.account = signer.session->scope.account;
  } else if (const AccountId* account = signer.token->token.account()) {
    principal.account = *account;
  }
  return principal;
}

bool has_parameter(const std::vector<QueryParameter>& parameters, std::string_view name) {
  return std::any_of(parameters.begin(), parameters.end(),
                     [name](const QueryParameter& p) { return p.name == name; });
}

/// The session token of a request with an Authorization header. Shown twice, or in the query as
/// well, it is refused: somebody behind us could read the other one.
Result<std::optional<std::string_view>> session_token_in_header(const RequestView& request) {
  const std::vector<std::string_view> values = request.headers.find_all(kSecurityToken);
  if (values.empty()) return std::optional<std::string_view>();
  if (values.size() > 1 || has_parameter(parse_query(request.query), kSecurityToken)) {
    return invalid_argument(std::string(kSecurityToken));
  }
  return std::optional(values.front());
}

/// The session token of a presigned URL, whose query alone carries it; borrows `parameters`.
Result<std::optional<std::string_view>> session_token_in_query(
    const RequestView& request, const std::vector<QueryParameter>& parameters) {
  std::optional<std::string_view> token;
  bool repeated = false;
  for (const QueryParameter& parameter : parameters) {
    if (parameter.name != kSecurityToken) continue;
    repeated = repeated || token;
    token = parameter.value;
  }
  if (repeated || request.headers.contains(kSecurityToken)) {
    return invalid_argument(std::string(kSecurityToken));
  }
  return token;
}

/// As `refuse_unsigned_headers` says it of a presigned URL.
Error session_token_not_signed() {
  Error error = refuse(ErrorCode::AccessDenied,
                       "There were headers present in the request which were not signed");
  error.add_field("HeadersNotSigned", to_lower_ascii(kSecurityToken));
  return error;
}

/// r2-s3.md 2.3. Runs after the signature holds. A value that means nothing is refused rather than
/// left unchecked, as the local emulator leaves it: a mistyped hash must not pass for a verified
/// one.
Result<PayloadMode> parse_payload_mode(std::string_view value, bool strict) {
  if (is_sha256_hex(value)) return PayloadMode::Literal;
  if (value == kUnsignedPayload) return PayloadMode::Unsigned;
  if (value == kUnsignedTrailer) return PayloadMode::UnsignedTrailer;
  const bool signed_chunks = value == kSignedChunks || value == kSignedChunksTrailer;
  if ((signed_chunks && strict) || value.starts_with(kEcdsaPrefix)) {
    return refuse(ErrorCode::NotImplemented, joined({value, " not implemented"}));
  }
  if (value == kSignedChunks) return PayloadMode::SignedChunks;
  if (value == kSignedChunksTrailer) return PayloadMode::SignedChunksTrailer;
  return invalid_argument(
      "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
      "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid "
      "sha256 value.");
}

/// r2-observed.md 2.1, row by row.
Result<Authenticated> authenticate_header(const RequestView& request,
                                          const AuthenticationContext& context,
                                          std::string_view authorization) {
  const std::optional<std::string> payload_hash =
      joined_field(request.headers, "x-amz-content-sha256");
  if (!payload_hash) return refuse(ErrorCode::InvalidRequest, "Missing x-amz-content-sha256");

  std::string_view source = "x-amz-date";
  std::optional<std::string> amz_date = joined_field(request.headers, source);
  if (!amz_date) {
    source = "date";
    amz_date = joined_field(request.headers, source);
  }
  if (!amz_date) return invalid_argument("No date provided in x-amz-date nor date header");
  Timestamp date;
  if (!parse_amz_date(*amz_date, date)) {
    return invalid_argument(joined(
        {"Date provided in '", source, "' header (", *amz_date, ") didn't parse successfully"}));
  }
  if (date > context.now + kMaxSkew || date < context.now - kMaxSkew) {
    return refuse(ErrorCode::RequestTimeTooSkewed,
                  "The difference between the request time and the server's time is too large.");
  }

  const std::optional<AuthorizationFields> fields = parse_authorization(authorization);
  if (!fields) return unsupported_algorithm();
  TRY(const Credential credential, parse_credential(fields->credential, *amz_date));

  TRY(const auto session_token, session_token_in_header(request));
  const SignedHeaders signed_headers(fields->signed_headers);
  const SignatureInput input{.request = request,
                             .credential = credential,
                             .amz_date = *amz_date,
                             .signed_headers = signed_headers,
                             .payload_hash = *payload_hash,
                             .provided = fields->signature,
                             .presigned = false,
                             .session_token = session_token};
  TRY(const Signer signer, find_signer(input, context));
  if (!signed_headers.contains("host")) return unauthorized();
  if (session_token && !signed_headers.contains("x-amz-security-token")) {
    return session_token_not_signed();
  }
  TRY(const SigningKey key, verify_signature(input, signer.secret(), context.cache));

  Authenticated result;
  TRY(result.payload, parse_payload_mode(*payload_hash, context.strict));
  result.principal = principal_of(signer, request);
  if (result.payload == PayloadMode::Literal) result.payload_sha256_hex = *payload_hash;
  if (result.payload == PayloadMode::SignedChunks ||
      result.payload == PayloadMode::SignedChunksTrailer) {
    ChunkSigning& chunks = result.chunks.emplace();
    chunks.signing_key = key.bytes;
    chunks.scope = credential.scope;
    chunks.amz_date = *amz_date;
    chunks.seed_signature = fields->signature;
  }
  return result;
}

/// The first value of a query parameter, named exactly.
const std::string* find_parameter(const std::vector<QueryParameter>& parameters,
                                  std::string_view name) {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [name](const QueryParameter& p) { return p.name == name; });
  return found == parameters.end() ? nullptr : &found->value;
}

/// r2-observed.md 2.2, row by row.
Result<Authenticated> authenticate_presigned(const RequestView& request,
                                             const AuthenticationContext& context,
                                             const std::vector<QueryParameter>& parameters,
                                             const std::string& credential_field) {
  // In the order R2 lists them.
  constexpr std::array kRequired{"X-Amz-Algorithm"sv, "X-Amz-Signature"sv, "X-Amz-Date"sv,
                                 "X-Amz-SignedHeaders"sv, "X-Amz-Expires"sv};
  std::array<const std::string*, kRequired.size()> values{};
  std::string missing;
  std::size_t missing_count = 0;
  for (std::size_t i = 0; i < kRequired.size(); ++i) {
    values[i] = find_parameter(parameters, kRequired[i]);
    if (values[i]) continue;
    if (missing_count++ > 0) missing.append(",  ");
    missing.append(kRequired[i]);
  }
  if (missing_count > 0) {
    return invalid_argument(joined(
        {missing_count == 1 ? "Required search parameter "sv : "Required search parameters "sv,
         missing, " missing"}));
  }
  const auto& [algorithm, signature, amz_date, signed_headers_field, expires_field] = values;

  if (*algorithm != kAlgorithm) return unsupported_algorithm();
  Timestamp date;
  if (!parse_amz_date(*amz_date, date)) {
    return invalid_argument(
        joined({"Date provided in X-Amz-Date (", *amz_date, ") didn't parse successfully"}));
  }
  TRY(const Credential credential, parse_credential(credential_field, *amz_date));
  TRY(const auto session_token, session_token_in_query(request, parameters));

  const SignedHeaders signed_headers(*signed_headers_field);
  const SignatureInput input{.request = request,
                             .credential = credential,
                             .amz_date = *amz_date,
                             .signed_headers = signed_headers,
                             .payload_hash = kUnsignedPayload,
                             .provided = *signature,
                             .presigned = true,
                             .session_token = session_token};
  TRY(const Signer signer, find_signer(input, context));

  const std::optional<double> expires = parse_expires(*expires_field);
  if (!expires) return invalid_argument("X-Amz-Expires should be a number");
  if (*expires > kExpiresMaxSeconds) {
    return invalid_argument(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires "
        "must "
        "be less than 604800 seconds");
  }
  // Both sides fit a double exactly: milliseconds since 1970 are below 2^53 until the year 287396.
  const auto as_ms = [](Timestamp time) {
    return static_cast<double>(time.time_since_epoch().count());
  };
  if (*expires < 1 || as_ms(context.now) > as_ms(date) + *expires * 1000) {
    return refuse(ErrorCode::ExpiredRequest, "Request has expired");
  }
  if (!signed_headers.contains("host")) return unauthorized();
  TRY_VOID(verify_signature(input, signer.secret(), context.cache));
  TRY_VOID(refuse_unsigned_headers(request.headers, signed_headers, context.strict));

  Authenticated result;
  result.principal = principal_of(signer, request);
  result.presigned = true;
  return result;
}

}  // namespace

bool is_accepted_region(std::string_view region) {
  if (region.empty() || region == "auto" || region == "us-east-1") return true;
  return std::any_of(kLocationHints.begin(), kLocationHints.end(), [region](std::string_view hint) {
    if (region == hint) return true;
    return region.size() == hint.size() &&
           std::equal(region.begin(), region.end(), hint.begin(),
                      [](char upper, char lower) { return upper == lower - 'a' + 'A'; });
  });
}

std::optional<double> parse_expires(std::string_view text) {
  text = trim_ascii(text);
  bool negative = false;
  if (text.starts_with('+') || text.starts_with('-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  double value = 0;
  if (text == "Infinity") {
    value = std::numeric_limits<double>::infinity();
  } else {
    // from_chars also reads `inf` and `nan`, and a sign of its own.
    const bool decimal =
        !text.empty() && (text.front() == '.' || (text.front() >= '0' && text.front() <= '9'));
    if (!decimal) return std::nullopt;
    const char* end = text.data() + text.size();
    const auto [rest, status] = std::from_chars(text.data(), end, value);
    if (rest != end || status == std::errc::invalid_argument) return std::nullopt;
    if (status == std::errc::result_out_of_range) {
      const bool tiny =
          text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
      value = tiny ? 0 : std::numeric_limits<double>::infinity();
    }
  }
  return negative ? -value : value;
}

bool is_sha256_hex(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Result<Authenticated> authenticate_request(const RequestView& request,
                                           const AuthenticationContext& context) {
  // The header decides alone when it is there and not empty.
  if (const auto authorization = joined_field(request.headers, "authorization");
      authorization && !authorization->empty()) {
    return authenticate_header(request, context, *authorization);
  }
  if (!request.query.empty()) {
    const std::vector<QueryParameter> parameters = parse_query(request.query);
    if (const std::string* credential = find_parameter(parameters, "X-Amz-Credential")) {
      return authenticate_presigned(request, context, parameters, *credential);
    }
  }
  return invalid_argument("Authorization");
}

}  // namespace coffer::auth
