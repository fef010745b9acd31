#include "app/settings.h"

#include <algorithm>

namespace coffer::app {
namespace {

/// More loops than any machine has cores, and more grace than anybody waits.
constexpr unsigned kLoopsMax = 1024;
constexpr unsigned kStopGraceSecondsMax = 3600;
/// A session ends after a week in any case.
constexpr unsigned kSessionIdleSecondsMax = 7 * 24 * 3600;

}  // namespace

const std::vector<Setting>& settings() {
  using Kind = Setting::Kind;
  static const std::vector<Setting> table = {
      {"config", "", "configuration file (TOML); its keys are these names with _ for -"},
      {"data", "data", "data directory; made on the first start"},
      {"data-eu", "", "data root of jurisdiction eu [<data>/eu]"},
      {"data-fedramp", "", "data root of jurisdiction fedramp [<data>/fedramp]"},
      {"data-us", "", "data root of jurisdiction us [<data>/us]"},
      {"master-key-file", "", "file with the master key, 64 hex digits [<data>/master.key]"},
      {"listen-s3", "127.0.0.1:9000", "S3 listener, address:port; port 0 takes a free one"},
      {"listen-s3-eu", "127.0.0.1:9010", "S3 listener pinned to jurisdiction eu, or off"},
      {"listen-s3-fedramp", "127.0.0.1:9020", "S3 listener pinned to jurisdiction fedramp, or off"},
      {"listen-s3-us", "127.0.0.1:9030", "S3 listener pinned to jurisdiction us, or off"},
      {"listen-api", "127.0.0.1:9001",
       "management listener: dashboard, /client/v4, /metrics and probes; or off"},
      {"api-hosts", "", "names that clients call the management listener by, besides IP addresses",
       Kind::List},
      {"bootstrap-file", "", "write endpoints and a first token's keys to this file (mode 0600)"},
      {"tls-cert", "", "PEM certificate chain; read again on SIGHUP"},
      {"tls-key", "", "PEM private key of --tls-cert; read again on SIGHUP"},
      {"allow-insecure-http", "false", "serve plain HTTP on addresses that are not loopback",
       Kind::Flag},
      {"host-suffix", "r2.localhost", "suffixes of host names <bucket>.<account>.<suffix>",
       Kind::List},
      {"public-endpoint", "", "URL that clients use for the S3 listener, behind a proxy"},
      {"default-account", "", "account of path-style requests by tokens of several accounts"},
      {"compat", "extended", "r2 (refuse what R2 refuses) or extended"},
      {"trusted-proxies", "", "CIDR blocks whose X-Forwarded-For is believed", Kind::List},
      {"access-log", "stderr", "stderr, stdout, off, or a file, which SIGHUP opens anew"},
      {"log-level", "info", "debug, info, warn or error"},
      {"loops", "0", "event loops; 0 takes one per core", Kind::Number, kLoopsMax},
      {"session-idle-s", "43200", "seconds after which an unused session of the dashboard ends",
       Kind::Number, kSessionIdleSecondsMax},
      {"stop-grace-s", "20", "seconds that running requests get on SIGTERM", Kind::Number,
       kStopGraceSecondsMax},
  };
  return table;
}

const Setting* find_setting(std::string_view name) {
  for (const Setting& setting : settings()) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
}

std::string environment_name(std::string_view setting) {
  std::string name = "COFFER_";
  for (const char c : setting) {
    const bool lower = c >= 'a' && c <= 'z';
    name += c == '-' ? '_' : lower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::string toml_name(std::string_view setting) {
  std::string name(setting);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace coffer::app
