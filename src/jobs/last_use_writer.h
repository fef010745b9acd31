#pragma once

#include "auth/identity.h"
#include "jobs/periodic.h"

#include <boost/asio/io_context.hpp>

namespace coffer::jobs {

/// Writes when tokens were last used, a while after: runs `Identity::save_last_uses` on `loop`.
/// What was noted in the last half minute before a crash is lost, which is all the same for a date
/// that is exact to five minutes. One per process. Belongs to the thread that runs `loop`, or to
/// its owner while nobody does.
class LastUseWriter {
 public:
  LastUseWriter(boost::asio::io_context& loop, auth::Identity& identity);
  void start() { job_.start(); }
  /// Then nothing of this is left on `loop` once it has run.
  void stop() { job_.stop(); }

 private:
  Periodic job_;
};

}  // namespace coffer::jobs
