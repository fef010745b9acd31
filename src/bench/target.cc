#include "bench/target.h"

#include <algorithm>

namespace coffer::bench {
namespace {

struct Scheme {
  std::string_view prefix;
  std::string_view port;
  bool tls;
};
constexpr Scheme kSchemes[] = {{"http://", "80", false}, {"https://", "443", true}};

}  // namespace

Result<Target> parse_endpoint(std::string_view url) {
  const Error invalid = Error::with_message(
      ErrorCode::InvalidArgument,
      "endpoint '" + std::string(url) + "' is not http://host:port or https://host:port");
  const auto scheme = std::find_if(std::begin(kSchemes), std::end(kSchemes),
                                   [url](const Scheme& s) { return url.starts_with(s.prefix); });
  if (scheme == std::end(kSchemes)) return invalid;
  const std::string_view rest = url.substr(scheme->prefix.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  // A colon inside brackets belongs to an IPv6 address.
  const std::size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  std::string_view host = has_port ? authority.substr(0, colon) : authority;
  const std::string_view port = has_port ? authority.substr(colon + 1) : scheme->port;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  const bool digits =
      std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (host.empty() || port.empty() || !digits) return invalid;
  Target target;
  target.host = host;
  target.port = port;
  target.host_header = authority;
  target.tls = scheme->tls;
  return target;
}

}  // namespace coffer::bench
