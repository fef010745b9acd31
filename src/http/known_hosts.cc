#include "http/known_hosts.h"

#include "base/headers.h"
#include "base/ip_address.h"

#include <algorithm>

namespace coffer::http {
namespace {

/// Without the port; of an IPv6 literal also without its brackets.
std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    return end == std::string_view::npos ? std::string_view() : host.substr(1, end - 1);
  }
  std::string_view name = host.substr(0, host.find(':'));
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

}  // namespace

bool is_known_host(std::string_view host, const std::vector<std::string>& names) {
  const std::string_view name = host_name(host);
  if (name.empty()) return false;
  if (IpAddress::parse(name) || equals_ignore_case(name, "localhost")) return true;
  return std::any_of(names.begin(), names.end(), [name](const std::string& known) {
    return equals_ignore_case(name, host_name(known));
  });
}

}  // namespace coffer::http
