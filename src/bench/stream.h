#pragma once

#include "base/task.h"
#include "bench/target.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <memory>
#include <string_view>

namespace coffer::bench {

/// Bytes to and from one server, plain or under TLS. Belongs to one event loop.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual Task<bool> connect() = 0;
  /// Writes both pieces whole; false when the connection broke.
  virtual Task<bool> write(std::string_view head, std::string_view body) = 0;
  /// At least one byte; 0 when the connection ended or broke. `out` outlives the call.
  virtual Task<std::size_t> read_some(boost::asio::mutable_buffer out) = 0;
};

/// Not connected yet.
std::unique_ptr<Stream> make_stream(const boost::asio::any_io_executor& executor,
                                    const Target& target);

}  // namespace coffer::bench
