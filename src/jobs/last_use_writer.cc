#include "jobs/last_use_writer.h"

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

}  // namespace

class LastUseWriter::Impl : public std::enable_shared_from_this<LastUseWriter::Impl> {
 public:
  Impl(asio::io_context& loop, auth::Identity& identity)
      : loop_(loop), identity_(identity), timer_(loop) {}

  void start() {
    auto ended = [](std::exception_ptr failure) {
      if (failure) log_error("writing last uses ended by an exception");
    };
    asio::co_spawn(loop_, run(shared_from_this()), std::move(ended));
  }

  void stop() {
    stopping_ = true;
    timer_.cancel();
  }

 private:
  static Task<> run(std::shared_ptr<Impl> self) {
    while (!self->stopping_) {
      self->timer_.expires_after(kPause);
      co_await self->timer_.async_wait(asio::as_tuple(asio::use_awaitable));
      // Also when it was told to stop: what has been noted is written.
      const auto saved = co_await self->identity_.save_last_uses();
      if (!saved) log_warn("last uses of tokens: " + saved.error().describe());
    }
  }

  asio::io_context& loop_;
  auth::Identity& identity_;
  asio::steady_timer timer_;
  bool stopping_ = false;
};

LastUseWriter::LastUseWriter(asio::io_context& loop, auth::Identity& identity)
    : impl_(std::make_shared<Impl>(loop, identity)) {}
LastUseWriter::~LastUseWriter() = default;
void LastUseWriter::start() { impl_->start(); }
void LastUseWriter::stop() { impl_->stop(); }

}  // namespace coffer::jobs
