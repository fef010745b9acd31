#include "jobs/usage_writer.h"

#include "base/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace coffer::jobs {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kPause{30};
/// Writes between two removals of what is old: five minutes.
constexpr int kWritesPerRemoval = 10;

}  // namespace

class UsageWriter::Impl : public std::enable_shared_from_this<UsageWriter::Impl> {
 public:
  Impl(asio::io_context& loop, store::RequestUsage& usage)
      : loop_(loop), usage_(usage), timer_(loop) {}

  void start() {
    auto ended = [](std::exception_ptr failure) {
      if (failure) log_error("writing usage ended by an exception");
    };
    asio::co_spawn(loop_, run(shared_from_this()), std::move(ended));
  }

  void stop() {
    stopping_ = true;
    timer_.cancel();
  }

 private:
  static Task<> run(std::shared_ptr<Impl> self) {
    for (int writes = 0; !self->stopping_; ++writes) {
      if (writes % kWritesPerRemoval == 0) {
        const auto dropped = co_await self->usage_.drop_old();
        if (!dropped) log_warn("usage past its time: " + dropped.error().describe());
      }
      // It may have been told to stop while what is old was removed.
      if (!self->stopping_) {
        self->timer_.expires_after(kPause);
        co_await self->timer_.async_wait(asio::as_tuple(asio::use_awaitable));
      }
      // Also when it was told to stop: what has been counted is written.
      const auto saved = co_await self->usage_.save();
      if (!saved) log_warn("usage: " + saved.error().describe());
    }
  }

  asio::io_context& loop_;
  store::RequestUsage& usage_;
  asio::steady_timer timer_;
  bool stopping_ = false;
};

UsageWriter::UsageWriter(asio::io_context& loop, store::RequestUsage& usage)
    : impl_(std::make_shared<Impl>(loop, usage)) {}
UsageWriter::~UsageWriter() = default;
void UsageWriter::start() { impl_->start(); }
void UsageWriter::stop() { impl_->stop(); }

}  // namespace coffer::jobs
