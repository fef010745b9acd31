#include "app/audiences.h"

#include <array>

namespace coffer::app {
namespace {

/// The port of an audience, `:` before it; empty when it is the scheme's own.
std::string port_part(std::string_view port, bool tls) {
  if (port == (tls ? "443" : "80")) return {};
  return ":" + std::string(port);
}

/// The hosts that a client on this machine writes for a listener's.
std::vector<std::string> hosts_of(const std::string& host) {
  const bool any = host == "0.0.0.0" || host == "[::]";
  if (host == "[::1]") return {host, "localhost"};
  if (any || host == "127.0.0.1" || host == "localhost") {
    return {"127.0.0.1", "localhost", "[::1]"};
  }
  return {host};
}

}  // namespace

auth::Audiences audiences_of(const Config& config,
                             const std::vector<std::pair<Jurisdiction, std::string>>& listeners) {
  auth::Audiences audiences;
  const bool tls = !config.text("tls-cert").empty();
  if (const auto given = auth::audience_of_url(config.text("public-endpoint"))) {
    audiences.add_host(*given, Jurisdiction::Default);
    const std::size_t colon = given->rfind(':');
    if (colon != std::string::npos && !given->ends_with(']')) {
      audiences.add_port(std::string_view(*given).substr(colon + 1));
    }
  }
  const std::vector<std::string> suffixes = config.list("host-suffix");
  for (const auto& [jurisdiction, address] : listeners) {
    const std::size_t colon = address.rfind(':');
    const std::string port = address.substr(colon + 1);
    for (const std::string& host : hosts_of(address.substr(0, colon))) {
      audiences.add_host(host + port_part(port, tls), jurisdiction);
    }
    // The suffix alone names nothing, so the port says which listener answers.
    for (const std::string& suffix : suffixes) {
      audiences.add_host(suffix + port_part(port, tls), jurisdiction);
    }
    audiences.add_port(port);
  }
  for (const std::string& suffix : suffixes) audiences.add_suffix(suffix);
  return audiences;
}

}  // namespace coffer::app
