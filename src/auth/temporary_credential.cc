#include "auth/temporary_credential.h"

#include "auth/sigv4_core.h"
#include "auth/sigv4_hmac.h"
#include "base/codec.h"

#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace coffer::auth {
namespace {

namespace json = boost::json;
using namespace std::string_view_literals;
using Operations = std::bitset<static_cast<std::size_t>(kOperationCount)>;

constexpr auto kTokenPrefix = "jwt/"sv;
constexpr auto kAlgorithmName = "HS256"sv;
/// The claims are an object, `paths` one in it, with arrays.
constexpr std::size_t kJsonDepthMax = 3;
/// The year 9999; later seconds have no place in a Timestamp.
constexpr std::int64_t kSecondsMax = 253402300799;

/// cloudflare-api.md section 5, "Valid actions".
constexpr std::array kActions{
    OperationName::HeadObject,
    OperationName::GetObject,
    OperationName::GetBucketLocation,
    OperationName::ListObjectsV1,
    OperationName::ListObjectsV2,
    OperationName::ListMultipartUploads,
    OperationName::ListParts,
    OperationName::PutObject,
    OperationName::DeleteObject,
    OperationName::DeleteObjects,
    OperationName::CopyObject,
    OperationName::CreateMultipartUpload,
    OperationName::UploadPart,
    OperationName::UploadPartCopy,
    OperationName::AbortMultipartUpload,
    OperationName::CompleteMultipartUpload,
};

bool is_temporary_action(OperationName operation) {
  return std::find(kActions.begin(), kActions.end(), operation) != kActions.end();
}

/// What the client reads names no reason: whoever made the token knows, and whoever guesses should
/// not. `reason` holds nothing of the token.
Error invalid_token(std::string_view reason) {
  Error error = Error::with_message(ErrorCode::InvalidArgument, "X-Amz-Security-Token");
  error.add_context(reason);
  return error;
}

Error bad_request(std::string message) {
  return Error::with_message(ErrorCode::InvalidArgument, std::move(message));
}

// --- Making one.

json::object claims_of(const NewTemporaryCredential& request, std::int64_t issued_s) {
  json::object claims;
  claims["sub"] = request.account.hex();
  claims["iss"] = request.parent.hex();
  claims["aud"] = request.audience;
  claims["iat"] = issued_s;
  claims["exp"] = issued_s + request.ttl.count();
  claims["bucket"] = request.bucket;
  if (request.permission) claims["scope"] = to_string(*request.permission);
  if (!request.operations.empty()) {
    json::array actions;
    for (const OperationName operation : request.operations) {
      actions.emplace_back(to_string(operation));
    }
    claims["actions"] = std::move(actions);
  }
  if (!request.prefixes.empty() || !request.objects.empty()) {
    json::object paths;
    paths["prefixPaths"] = json::array(request.prefixes.begin(), request.prefixes.end());
    paths["objectPaths"] = json::array(request.objects.begin(), request.objects.end());
    claims["paths"] = std::move(paths);
  }
  return claims;
}

Result<> check_paths(const NewTemporaryCredential& request) {
  if (request.prefixes.size() + request.objects.size() > kTemporaryPathsMax) {
    return bad_request("There are more than " + std::to_string(kTemporaryPathsMax) +
                       " prefixes and objects.");
  }
  const auto check = [](const std::vector<std::string>& texts, const std::string& kind) {
    for (const std::string& text : texts) {
      if (ObjectKey::parse(text)) continue;
      return Result<>(bad_request("Each " + kind + " must have 1 to " +
                                  std::to_string(ObjectKey::kMaxBytes) + " bytes of UTF-8."));
    }
    return ok();
  };
  TRY_VOID(check(request.prefixes, "prefix"));
  return check(request.objects, "object");
}

Result<> check(const NewTemporaryCredential& request) {
  if (!is_sha256_hex(request.parent_secret)) {
    return bad_request("The parent's Secret Access Key must be 64 lower-case hex digits.");
  }
  if (!BucketName::parse(request.bucket)) return bad_request("The bucket's name is not valid.");
  if (!is_audience(request.audience)) {
    return bad_request("The audience must be the host of an endpoint, in lower case.");
  }
  if (request.ttl < std::chrono::seconds(1) || request.ttl > kTemporaryTtlMax) {
    return bad_request("The time to live must be 1 to " + std::to_string(kTemporaryTtlMax.count()) +
                       " seconds.");
  }
  if (!request.permission && request.operations.empty()) {
    return bad_request("A permission or at least one action must be given.");
  }
  for (const OperationName operation : request.operations) {
    if (is_temporary_action(operation)) continue;
    return bad_request(std::string(to_string(operation)) +
                       " is no action that a temporary credential can name.");
  }
  return check_paths(request);
}

// --- Verifying one.

/// Refuses an object that names a member twice: which one counts would be the reader's choice.
struct DuplicateFinder {
  static constexpr std::size_t max_object_size = kSessionTokenMaxBytes;
  static constexpr std::size_t max_array_size = kSessionTokenMaxBytes;
  static constexpr std::size_t max_key_size = kSessionTokenMaxBytes;
  static constexpr std::size_t max_string_size = kSessionTokenMaxBytes;
  using Status = json::error_code;

