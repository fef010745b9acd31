#include "jobs/periodic.h"

#include "base/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace coffer::jobs {

namespace asio = boost::asio;

class Periodic::Impl : public std::enable_shared_from_this<Periodic::Impl> {
 public:
  Impl(asio::io_context& loop, std::string name, std::chrono::milliseconds pause,
       std::function<Task<Result<>>()> work)
      : loop_(loop), name_(std::move(name)), pause_(pause), work_(std::move(work)), timer_(loop) {}

  void start() {
    auto ended = [name = name_](std::exception_ptr failure) {
      if (failure) log_error(name + " ended by an exception");
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
      self->timer_.expires_after(self->pause_);
      co_await self->timer_.async_wait(asio::as_tuple(asio::use_awaitable));
      const auto done = co_await self->work_();
      if (!done) log_warn(self->name_ + ": " + done.error().describe());
    }
  }

  asio::io_context& loop_;
  const std::string name_;
  const std::chrono::milliseconds pause_;
  std::function<Task<Result<>>()> work_;
  asio::steady_timer timer_;
  bool stopping_ = false;
};

Periodic::Periodic(asio::io_context& loop, std::string name, std::chrono::milliseconds pause,
                   std::function<Task<Result<>>()> work)
    : impl_(std::make_shared<Impl>(loop, std::move(name), pause, std::move(work))) {}
Periodic::~Periodic() = default;
void Periodic::start() { impl_->start(); }
void Periodic::stop() { impl_->stop(); }

}  // namespace coffer::jobs
