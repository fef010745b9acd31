#pragma once

#include "base/error.h"

#include <string>
#include <string_view>

namespace coffer {

/// The server's own log, to stderr: one line an event, `key=value` fields, no secret ever.
/// Thread-safe. (The access log is JSON and belongs to `http`.) Backed by spdlog, which stays
/// inside log.cc.
enum class LogLevel : unsigned char { Debug, Info, Warn, Error };
void set_log_level(LogLevel level);
void log(LogLevel level, std::string_view message);
inline void log_debug(std::string_view message) { log(LogLevel::Debug, message); }
inline void log_info(std::string_view message) { log(LogLevel::Info, message); }
inline void log_warn(std::string_view message) { log(LogLevel::Warn, message); }
inline void log_error(std::string_view message) { log(LogLevel::Error, message); }

}  // namespace coffer
