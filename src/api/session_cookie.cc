#include "api/session_cookie.h"

#include "base/codec.h"
#include "base/hash.h"

#include <charconv>
#include <chrono>

namespace coffer::api {
namespace {

constexpr std::chrono::seconds kTicketAgeMax = std::chrono::hours(1);
constexpr std::string_view kTicketParameter = "ticket=";

/// "example.com:9001" of an origin or a URL; empty when it is neither.
std::string_view host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

bool is_valid_ticket(const http::Request& request, std::string_view csrf_token, Timestamp now) {
  const std::string_view query = request.query;
  const std::size_t at = query.rfind(kTicketParameter);
  if (at == std::string_view::npos || (at != 0 && query[at - 1] != '&')) return false;
  const std::string_view before = query.substr(0, at == 0 ? 0 : at - 1);
  const std::string_view ticket = query.substr(at + kTicketParameter.size());
  const std::size_t dot = ticket.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view expires_text = ticket.substr(0, dot);
  std::int64_t expires = 0;
  const char* end = expires_text.data() + expires_text.size();
  const auto [rest, status] = std::from_chars(expires_text.data(), end, expires);
  if (status != std::errc() || rest != end) return false;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
  if (expires <= seconds.count() || expires > (seconds + kTicketAgeMax).count()) return false;
  const std::string text =
      "GET\n" + request.path + "\n" + std::string(before) + "\n" + std::string(expires_text);
  const std::string mac = hex_encode(hmac_sha256(as_bytes(csrf_token), as_bytes(text)));
  return constant_time_equals(mac, ticket.substr(dot + 1));
}

}  // namespace

std::string_view session_cookie_name(bool tls) {
  return tls ? "__Host-coffer_session" : "coffer_session";
}

std::optional<std::string> read_session_cookie(const http::Request& request) {
  const std::string_view wanted = session_cookie_name(request.tls);
  std::optional<std::string> token;
  for (std::string_view list : request.headers.find_all("Cookie")) {
    while (!list.empty()) {
      const std::size_t end = list.find(';');
      const std::string_view pair = trim_ascii(list.substr(0, end));
      list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != wanted) continue;
      // Of two one is somebody else's, and nothing tells which.
      if (token) return std::nullopt;
      token = std::string(pair.substr(equals + 1));
    }
  }
  return token;
}

void set_session_cookie(http::Response& response, const http::Request& request,
                        std::string_view token) {
  std::string cookie(session_cookie_name(request.tls));
  cookie += '=';
  cookie += token;
  cookie += "; Path=/; HttpOnly; SameSite=Strict";
  if (request.tls) cookie += "; Secure";
  if (token.empty()) cookie += "; Max-Age=0";
  response.headers.add("Set-Cookie", std::move(cookie));
}

bool is_same_origin(const http::Request& request) {
  if (const auto site = request.headers.find("Sec-Fetch-Site")) return *site == "same-origin";
  for (const std::string_view name : {"Origin", "Referer"}) {
    const auto value = request.headers.find(name);
    if (!value) continue;
    const std::string_view host = host_of(*value);
    return !host.empty() && equals_ignore_case(host, request.host);
  }
  return false;
}

bool has_csrf_proof(const http::Request& request, std::string_view csrf_token, bool tickets,
                    Timestamp now) {
  if (const auto header = request.headers.find(kCsrfHeader)) {
    return constant_time_equals(*header, csrf_token);
  }
  return tickets && request.method == "GET" && is_valid_ticket(request, csrf_token, now);
}

}  // namespace coffer::api
