#include "http/client_address.h"

#include <algorithm>

namespace coffer::http {
namespace {

/// An entry as proxies write it: an address, an IPv6 address in brackets, either with a port.
std::optional<IpAddress> parse_entry(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    return IpAddress::parse(text.substr(1, close - 1));
  }
  if (std::count(text.begin(), text.end(), ':') == 1) text = text.substr(0, text.find(':'));
  return IpAddress::parse(text);
}

}  // namespace

IpAddress client_address(const IpAddress& peer, const HeaderList& headers,
                         const std::vector<IpNetwork>& trusted_proxies) {
  const auto trusted = [&trusted_proxies](const IpAddress& address) {
    return std::any_of(trusted_proxies.begin(), trusted_proxies.end(),
                       [&address](const IpNetwork& network) { return network.contains(address); });
  };
  IpAddress client = peer;
  if (!trusted(client)) return client;
  const std::vector<std::string_view> fields = headers.find_all("x-forwarded-for");
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    std::string_view rest = *field;
    while (!rest.empty()) {
      const std::size_t comma = rest.rfind(',');
      const bool last = comma == std::string_view::npos;
      const std::string_view text = trim_ascii(last ? rest : rest.substr(comma + 1));
      rest = last ? std::string_view() : rest.substr(0, comma);
      if (text.empty()) continue;
      const std::optional<IpAddress> entry = parse_entry(text);
      if (!entry) return client;
      client = *entry;
      if (!trusted(client)) return client;
    }
  }
  return client;
}

}  // namespace coffer::http
