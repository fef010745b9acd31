#pragma once

#include "meta/engine.h"

#include <memory>

namespace coffer::meta {

/// Ordered keys in memory, for unit tests and the simulation; nothing survives it. Every operation
/// suspends through the awaiting coroutine's executor, so that a seeded scheduler can put others in
/// between; nothing else is left to chance. A commit takes effect in one step: after its pending
/// blobs are durable, with all its checks. Thread-safe.
std::unique_ptr<Engine> make_memory_engine();

}  // namespace coffer::meta
