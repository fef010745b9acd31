#include "auth/audiences.h"

#include "base/headers.h"

#include <algorithm>

namespace coffer::auth {
namespace {

/// Splits `host[:port]`; the brackets of an IPv6 address stay with the host.
struct HostPort {
  explicit HostPort(std::string_view text) : host(text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || text.ends_with(']')) return;
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  std::string_view host;
  std::string_view port;  ///< empty: none
};

/// Reads `<account>[.<jurisdiction>]`.
std::optional<Audiences::Match> read_labels(std::string_view labels) {
  const std::size_t dot = labels.find('.');
  Audiences::Match match;
  match.account = AccountId::parse(labels.substr(0, dot));
  if (!match.account) return std::nullopt;
  if (dot == std::string_view::npos) return match;
  // The default jurisdiction has no label.
  const auto jurisdiction = parse_jurisdiction(labels.substr(dot + 1));
  if (!jurisdiction || *jurisdiction == Jurisdiction::Default) return std::nullopt;
  match.jurisdiction = *jurisdiction;
  return match;
}

}  // namespace

void Audiences::add_host(std::string_view host, Jurisdiction jurisdiction) {
  std::string name = to_lower_ascii(host);
  preferred_.try_emplace(jurisdiction, name);
  hosts_.try_emplace(std::move(name), jurisdiction);
}

void Audiences::add_suffix(std::string_view suffix) { suffixes_.push_back(to_lower_ascii(suffix)); }

void Audiences::add_port(std::string_view port) { ports_.emplace_back(port); }

std::optional<Audiences::Match> Audiences::find(std::string_view audience) const {
  const std::string name = to_lower_ascii(audience);
  if (const auto host = hosts_.find(name); host != hosts_.end()) return Match{host->second, {}};
  const HostPort parts(name);
  if (name.ends_with(':')) return std::nullopt;
  if (!parts.port.empty() && std::find(ports_.begin(), ports_.end(), parts.port) == ports_.end()) {
    return std::nullopt;
  }
  for (const std::string& suffix : suffixes_) {
    if (parts.host.size() <= suffix.size() || !parts.host.ends_with(suffix)) continue;
    const std::string_view rest = parts.host.substr(0, parts.host.size() - suffix.size());
    if (rest.ends_with('.')) return read_labels(rest.substr(0, rest.size() - 1));
  }
  return std::nullopt;
}

std::string Audiences::preferred(Jurisdiction jurisdiction) const {
  const auto found = preferred_.find(jurisdiction);
  return found == preferred_.end() ? std::string() : found->second;
}

bool is_audience(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' ||
           c == ':' || c == '[' || c == ']';
  });
}

std::optional<std::string> audience_of_url(std::string_view url) {
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string scheme = to_lower_ascii(url.substr(0, colon));
  if (scheme != "http" && scheme != "https") return std::nullopt;
  url.remove_prefix(colon + 3);
  if (url.ends_with('/')) url.remove_suffix(1);
  std::string audience = to_lower_ascii(url);
  // As JavaScript's URL.host, which the published example takes: the scheme's own port is left out.
  const std::string_view own_port = scheme == "https" ? ":443" : ":80";
  if (audience.ends_with(own_port)) audience.resize(audience.size() - own_port.size());
  if (!is_audience(audience)) return std::nullopt;
  return audience;
}

}  // namespace coffer::auth
