#include "s3/service.h"

#include "auth/token_accounts.h"
#include "base/log.h"
#include "s3/error.h"
#include "s3/handlers.h"
#include "s3/request_body.h"
#include "s3/screening.h"

namespace coffer::s3 {
namespace {

/// Tells the observer once, however the request ends.
class Observation {
 public:
  Observation(const Services& services, const http::Request& request)
      : services_(services), request_(request), started_(services.clock.monotonic()) {}
  Observation(const Observation&) = delete;
  Observation& operator=(const Observation&) = delete;
  ~Observation() {
    if (!services_.observer) return;
    services_.observer->finished(request_.log_operation, status_,
                                 services_.clock.monotonic() - started_);
  }
  void answered(int status) { status_ = status; }

 private:
  const Services& services_;
  const http::Request& request_;
  const std::chrono::steady_clock::time_point started_;
  int status_ = 500;  ///< of an exception
};

/// Who asked for what, as far as a request got: what its account's usage is counted by.
struct Subject {
  std::optional<AccountId> account;  ///< none: no credentials that are good
  bool belongs = false;              ///< whether who asks has to do with the account
  std::string bucket;
  /// Whether a success proves that there is such a bucket: not of a POST that asks for nothing, and
  /// of a DeleteObjects whose keys are all refused.
  bool looks_at_bucket = false;
  records::RequestKind kind = records::RequestKind::Other;
};

Subject subject_of(const Call& call, const Result<Operation>& operation) {
  const auto entry = call.services.identity.find(call.who.principal.token);
  Subject subject;
  subject.account = call.account();
  subject.belongs = entry && auth::belongs_to(call.services.identity, entry->token, call.account());
  subject.bucket = call.target.bucket;
  const auto name = operation ? name_of(*operation) : std::nullopt;
  subject.looks_at_bucket = name && *name != auth::OperationName::DeleteObjects;
  if (name) subject.kind = auth::kind_of(*name);
  return subject;
}

/// Bytes of the body that a request brought. Of one in chunks, what it says of itself: the request
/// succeeded, so that it was so.
std::uint64_t received_bytes(const http::Request& request) {
  if (request.content_length) return *request.content_length;
  const auto decoded = request.headers.find("x-amz-decoded-content-length");
  return decoded ? parse_decimal(*decoded).value_or(0) : 0;
}

/// Adds a finished request to the usage of its account; `error`: null when it succeeded. A stranger
/// who is refused is nobody's usage.
void count(const Services& services, const Subject& subject, const http::Request& request,
           const http::Response& response, const Error* error) {
  if (!services.config.usage || !subject.account || !subject.belongs) return;
  store::FinishedRequest finished;
  finished.account = *subject.account;
  finished.jurisdiction = services.pinned;
  finished.bucket = subject.bucket;
  finished.bucket_exists = error ? store::proves_bucket(error->code()) : subject.looks_at_bucket;
  finished.kind = subject.kind;
  finished.status = response.status;
  if (!error) {
    finished.bytes_in = received_bytes(request);
    finished.bytes_out = response.stream ? response.content_length : response.body.size();
  }
  services.config.usage->count(finished);
}

/// What logs and metrics call it; a small, closed set.
std::string_view log_name(const Result<Operation>& operation) {
  if (!operation) return "Unknown";
  const auto name = name_of(*operation);
  return name ? auth::to_string(*name) : "PostBucket";
}

/// R2 answers a preflight by the bucket's CORS rules (r2-observed.md 1.1). There are none yet, and
/// without a matching rule it is refused.
Error refuse_preflight() {
  return Error::with_message(ErrorCode::AccessDenied, "CORS not configured for this bucket");
}

/// A user's token may be about several accounts: the host says which, or there is only one, or the
/// configuration says.
Result<AccountId> account_of_user_token(const Call& call) {
  if (call.target.account) return *call.target.account;
  const auto entry = call.services.identity.find(call.who.principal.token);
  if (!entry) return make_error(ErrorCode::Unauthorized, "the token is gone");
  if (const auto only = auth::only_account(call.services.identity, entry->token)) return *only;
  if (call.services.config.default_account) return *call.services.config.default_account;
  return Error::with_message(ErrorCode::InvalidArgument,
                             "This token is of several accounts; name one in the host");
}

Result<> authenticate(Call& call) {
  const http::Request& request = call.request;
  const auth::RequestView view{.method = request.method,
                               .path = request.path,
                               .query = request.query,
                               .headers = request.headers,
                               .client = request.client};
  TRY(call.who, call.services.authenticator.authenticate(view));
  call.request.log_principal = call.who.principal.token.hex();
  if (call.who.principal.account == AccountId()) {
    TRY(call.who.principal.account, account_of_user_token(call));
  }
  if (call.target.account && *call.target.account != call.account()) {
    return make_error(ErrorCode::Unauthorized, "the host names another account");
  }
  const auto account = call.services.identity.find_account(call.account());
  if (!account) return make_error(ErrorCode::Unauthorized, "the account does not exist");
  if (!account->r2_enabled) return make_error(ErrorCode::NotEntitled, "R2 is not enabled");
  return ok();
}

/// Before any bucket is looked up, so that the forbidden and the missing look alike.
Result<> authorize(Call& call, const Operation& operation) {
  if (!name_of(operation)) return ok();
  const bool of_object = call.target.level == Target::Level::Object &&
                         !std::holds_alternative<ListMultipartUploads>(operation);
  if (of_object) {
    TRY(call.key, call.target.key());
  }
  call.accesses =
      required_accesses(operation, call.headers(), call.query, call.account(), call.jurisdiction(),
                        call.target.bucket, call.key ? &*call.key : nullptr);
  return call.authorize(call.accesses);
}

/// The one place that looks at which operation it is to call its handler.
Answer dispatch(Call& call, const Operation& operation) {
  return std::visit([&call](const auto& each) { return handle(call, each); }, operation);
}

/// The one order in which a request is looked at (r2-observed.md 1.1).
Answer answer(http::Request& request, const Services& services, Subject& subject) {
  if (request.method == "OPTIONS") {
    request.log_operation = "Preflight";
    co_return refuse_preflight();
  }
  CO_TRY(auto target,
         parse_target(request.host, request.path, services.config.host_suffixes, services.pinned));
  Call call(request, services, std::move(target));
  const RequestShape shape{.method = request.method,
                           .target = call.target,
                           .query = call.query,
                           .headers = request.headers,
                           .strict = call.strict()};
  const Result<Operation> operation = parse_operation(shape);
  request.log_operation = log_name(operation);
  if (auto refused = refuse_before_authentication(shape)) co_return *std::move(refused);
  CO_TRY_VOID(authenticate(call));
  if (services.config.usage) subject = subject_of(call, operation);
  if (!operation || !takes_body(*operation)) CO_TRY_VOID(co_await check_ignored_body(call));
  if (!operation) co_return operation.error();
  CO_TRY_VOID(screen_headers(*operation, request.headers, call.strict()));
  CO_TRY_VOID(authorize(call, *operation));
  co_return co_await dispatch(call, *operation);
}

/// What somebody gets who tries credentials.
bool is_guess(const Error& error) {
  return error.code() == ErrorCode::Unauthorized ||
         error.code() == ErrorCode::SignatureDoesNotMatch;
}

void log_failure(http::Request& request, const Error& error, int status) {
  request.log_error = to_string(error.code());
  const LogLevel level = status >= 500 && status != 501 ? LogLevel::Error : LogLevel::Debug;
  log(level, "request_id=" + request.id + " operation=" + request.log_operation +
                 " status=" + std::to_string(status) + " " + error.describe());
}

}  // namespace

class Service::Impl {
 public:
  explicit Impl(Services s) : services_(std::move(s)) {}

