#pragma once

#include "app/files.h"
#include "base/result.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace coffer::app {

/// Where the access log's lines go. Event loops hand lines over and never wait for the disk, the
/// pipe or the terminal: a thread of its own writes them, many at a time. When that cannot keep up,
/// lines are dropped, counted and reported in the server's log. Thread-safe.
class AccessLogWriter {
 public:
  /// `where`: "stderr", "stdout", or the path of a file that lines are appended to. IoError.
  static Result<std::unique_ptr<AccessLogWriter>> open(const std::string& where);
  /// Writes what is queued, then ends. A pipe that nobody empties holds that up for a second at
  /// most.
  ~AccessLogWriter();
  AccessLogWriter(const AccessLogWriter&) = delete;
  AccessLogWriter& operator=(const AccessLogWriter&) = delete;

  /// `line` comes without its line end.
  void write(std::string_view line);
  /// Opens the file again, after somebody moved it away; nothing to do for stderr and stdout. On
  /// failure the old file goes on being written.
  Result<> reopen();
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  AccessLogWriter(std::string path, Descriptor file);
  void run();
  void write_out(std::string_view lines);
  bool wait_for_room();

  const std::string path_;  ///< empty for stderr and stdout
  std::mutex mutex_;
  std::condition_variable wake_;
  std::string pending_;                  ///< whole lines; guarded by mutex_
  std::optional<Descriptor> next_file_;  ///< to go on with; guarded by mutex_
  bool stopping_ = false;                ///< guarded by mutex_
  std::atomic<std::uint64_t> dropped_{0};
  Descriptor stop_;  ///< an eventfd, readable from the destructor on
  // The thread's own.
  Descriptor file_;
  std::uint64_t reported_ = 0;                                       ///< of dropped_
  std::optional<std::chrono::steady_clock::time_point> give_up_at_;  ///< once stopping
  std::thread thread_;
};

}  // namespace coffer::app
