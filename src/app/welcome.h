#pragma once

#include "app/bootstrap.h"

#include <string>

namespace coffer::app {

/// What a start prints once the server answers: endpoints, account, and where the keys are. The
/// keys themselves only when `to_terminal`, and only those just made. `host_suffix` is that of
/// host-style names, or empty; `token_command` makes another token.
std::string welcome_text(const Introduction& introduction, bool to_terminal,
                         const std::string& bootstrap_file, const std::string& host_suffix,
                         const std::string& token_command);

}  // namespace coffer::app
