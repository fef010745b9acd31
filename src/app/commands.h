#pragma once

#include "app/config.h"

#include <boost/json/object.hpp>

namespace coffer::app {

/// Runs one command of the operator: on the running server through its control socket, else on the
/// stopped one by taking the directory's lock. Prints the answer (`as_json`, or for people) to
/// stdout, a failure as one line to stderr. Returns the process's exit code.
int run_command(const Config& config, const boost::json::object& request, bool as_json);

}  // namespace coffer::app
