#pragma once

#include "store/request_usage.h"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace coffer::jobs {

/// Writes the requests that were counted, every half minute and once more when it is stopped, and
/// removes what is past its time: runs `RequestUsage::save` and `drop_old` on `loop`. One per
/// process. Belongs to the thread that runs `loop`, or to its owner while nobody does.
class UsageWriter {
 public:
  UsageWriter(boost::asio::io_context& loop, store::RequestUsage& usage);
  ~UsageWriter();
  void start();
  /// Then nothing of this is left on `loop` once it has run.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  ///< shared with the coroutine that runs on `loop`
};

}  // namespace coffer::jobs
