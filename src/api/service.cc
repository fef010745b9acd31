#include "api/service.h"

#include "api/authenticate.h"
#include "api/call.h"
#include "api/identity_calls.h"
#include "api/route.h"
#include "api/usage.h"
#include "base/log.h"
#include "http/known_hosts.h"

#include <string_view>

namespace coffer::api {
namespace {

constexpr std::string_view kBasePath = "/client/v4";

http::Response text(int status, std::string body) {
  http::Response response(status);
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

/// "GET, PUT"
std::string allow_list(const std::vector<std::string_view>& methods) {
  std::string out;
  for (const std::string_view method : methods) {
    if (!out.empty()) out += ", ";
    out += method;
  }
  return out;
}

/// R2 says so of what lies in its part of the API (cloudflare-api.md 1.4).
bool is_below_r2(std::string_view path) {
  constexpr std::string_view kAccounts = "/accounts/";
  if (!path.starts_with(kAccounts)) return false;
  path.remove_prefix(kAccounts.size());
  const std::size_t slash = path.find('/');
  return slash != std::string_view::npos && AccountId::parse(path.substr(0, slash)) &&
         path.substr(slash).starts_with("/r2/");
}

http::Response no_route(std::string_view path, const std::vector<std::string_view>& allowed) {
  if (!allowed.empty()) {
    http::Response response = error_response(405, 10405, "Method not allowed for this endpoint");
    response.headers.add("Allow", allow_list(allowed));
    return response;
  }
  if (is_below_r2(path)) return error_response(404, 10015, "no route");
  return error_response(404, 7003, no_route_message(std::string(kBasePath) + std::string(path)));
}

Result<> require_r2(const Call& call) {
  const auto account = call.identity().find_account(call.account());
  if (account && account->r2_enabled) return ok();
  if (account && belongs_to(call, account->id)) {
    return make_error(ErrorCode::NotEntitled, "R2 is not enabled");
  }
  return make_error(ErrorCode::AccessDenied, "no account of the caller");
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
  Impl(ServiceConfig config, Services services, Probes probes)
      : config_(std::move(config)),
        services_(services),
        probes_(std::move(probes)),
        failures_(config_.failures, services.clock) {}

  Task<http::Response> handle(http::Request& request) {
    const std::string_view path = request.path;
    if (path == kBasePath || (path.starts_with(kBasePath) && path[kBasePath.size()] == '/')) {
      request.log_operation = "Unknown";
      co_return co_await answer_api(request);
    }
    co_return answer_probe(request);
  }

 private:
  http::Response answer_probe(http::Request& request) {
    const bool read = request.method == "GET" || request.method == "HEAD";
    const bool known =
        request.path == "/healthz" || request.path == "/readyz" || request.path == "/metrics";
    request.log_operation = known ? request.path.substr(1) : "unknown";
    if (known && !read) {
      http::Response response = text(405, "use GET\n");
      response.headers.add("Allow", "GET, HEAD");
      return response;
    }
    if (request.path == "/healthz") return text(200, "ok\n");
    if (request.path == "/readyz") {
      return probes_.ready() ? text(200, "ready\n") : text(503, "not ready\n");
    }
    if (request.path == "/metrics") {
      http::Response response = text(200, probes_.metrics());
      response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
      return response;
    }
    return text(404,
                "not found; this listener serves /client/v4, /healthz, /readyz and /metrics\n");
  }

  Task<http::Response> answer_api(http::Request& request) {
    if (!http::is_known_host(request.host, config_.hosts)) {
      co_return error_response(403, 9109,
                               "This server is not known by this Host; add its name to the "
                               "setting api-hosts.");
    }
    const std::string_view path = std::string_view(request.path).substr(kBasePath.size());
    Result<Router::Match> matched = router_.match(request.method, path);
    if (!matched) {
      http::Response response = error_response(matched.error(), Family::Product);
      log_failure(request, matched.error(), response.status);
      co_return response;
    }
    if (!matched->route) co_return no_route(path, matched->allowed_methods);
    const Route& route = *matched->route;
    request.log_operation = route.operation_id;
    Call call(request, services_, route, std::move(matched->parameters));
    bool proved = false;
    Result<Reply> reply = co_await answer_call(call, proved);
    if (reply) {
      http::Response response = std::move(*reply).render();
      count_request(call, response, nullptr);
      co_return response;
    }
    const bool refused = !proved && reply.error().code() == ErrorCode::Unauthorized;
    const bool by_session =
        refused && route.authentication != Authentication::None && !shows_token(request);
    http::Response response = by_session ? error_response(401, 10000, "Authentication error")
                                         : error_response(reply.error(), route.family);
    log_failure(request, reply.error(), response.status);
    if (proved) {
      const Error error = reply.error();
      count_request(call, response, &error);
    }
    // A session's token has 256 bits: nobody who shows a wrong one is guessing.
    if (refused && !by_session) co_return co_await slow_down(request, std::move(response));
    co_return response;
  }

  /// `proved`: the credentials were good.
  Task<Result<Reply>> answer_call(Call& call, bool& proved) {
    if (call.route.authentication != Authentication::None) {
      CO_TRY(Caller caller, co_await authenticate(call.request, call.route, services_));
      proved = true;
      call.principal = std::move(caller.principal);
      call.token = std::move(caller.token);
      call.session = std::move(caller.session);
      call.request.log_principal =
          call.session ? "user:" + call.principal.user.hex() : call.principal.token.hex();
    }
    if (call.has_account()) call.principal.account = call.account();
    if (call.route.needs_r2) CO_TRY_VOID(require_r2(call));
    co_return co_await call.route.handler(call);
  }

  /// The answer to credentials that nobody has.
  Task<http::Response> slow_down(http::Request& request, http::Response response) {
    if (!co_await failures_.hold_back(request.client)) {
      http::Response refusal = error_response(429, 10502, "Max auth failures reached");
      refusal.headers.add("Retry-After", "60");
      co_return refusal;
    }
    co_return response;
  }

  const ServiceConfig config_;
  const Services services_;
  const Probes probes_;
  const Router router_{all_routes()};
  auth::FailureLimiter failures_;
};

Service::Service(ServiceConfig config, Services services, Probes probes)
    : impl_(std::make_unique<Impl>(std::move(config), services, std::move(probes))) {}

Service::~Service() = default;

Task<http::Response> Service::handle(http::Request& request) { return impl_->handle(request); }

http::Response Service::instead_of_broken(const http::Request&, const Error& error) {
  return error_response(error, Family::Product);  // only objects are streamed
}

}  // namespace coffer::api
