#pragma once

#include "base/error.h"

#include <chrono>
#include <string>
#include <string_view>

namespace coffer {

/// The server's own log, to stderr: one line an event, `key=value` fields, no secret ever. (The
/// access log is JSON and belongs to `http`.) Backed by spdlog, which stays inside log.cc.
///
/// Thread-safe, and no caller waits for stderr: a thread of the log's own writes what waits in a
/// bounded queue. While nobody reads the other end of stderr, the oldest lines give way to new
/// ones; how many were lost is logged once there is room. A line is cut at kLogLineBytesMax.
enum class LogLevel : unsigned char { Debug, Info, Warn, Error };
void set_log_level(LogLevel level);
void log(LogLevel level, std::string_view message);
inline void log_debug(std::string_view message) { log(LogLevel::Debug, message); }
inline void log_info(std::string_view message) { log(LogLevel::Info, message); }
inline void log_warn(std::string_view message) { log(LogLevel::Warn, message); }
inline void log_error(std::string_view message) { log(LogLevel::Error, message); }

/// With its end. One write to a pipe of so much is never torn apart by other writers (pipe(7)).
inline constexpr std::size_t kLogLineBytesMax = 4096;

/// Waits until what was logged before is written, at most for kLogFlushMax: false when it is not.
/// At exit and in std::terminate the log does this itself; abort, _exit and signals lose what
/// waits, which is little unless stderr is stuck.
bool flush_log();
inline constexpr std::chrono::milliseconds kLogFlushMax{1'000};

}  // namespace coffer
