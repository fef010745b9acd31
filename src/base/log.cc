#include "base/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <memory>

namespace coffer {
namespace {

/// Of the process, as stderr is.
spdlog::logger& logger() {
  static spdlog::logger instance = [] {
    spdlog::logger made("coffer", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made.set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                                                                   spdlog::pattern_time_type::utc));
    return made;
  }();
  return instance;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return spdlog::level::debug;
    case LogLevel::Info:
      return spdlog::level::info;
    case LogLevel::Warn:
      return spdlog::level::warn;
    case LogLevel::Error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// A key or a header in a message must neither start a line of its own nor steer a terminal.
std::string escape_controls(std::string_view message) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : message) {
    if (is_control(c)) {
      const auto value = static_cast<unsigned char>(c);
      out += "\\x";
      out += kHex[value >> 4];
      out += kHex[value & 15];
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

void set_log_level(LogLevel level) { logger().set_level(to_spdlog(level)); }

void log(LogLevel level, std::string_view message) {
  spdlog::logger& to = logger();
  if (!to.should_log(to_spdlog(level))) return;
  if (std::any_of(message.begin(), message.end(), is_control)) {
    to.log(to_spdlog(level), escape_controls(message));
  } else {
    to.log(to_spdlog(level), spdlog::string_view_t(message.data(), message.size()));
  }
}

}  // namespace coffer
