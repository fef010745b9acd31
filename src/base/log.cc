#include "base/log.h"

#include <climits>
#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

namespace coffer {
namespace {

/// Lines that may wait: with kLogLineBytesMax each, 8 MiB.
constexpr std::size_t kLinesMax = 2048;
/// What may stand before a message: time, level, blanks.
constexpr std::size_t kPrefixBytesMax = 64;
constexpr std::size_t kMessageBytesMax = kLogLineBytesMax - kPrefixBytesMax;
static_assert(kLogLineBytesMax <= PIPE_BUF);

/// Writes to stderr; may block for as long as nobody reads. What is left when stderr is closed goes
/// nowhere: there is nobody to tell.
void write_to_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(STDERR_FILENO, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      // Whoever shares it made it non-blocking.
      pollfd ready{STDERR_FILENO, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return;
    }
  }
}

/// The log's thread writes through it; `wait` is for all others.
class StderrSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  StderrSink()
      : base_sink(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                                                              spdlog::pattern_time_type::utc)) {}

  /// Before the first line.
  void watch(spdlog::details::thread_pool& pool) { pool_ = &pool; }

  /// Until the first `lines` lines are written or lost; false when it takes too long.
  bool wait(std::uint64_t lines) {
    std::unique_lock lock(progress_mutex_);
    return progress_.wait_for(lock, kLogFlushMax,
                              [&] { return written_ + pool_->overrun_counter() >= lines; });
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::size_t lost = pool_->overrun_counter();
    if (lost != reported_) {
      const std::string text =
          std::to_string(lost - reported_) +
          " lines of the log were lost before this one, because stderr did not take them in time";
      reported_ = lost;
      write_out(spdlog::details::log_msg(message.time, {}, {}, spdlog::level::warn, text));
    }
    write_out(message);
    {
      const std::lock_guard lock(progress_mutex_);
      ++written_;
    }
    progress_.notify_all();
  }
  void flush_() override {}

 private:
  void write_out(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    write_to_stderr(std::string_view(line.data(), line.size()));
  }

  spdlog::details::thread_pool* pool_ = nullptr;
  std::size_t reported_ = 0;  ///< of the pool's overruns
  std::mutex progress_mutex_;
  std::condition_variable progress_;
  std::uint64_t written_ = 0;  ///< lines; guarded by progress_mutex_
};

/// Signals are for the threads that wait for them.
void block_signals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  ::pthread_setname_np(::pthread_self(), "log");
}

/// Of the process, as stderr is. Never destroyed: its thread may be stuck in a write for as long as
/// the process lives, and others may log until its very end.
class Log {
 public:
  static Log& instance() {
    static Log* const log = start();
    return *log;
  }

  void set_level(spdlog::level::level_enum level) { logger_->set_level(level); }
  bool takes(spdlog::level::level_enum level) const { return logger_->should_log(level); }
  void hand_over(spdlog::level::level_enum level, std::string_view line) {
    handed_over_.fetch_add(1, std::memory_order_relaxed);
    logger_->log(level, spdlog::string_view_t(line.data(), line.size()));
  }
  bool flush() { return sink_->wait(handed_over_.load(std::memory_order_relaxed)); }

 private:
  Log() { sink_->watch(*pool_); }

  static Log* start() {
    Log* const log = new Log;
    std::atexit([] { instance().flush(); });
    log->terminate_ = std::set_terminate([] {
      instance().flush();
      instance().terminate_();
    });
    return log;
  }

  std::terminate_handler terminate_ = nullptr;  ///< that was there before
  const std::shared_ptr<StderrSink> sink_ = std::make_shared<StderrSink>();
  const std::shared_ptr<spdlog::details::thread_pool> pool_ =
      std::make_shared<spdlog::details::thread_pool>(kLinesMax, 1, block_signals);
  const std::shared_ptr<spdlog::async_logger> logger_ = std::make_shared<spdlog::async_logger>(
      "coffer", sink_, pool_, spdlog::async_overflow_policy::overrun_oldest);
  std::atomic<std::uint64_t> handed_over_{0};
};

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

/// At most kMessageBytesMax, with a mark where something is missing.
std::string shorten(std::string_view message) {
  constexpr std::string_view kMark = "...";
  std::size_t length = kMessageBytesMax - kMark.size();
  // Not in the middle of a character.
  while (length > 0 && (static_cast<unsigned char>(message[length]) & 0xc0) == 0x80) --length;
  std::string out(message.substr(0, length));
  out += kMark;
  return out;
}

}  // namespace

void set_log_level(LogLevel level) { Log::instance().set_level(to_spdlog(level)); }

void log(LogLevel level, std::string_view message) {
  Log& to = Log::instance();
  if (!to.takes(to_spdlog(level))) return;
  std::string changed;
  if (std::any_of(message.begin(), message.end(), is_control)) {
    changed = escape_controls(message.substr(0, kMessageBytesMax + 1));
    message = changed;
  }
  if (message.size() > kMessageBytesMax) {
    changed = shorten(message);
    message = changed;
  }
  to.hand_over(to_spdlog(level), message);
}

bool flush_log() { return Log::instance().flush(); }

}  // namespace coffer
