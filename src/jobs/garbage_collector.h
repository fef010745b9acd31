#pragma once

#include "base/metrics.h"
#include "store/store.h"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace coffer::jobs {

/// Removes replaced and deleted bytes in the background: runs `Store::collect_garbage` on `loop`,
/// soon again while there was work, rarely otherwise. One per process. Belongs to the thread that
/// runs `loop`, or to its owner while nobody does.
class GarbageCollector {
 public:
  GarbageCollector(boost::asio::io_context& loop, store::Store& store, MetricsRegistry& metrics);
  ~GarbageCollector();
  void start();
  /// Ends a pass under way at its next step, since a pass may have hours of work; what it leaves is
  /// found again. Then nothing of this is left on `loop`.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  ///< shared with the coroutine that runs on `loop`
};

}  // namespace coffer::jobs
