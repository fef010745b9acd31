#pragma once

#include "base/task.h"

#include <cstddef>
#include <functional>

namespace coffer::store {

/// Runs `each(0)` ... `each(count - 1)`, at most `width` at a time, on the caller's executor, and
/// returns once all have ended; rethrows the first exception. It always waits for all, so
/// references into the caller's frame are safe.
Task<> fan_out(std::size_t count, std::size_t width, std::function<Task<>(std::size_t)> each);

}  // namespace coffer::store