  Task<http::Response> handle(http::Request& request) {
    request.log_operation = "Unknown";
    Observation observation(services_, request);
    Subject subject;
    Result<http::Response> answered = co_await answer(request, services_, subject);
    if (answered) {
      observation.answered(answered->status);
      count(services_, subject, request, *answered, nullptr);
      co_return *std::move(answered);
    }
    Error error = answered.error();
    if (services_.config.failures && is_guess(error) &&
        !co_await services_.config.failures->hold_back(request.client)) {
      error = make_error(ErrorCode::SlowDown, "too many failed attempts");
    }
    http::Response response = error_response(error, request.method == "HEAD");
    log_failure(request, error, response.status);
    observation.answered(response.status);
    count(services_, subject, request, response, &error);
    co_return response;
  }

 private:
  const Services services_;
};

Service::Service(ServiceConfig config, Jurisdiction pinned, store::Store& store,
                 const auth::Identity& identity, const auth::Authenticator& authenticator,
                 const auth::Authorizer& authorizer, Clock& clock, OperationObserver* observer)
    : impl_(std::make_unique<Impl>(Services{.config = std::move(config),
                                            .pinned = pinned,
                                            .store = store,
                                            .identity = identity,
                                            .authenticator = authenticator,
                                            .authorizer = authorizer,
                                            .clock = clock,
                                            .observer = observer})) {}

Service::~Service() = default;

Task<http::Response> Service::handle(http::Request& request) { return impl_->handle(request); }

http::Response Service::instead_of_broken(const http::Request&, const Error& error) {
  return error_response(error, false);
}

}  // namespace coffer::s3
