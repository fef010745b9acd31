#include "api/service.h"

#include <string_view>

namespace coffer::api {
namespace {

http::Response text(int status, std::string body) {
  http::Response response(status);
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

/// The envelope of client/v4 (cloudflare-api.md 1.1).
http::Response envelope_error(int status, int code, std::string_view message) {
  http::Response response(status);
  response.headers.add("Content-Type", "application/json");
  response.body = R"({"success":false,"errors":[{"code":)" + std::to_string(code) +
                  R"(,"message":")" + std::string(message) + R"("}],"messages":[],"result":null})";
  return response;
}

}  // namespace

Task<http::Response> Service::handle(http::Request& request) {
  const bool read = request.method == "GET" || request.method == "HEAD";
  const bool known =
      request.path == "/healthz" || request.path == "/readyz" || request.path == "/metrics";
  request.log_operation = known ? request.path.substr(1) : "unknown";
  if (known && !read) {
    http::Response response = text(405, "use GET\n");
    response.headers.add("Allow", "GET, HEAD");
    co_return response;
  }
  if (request.path == "/healthz") co_return text(200, "ok\n");
  if (request.path == "/readyz") {
    if (probes_.ready()) co_return text(200, "ready\n");
    co_return text(503, "not ready\n");
  }
  if (request.path == "/metrics") {
    http::Response response = text(200, probes_.metrics());
    response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    co_return response;
  }
  if (request.path == "/client/v4" || request.path.starts_with("/client/v4/")) {
    co_return envelope_error(
        501, 10001, "the client/v4 API is not implemented yet; use the coffer command line");
  }
  co_return text(404, "not found; this listener serves /healthz, /readyz and /metrics\n");
}

}  // namespace coffer::api