  bool on_document_begin(Status&) { return true; }
  bool on_document_end(Status&) { return true; }
  bool on_object_begin(Status&) {
    names.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, Status&) {
    names.pop_back();
    return true;
  }
  bool on_array_begin(Status&) { return true; }
  bool on_array_end(std::size_t, Status&) { return true; }
  bool on_key_part(json::string_view text, std::size_t, Status&) {
    name.append(text.data(), text.size());
    return true;
  }
  bool on_key(json::string_view text, std::size_t, Status& status) {
    name.append(text.data(), text.size());
    if (!names.back().insert(std::exchange(name, {})).second) status = json::error::syntax;
    return !status;
  }
  bool on_string_part(json::string_view, std::size_t, Status&) { return true; }
  bool on_string(json::string_view, std::size_t, Status&) { return true; }
  bool on_number_part(json::string_view, Status&) { return true; }
  bool on_int64(std::int64_t, json::string_view, Status&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, Status&) { return true; }
  bool on_double(double, json::string_view, Status&) { return true; }
  bool on_bool(bool, Status&) { return true; }
  bool on_null(Status&) { return true; }
  bool on_comment_part(json::string_view, Status&) { return true; }
  bool on_comment(json::string_view, Status&) { return true; }

  std::vector<std::set<std::string>> names;  ///< of the objects that are open
  std::string name;
};

/// One JSON object without duplicate members, and nothing after it.
std::optional<json::object> parse_object(std::string_view text) {
  json::parse_options options;
  options.max_depth = kJsonDepthMax;
  json::error_code status;
  json::basic_parser<DuplicateFinder> finder(options);
  const std::size_t read = finder.write_some(false, text.data(), text.size(), status);
  if (status || read != text.size()) return std::nullopt;
  json::value value = json::parse(json::string_view(text.data(), text.size()), status, {}, options);
  if (status || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

std::optional<std::string> text_of(const json::value& value) {
  const json::string* text = value.if_string();
  if (text == nullptr) return std::nullopt;
  return std::string(text->data(), text->size());
}

/// HS256 and nothing but that: a member that we do not know (`crit`, `b64`, `zip`, `kid`, ...)
/// would have to be understood.
bool is_expected_header(std::string_view encoded) {
  const auto decoded = base64url_decode(encoded);
  const auto header = decoded ? parse_object(*decoded) : std::nullopt;
  if (!header) return false;
  bool algorithm = false;
  for (const auto& [name, value] : *header) {
    const json::string* text = value.if_string();
    if (text == nullptr) return false;
    if (name == "alg" && *text == kAlgorithmName) {
      algorithm = true;
    } else if (name != "typ" || *text != "JWT") {
      return false;
    }
  }
  return algorithm;
}

struct Claims {
  std::optional<std::string> sub, iss, aud, bucket;
  std::optional<std::int64_t> iat, exp;
  std::optional<Preset> scope;
  std::optional<Operations> actions;
  std::optional<TemporaryScope::Paths> paths;
};

std::optional<std::int64_t> seconds_of(const json::value& value) {
  const std::int64_t* seconds = value.if_int64();
  if (seconds == nullptr || *seconds < 0 || *seconds > kSecondsMax) return std::nullopt;
  return *seconds;
}

std::optional<Operations> operations_of(const json::value& value) {
  const json::array* names = value.if_array();
  if (names == nullptr) return std::nullopt;
  Operations operations;
  for (const json::value& each : *names) {
    const auto name = text_of(each);
    const auto operation = name ? parse_temporary_action(*name) : std::nullopt;
    if (!operation) return std::nullopt;
    operations.set(static_cast<std::size_t>(*operation));
  }
  return operations;
}

bool read_keys(const json::value& value, std::vector<std::string>& out) {
  const json::array* texts = value.if_array();
  if (texts == nullptr || texts->size() > kTemporaryPathsMax) return false;
  for (const json::value& each : *texts) {
    const auto text = text_of(each);
    if (!text) return false;
    const auto key = ObjectKey::parse(*text);
    if (!key) return false;
    out.push_back(key->nfc());
  }
  return true;
}

/// Either list may be missing, and is empty then.
std::optional<TemporaryScope::Paths> paths_of(const json::value& value) {
  const json::object* members = value.if_object();
  if (members == nullptr) return std::nullopt;
  TemporaryScope::Paths paths;
  for (const auto& [name, list] : *members) {
    const bool read = name == "prefixPaths"   ? read_keys(list, paths.prefixes)
                      : name == "objectPaths" ? read_keys(list, paths.objects)
                                              : false;
    if (!read) return std::nullopt;
  }
  if (paths.prefixes.size() + paths.objects.size() > kTemporaryPathsMax) return std::nullopt;
  return paths;
}

/// False for a claim we do not know, which may narrow what is granted, and for one of another form.
bool read_claim(std::string_view name, const json::value& value, Claims& claims) {
  const auto text = [&value](std::optional<std::string>& out) {
    out = text_of(value);
    return out.has_value();
  };
  if (name == "sub") return text(claims.sub);
  if (name == "iss") return text(claims.iss);
  if (name == "aud") return text(claims.aud);
  if (name == "bucket") return text(claims.bucket);
  if (name == "iat") return (claims.iat = seconds_of(value)).has_value();
  if (name == "exp") return (claims.exp = seconds_of(value)).has_value();
  if (name == "actions") return (claims.actions = operations_of(value)).has_value();
  if (name == "paths") return (claims.paths = paths_of(value)).has_value();
  if (name == "scope") {
    const auto preset = text_of(value);
    return preset && (claims.scope = parse_preset(*preset)).has_value();
  }
  return false;
}

Result<Claims> read_claims(std::string_view encoded) {
  const auto decoded = base64url_decode(encoded);
  const auto object = decoded ? parse_object(*decoded) : std::nullopt;
  if (!object) return invalid_token("the claims are no JSON object of distinct names");
  Claims claims;
  for (const auto& [name, value] : *object) {
    if (read_claim(std::string_view(name.data(), name.size()), value, claims)) continue;
    return invalid_token("a claim is unknown or not of its form");
  }
  const bool complete = claims.sub && claims.iss && claims.aud && claims.bucket && claims.iat &&
                        claims.exp && (claims.scope || claims.actions);
  if (!complete) return invalid_token("a claim is missing");
  return claims;
}

/// What a preset's group grants.
ActionSet actions_of(Preset preset, AccountId account) {
  const auto policies = policies_of_preset(preset, account, {});
  ActionSet actions;
  for (const Policy& policy : *policies) {
    for (const PermissionGroup* group : policy.groups) actions = actions | group->actions;
  }
  return actions;
}

Timestamp time_of(std::int64_t seconds) { return Timestamp(std::chrono::seconds(seconds)); }

Result<> check_time(const Claims& claims, Timestamp now) {
  if (*claims.exp <= *claims.iat || *claims.exp - *claims.iat > kTemporaryTtlMax.count()) {
    return invalid_token("it is valid for no time or for too long");
  }
  if (time_of(*claims.iat) > now + kTemporarySkewMax) {
    return invalid_token("it was issued in the future");
  }
  return ok();
}

Error expired() { return Error::with_message(ErrorCode::ExpiredRequest, "Request has expired"); }

/// The claims as a scope, if they are about this parent and this installation.
Result<TemporaryScope> scope_of(Claims claims, const Token& parent, const Audiences& audiences) {
  TemporaryScope scope;
  if (*claims.iss != parent.id.hex()) return invalid_token("iss is another access key");
  const auto account = AccountId::parse(*claims.sub);
  if (!account) return invalid_token("sub is no account id");
  // A user's token acts in several accounts: sub says in which, and the authorizer decides.
  if (parent.account() != nullptr && *parent.account() != *account) {
    return invalid_token("sub is not the account of the access key");
  }
  const auto audience = audiences.find(*claims.aud);
  if (!audience) return invalid_token("aud is none of this server's endpoints");
  if (audience->account && *audience->account != *account) {
    return invalid_token("aud names another account than sub");
  }
  if (!BucketName::parse(*claims.bucket)) return invalid_token("bucket is no bucket's name");
  scope.account = *account;
  scope.jurisdiction = audience->jurisdiction;
  scope.bucket = *std::move(claims.bucket);
  scope.actions = actions_of(claims.scope.value_or(Preset::AdminReadWrite), *account);
  scope.operations = claims.actions;
  scope.paths = std::move(claims.paths);
  scope.expires = time_of(*claims.exp);
  return scope;
}

}  // namespace

std::optional<OperationName> parse_temporary_action(std::string_view text) {
  const auto found = std::find_if(kActions.begin(), kActions.end(), [text](OperationName action) {
    return to_string(action) == text;
  });
  if (found == kActions.end()) return std::nullopt;
  return *found;
}

Result<TemporaryCredential> mint_temporary_credential(const NewTemporaryCredential& request) {
  TRY_VOID(check(request));
  const auto issued = std::chrono::floor<std::chrono::seconds>(request.issued);
  const std::int64_t issued_s = issued.time_since_epoch().count();
  const std::string header = R"({"alg":"HS256","typ":"JWT"})";
  const std::string claims = json::serialize(claims_of(request, issued_s));
  std::string jwt = base64url_encode(as_bytes(header)) + "." + base64url_encode(as_bytes(claims));
  const Sha256Digest mac = HmacKey(request.parent_secret).mac(jwt);
  jwt += "." + base64url_encode(mac);

  TemporaryCredential credential;
  credential.access_key_id = request.parent.hex();
  credential.secret_access_key = sha256_hex(jwt);
  credential.session_token = base64_encode(as_bytes(std::string(kTokenPrefix) + jwt));
  credential.expires = issued + request.ttl;
  if (credential.session_token.size() > kSessionTokenMaxBytes) {
    return bad_request("The prefixes and objects are too long: the session token would have " +
                       std::to_string(credential.session_token.size()) + " bytes, and at most " +
                       std::to_string(kSessionTokenMaxBytes) + " are accepted.");
  }
  return credential;
}

Result<TemporarySession> verify_session_token(std::string_view session_token,
                                              const TokenEntry& parent, const Audiences& audiences,
                                              Timestamp now) {
  if (session_token.size() > kSessionTokenMaxBytes) return invalid_token("it is too long");
  const auto decoded = base64_decode(session_token);
  if (!decoded || !decoded->starts_with(kTokenPrefix)) return invalid_token("it is no jwt/ token");
  const std::string_view jwt = std::string_view(*decoded).substr(kTokenPrefix.size());
  const std::size_t header_end = jwt.find('.');
  const std::size_t claims_end = jwt.rfind('.');
  if (header_end == std::string_view::npos || header_end == claims_end) {
    return invalid_token("it has not three parts");
  }
  const std::string_view header = jwt.substr(0, header_end);
  const std::string_view claims_text = jwt.substr(header_end + 1, claims_end - header_end - 1);
  // First of all, and always HS256: what the header says chooses nothing. A fourth part would be in
  // the claims, where `.` is no digit.
  const Sha256Digest mac = HmacKey(parent.secret_access_key).mac(jwt.substr(0, claims_end));
  if (!constant_time_equals(base64url_encode(mac), jwt.substr(claims_end + 1))) {
    return invalid_token("its signature is not made with this access key");
  }
  if (!is_expected_header(header)) return invalid_token("its header is not that of HS256");
  TRY(Claims claims, read_claims(claims_text));
  TRY_VOID(check_time(claims, now));
  TemporarySession session;
  TRY(session.scope, scope_of(std::move(claims), parent.token, audiences));
  if (now >= session.scope.expires) return expired();
  session.secret_access_key = sha256_hex(jwt);
  return session;
}

SessionTokens::SessionTokens() : audiences_(std::make_shared<const Audiences>()) {}

void SessionTokens::set_audiences(Audiences audiences) {
  audiences_.store(std::make_shared<const Audiences>(std::move(audiences)));
}

Result<std::shared_ptr<const TemporarySession>> SessionTokens::verify(
    std::string_view session_token, const TokenEntry& parent, Timestamp now) {
  if (session_token.size() > kSessionTokenMaxBytes) return invalid_token("it is too long");
  // Ids have one length and a secret no NUL, so no two of these share an input.
  constexpr std::string_view kEnd("\0", 1);
  const Sha256Digest digest =
      short_sha256({parent.token.id.bytes(), parent.secret_access_key, kEnd, session_token});
  if (auto known = verified_.find(digest)) {
    if (now >= (*known)->scope.expires) return expired();
    return *std::move(known);
  }
  const auto audiences = audiences_.load();
  TRY(TemporarySession session, verify_session_token(session_token, parent, *audiences, now));
  auto shared = std::make_shared<const TemporarySession>(std::move(session));
  verified_.put(digest, shared);
  return shared;
}

}  // namespace coffer::auth
