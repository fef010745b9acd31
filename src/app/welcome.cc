#include "app/welcome.h"

#include <algorithm>

namespace coffer::app {
namespace {

constexpr std::size_t kLabelWidth = 22;

void add_line(std::string& out, std::string label, const std::string& value) {
  label.resize(std::max(label.size() + 1, kLabelWidth), ' ');
  out += "  " + label + value + "\n";
}

/// "http://<bucket>.<account>.r2.localhost:9000" at the address of `url`.
std::string host_style(const std::string& url, const std::string& account,
                       const std::string& suffix) {
  const std::size_t host = url.find("//") + 2;
  const std::size_t colon = url.rfind(':');
  const std::string port = colon >= host ? url.substr(colon) : std::string();
  return url.substr(0, host) + "<bucket>." + account + "." + suffix + port;
}

}  // namespace

std::string welcome_text(const Introduction& introduction, bool to_terminal,
                         const std::string& bootstrap_file, const std::string& host_suffix,
                         const std::string& token_command, const Dashboard& dashboard) {
  const Bootstrap& bootstrap = introduction.bootstrap;
  std::string out = "Coffer is ready.\n\n";
  add_line(out, "S3 endpoint", bootstrap.endpoints.s3);
  for (const auto& [name, url] : bootstrap.endpoints.jurisdictions) {
    add_line(out, "S3 endpoint, " + name, url);
  }
  if (!host_suffix.empty()) {
    add_line(out, "or by host name",
             host_style(bootstrap.endpoints.s3, bootstrap.account_id, host_suffix));
  }
  if (!bootstrap.endpoints.api.empty()) add_line(out, "Management API", bootstrap.endpoints.api);
  if (!dashboard.url.empty()) add_line(out, "Dashboard", dashboard.url);
  add_line(out, "Account id", bootstrap.account_id);
  add_line(out, "Region", "auto");
  if (introduction.token_made && to_terminal) {
    add_line(out, "API token", bootstrap.api_token);
    add_line(out, "Access Key ID", bootstrap.access_key_id);
    add_line(out, "Secret Access Key", bootstrap.secret_access_key);
    out += "\n  The token and the secret are not shown again.\n";
  }
  if (to_terminal && !dashboard.setup_link.empty()) {
    out += "\n  Open this once, within a day, to set the password of the dashboard:\n  " +
           dashboard.setup_link + "\n\n";
  }
  if (!bootstrap_file.empty()) {
    add_line(out, "Keys", "in " + bootstrap_file);
  } else if (!introduction.token_made) {
    add_line(out, "Keys", token_command);
  }
  return out + "\n";
}

}  // namespace coffer::app
