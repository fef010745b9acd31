#include "jobs/garbage_collector.h"

#include "base/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace coffer::jobs {
namespace {

namespace asio = boost::asio;

/// After a pass that removed something. Garbage is collected in batches that share syncs.
constexpr std::chrono::milliseconds kBusyPause{200};
/// After a pass that found nothing. The store remembers which buckets have garbage, so that such a
/// pass touches nothing.
constexpr std::chrono::milliseconds kIdlePause{2'000};
/// After a failure, which the disk will hardly have got over in two seconds.
constexpr std::chrono::milliseconds kFailurePause{30'000};

}  // namespace

class GarbageCollector::Impl : public std::enable_shared_from_this<GarbageCollector::Impl> {
 public:
  Impl(asio::io_context& loop, store::Store& store, MetricsRegistry& metrics)
      : loop_(loop),
        store_(store),
        timer_(loop),
        removed_(metrics.counter("coffer_garbage_blobs_removed_total",
                                 "Blobs removed by garbage collection")) {}

  void start() {
    auto ended = [self = shared_from_this()](std::exception_ptr failure) {
      // A pass that is told to stop ends by an exception.
      if (failure && !self->stopping_) log_error("garbage collection ended by an exception");
    };
    asio::co_spawn(loop_, run(shared_from_this()),
                   asio::bind_cancellation_slot(signal_.slot(), std::move(ended)));
  }

  void stop() {
    stopping_ = true;
    signal_.emit(asio::cancellation_type::terminal);
  }

 private:
  static Task<> run(std::shared_ptr<Impl> self) {
    while (!self->stopping_) {
      const std::chrono::milliseconds pause = co_await self->pass();
      self->timer_.expires_after(pause);
      co_await self->timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }

  /// Returns how long to wait for the next one.
  Task<std::chrono::milliseconds> pass() {
    const auto report = co_await store_.collect_garbage();
    if (!report) {
      log_warn("garbage collection: " + report.error().describe());
      co_return kFailurePause;
    }
    removed_.increment(static_cast<double>(report->blobs_removed));
    const bool busy = report->blobs_removed + report->references_removed > 0;
    co_return busy ? kBusyPause : kIdlePause;
  }

  asio::io_context& loop_;
  store::Store& store_;
  asio::steady_timer timer_;
  asio::cancellation_signal signal_;
  Counter& removed_;
  bool stopping_ = false;
};

GarbageCollector::GarbageCollector(asio::io_context& loop, store::Store& store,
                                   MetricsRegistry& metrics)
    : impl_(std::make_shared<Impl>(loop, store, metrics)) {}
GarbageCollector::~GarbageCollector() = default;
void GarbageCollector::start() { impl_->start(); }
void GarbageCollector::stop() { impl_->stop(); }

}  // namespace coffer::jobs
