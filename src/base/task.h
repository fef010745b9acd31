#pragma once

#include <boost/asio/awaitable.hpp>

namespace coffer {

/// A coroutine of ours. Runs on the executor of whoever awaits it.
/// Compiler trap (g++ 12.2): never create a capturing lambda, or a brace-made aggregate with
/// non-trivial members, inside an expression that contains `co_await`; name it on the line before.
template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace coffer
