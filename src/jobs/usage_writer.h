#pragma once

#include "jobs/periodic.h"
#include "store/request_usage.h"

#include <boost/asio/io_context.hpp>

namespace coffer::jobs {

/// Writes the requests that were counted, every half minute and once more when it is stopped, and
/// removes what is past its time: runs `RequestUsage::save` and `drop_old` on `loop`. One per
/// process. Belongs to the thread that runs `loop`, or to its owner while nobody does.
class UsageWriter {
 public:
  UsageWriter(boost::asio::io_context& loop, store::RequestUsage& usage);
  void start() { job_.start(); }
  /// Then nothing of this is left on `loop` once it has run.
  void stop() { job_.stop(); }

 private:
  static Task<Result<>> write(store::RequestUsage& usage, int number);

  Periodic job_;
};

}  // namespace coffer::jobs
