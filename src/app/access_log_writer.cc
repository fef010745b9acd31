#include "app/access_log_writer.h"

#include "base/log.h"

#include <climits>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace coffer::app {
namespace {

/// What waits for a slow disk or reader: some seconds at full speed.
constexpr std::size_t kPendingBytesMax = 4 * 1024 * 1024;
/// One write to a pipe of at most this much is never torn apart by other writers (pipe(7)); the
/// server's own log may share the pipe.
constexpr std::size_t kPieceBytesMax = PIPE_BUF;
/// How long the last lines may take once the server stops.
constexpr std::chrono::seconds kStopPatience{1};

Result<Descriptor> open_file(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (!file.is_open()) return file_error("open access log", path, errno);
  return file;
}

/// The longest front of `lines` that ends at a line's end and fits into a piece, or as much of a
/// longer line as fits.
std::string_view next_piece(std::string_view lines) {
  if (lines.size() <= kPieceBytesMax) return lines;
  const std::size_t end = lines.rfind('\n', kPieceBytesMax - 1);
  return lines.substr(0, end == std::string_view::npos ? kPieceBytesMax : end + 1);
}

}  // namespace

Result<std::unique_ptr<AccessLogWriter>> AccessLogWriter::open(const std::string& where) {
  const bool standard = where == "stderr" || where == "stdout";
  if (standard) {
    // A copy, which can be closed like any file.
    Descriptor copy(::fcntl(where == "stdout" ? STDOUT_FILENO : STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!copy.is_open()) return file_error("open access log", where, errno);
    return std::unique_ptr<AccessLogWriter>(new AccessLogWriter({}, std::move(copy)));
  }
  TRY(Descriptor file, open_file(where));
  return std::unique_ptr<AccessLogWriter>(new AccessLogWriter(where, std::move(file)));
}

AccessLogWriter::AccessLogWriter(std::string path, Descriptor file)
    : path_(std::move(path)),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      file_(std::move(file)),
      thread_([this] { run(); }) {}

AccessLogWriter::~AccessLogWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
}

void AccessLogWriter::write(std::string_view line) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    if (pending_.size() + line.size() + 1 > kPendingBytesMax) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    was_empty = pending_.empty();
    pending_ += line;
    pending_ += '\n';
  }
  // A thread that is busy looks again by itself.
  if (was_empty) wake_.notify_one();
}

Result<> AccessLogWriter::reopen() {
  if (path_.empty()) return ok();
  TRY(Descriptor file, open_file(path_));
  const std::lock_guard lock(mutex_);
  next_file_ = std::move(file);
  return ok();
}

void AccessLogWriter::run() {
  std::string lines;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !pending_.empty(); });
      if (pending_.empty()) return;
      lines.clear();  // its memory is the next batch's
      lines.swap(pending_);
      if (next_file_) file_ = *std::exchange(next_file_, std::nullopt);
    }
    write_out(lines);
    const std::uint64_t dropped = dropped_.load(std::memory_order_relaxed);
    if (dropped != reported_) {
      log_warn("access log: " + std::to_string(dropped - reported_) +
               " lines dropped, because they could not be written in time");
      reported_ = dropped;
    }
  }
}

/// A pipe's reader may be stuck, and the server must end all the same.
bool AccessLogWriter::wait_for_room() {
  for (;;) {
    std::array<pollfd, 2> wanted{pollfd{file_.get(), POLLOUT, 0}, pollfd{stop_.get(), POLLIN, 0}};
    int wait_ms = -1;
    if (give_up_at_) {
      wanted[1].fd = -1;
      const auto left = *give_up_at_ - std::chrono::steady_clock::now();
      wait_ms = static_cast<int>(
          std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(left).count()));
    }
    const int ready = ::poll(wanted.data(), wanted.size(), wait_ms);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0 || wanted[0].revents != 0) return true;  // an error is for the write to find
    if (ready == 0) return false;
    give_up_at_ = std::chrono::steady_clock::now() + kStopPatience;
  }
}

void AccessLogWriter::write_out(std::string_view lines) {
  while (!lines.empty()) {
    const std::string_view piece = next_piece(lines);
    lines.remove_prefix(piece.size());
    if (!wait_for_room() || write_to_end(file_.get(), piece) != 0) {
      const auto lost = 1 + std::count(lines.begin(), lines.end(), '\n');
      dropped_.fetch_add(static_cast<std::uint64_t>(lost), std::memory_order_relaxed);
      return;
    }
  }
}

}  // namespace coffer::app
