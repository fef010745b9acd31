#include "web/service.h"

#include "http/known_hosts.h"

#include <algorithm>

namespace coffer::web {
namespace {

constexpr std::string_view kPage = "/index.html";
constexpr std::string_view kPreview = "/preview.html";

constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' blob:; frame-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
constexpr std::string_view kPreviewPolicy =
    "sandbox allow-scripts; default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src blob: data:; font-src data: blob:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'";

http::Response text(int status, std::string body) {
  http::Response response(status);
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

/// Whether `Accept-Encoding` names the coding without refusing it (RFC 9110 section 12.5.3).
bool accepts(const http::Request& request, std::string_view coding) {
  for (std::string_view list : request.headers.find_all("Accept-Encoding")) {
    while (!list.empty()) {
      const std::size_t end = list.find(',');
      const std::string_view item = trim_ascii(list.substr(0, end));
      list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
      const std::size_t semicolon = item.find(';');
      if (!equals_ignore_case(trim_ascii(item.substr(0, semicolon)), coding)) continue;
      if (semicolon == std::string_view::npos) return true;
      const std::string_view weight = trim_ascii(item.substr(semicolon + 1));
      return weight.find_first_of("123456789") != std::string_view::npos;
    }
  }
  return false;
}

void choose_coding(http::Response& response, const http::Request& request, const Asset& asset) {
  std::string_view body = asset.identity;
  if (!asset.brotli.empty() && accepts(request, "br")) {
    body = asset.brotli;
    response.headers.add("Content-Encoding", "br");
  } else if (!asset.gzip.empty() && accepts(request, "gzip")) {
    body = asset.gzip;
    response.headers.add("Content-Encoding", "gzip");
  }
  if (!asset.gzip.empty() || !asset.brotli.empty()) {
    response.headers.add("Vary", "Accept-Encoding");
  }
  response.body = std::string(body);
}

/// A place of the dashboard, as opposed to a file that is not there.
bool is_page(const http::Request& request) {
  const std::size_t slash = request.path.rfind('/');
  const bool file =
      request.path.starts_with("/assets/") || request.path.find('.', slash) != std::string::npos;
  // Names of buckets have no dots; keys are in the query.
  return !file;
}

}  // namespace

http::Response Service::answer(const http::Request& request) const {
  if (!http::is_known_host(request.host, hosts_)) {
    return text(403,
                "this server is not known by this Host; add its name to the setting "
                "api-hosts\n");
  }
  if (request.method != "GET" && request.method != "HEAD") {
    http::Response response = text(405, "use GET\n");
    response.headers.add("Allow", "GET, HEAD");
    return response;
  }
  if (bundle_.empty()) {
    return text(404,
                "This program was built without the dashboard, which needs npm; it serves "
                "/client/v4, /healthz, /readyz and /metrics.\n");
  }
  std::string_view path = request.path;
  const Asset* asset = path == "/" ? bundle_.find(kPage) : bundle_.find(path);
  if (!asset && is_page(request)) {
    path = kPage;
    asset = bundle_.find(kPage);
  }
  if (!asset) return text(404, "not found\n");

  http::Response response(200);
  response.headers.add("Content-Type", std::string(asset->content_type));
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("ETag", std::string(asset->etag));
  response.headers.add("Cache-Control",
                       asset->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (asset->content_type.starts_with("text/html")) {
    response.headers.add("Content-Security-Policy",
                         std::string(path == kPreview ? kPreviewPolicy : kPagePolicy));
    // Over plain HTTP a browser says by this alone that a GET is ours (api/session_cookie.h).
    response.headers.add("Referrer-Policy", "same-origin");
    response.headers.add("Cross-Origin-Opener-Policy", "same-origin");
    if (path != kPreview) response.headers.add("X-Frame-Options", "DENY");
  }
  // The preview's scripts are asked for by a page without an origin.
  response.headers.add("Cross-Origin-Resource-Policy",
                       asset->immutable ? "cross-origin" : "same-origin");
  if (request.headers.find("If-None-Match") == asset->etag) {
    response.status = 304;
    return response;
  }
  choose_coding(response, request, *asset);
  response.head_content_length = response.body.size();
  return response;
}

Task<http::Response> Service::handle(http::Request& request) {
  request.log_operation = "dashboard";
  co_return answer(request);
}

}  // namespace coffer::web
