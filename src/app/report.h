#pragma once

#include "base/error.h"

#include <string>

namespace coffer::app {

/// What a person at the command line reads of an error: its message, else its detail, which is a
/// sentence in every error of a start; always one line.
std::string describe_for_people(const Error& error);

/// Prints "coffer: <what>" to stderr, as one line whatever `what` holds, and returns the exit code
/// of a failure.
int fail(std::string_view what);
int fail(const Error& error);

}  // namespace coffer::app
