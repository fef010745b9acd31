#pragma once

#include "app/config.h"

namespace coffer::app {

/// `coffer serve`: opens the installation, listens, serves until SIGTERM or SIGINT, stops within
/// its grace; a second signal ends the process at once. SIGHUP reads the TLS certificate again and
/// opens the access log anew. Returns the process's exit code; a start-up failure is one line on
/// stderr.
int serve(const Config& config);

}  // namespace coffer::app
