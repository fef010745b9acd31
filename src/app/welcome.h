#pragma once

#include "app/bootstrap.h"

#include <string>

namespace coffer::app {

/// Empty where there is none.
struct Dashboard {
  std::string url;         ///< "http://127.0.0.1:9001"
  std::string setup_link;  ///< a secret: of the first operator, who has no password yet
};

/// What a start prints once the server answers: endpoints, account, and where the keys are. The
/// keys themselves only when `to_terminal`, and only those just made. `host_suffix` is that of
/// host-style names, or empty; `token_command` makes another token.
std::string welcome_text(const Introduction& introduction, bool to_terminal,
                         const std::string& bootstrap_file, const std::string& host_suffix,
                         const std::string& token_command, const Dashboard& dashboard);

}  // namespace coffer::app
