#pragma once

#include "base/result.h"
#include "base/task.h"

#include <memory>

namespace coffer::blob {

/// One coroutine at a time that runs beside its owner: the write of one buffer while the next is
/// filled, the load of one window while the last is sent. One user, one call at a time.
///
/// What is started must own (or outlive by contract) all it touches: when the owner is destroyed it
/// goes on to its end, unheard. When the executor is torn down instead, it is destroyed, and
/// whoever waited for it with it.
class Background {
 public:
  /// Starts `task` on the caller's executor. Nothing may be running.
  Task<> start(Task<Result<>> task);
  bool running() const { return state_ != nullptr; }
  /// What the task returned; success when nothing runs. Not cancellable. `Internal` when it threw.
  Task<Result<>> wait();

 private:
  struct State;
  class Finish;
  std::shared_ptr<State> state_;  ///< Shared with the completion of the running task.
};

}  // namespace coffer::blob
