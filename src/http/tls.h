#pragma once

#include "base/result.h"
#include "http/server.h"

#include <memory>
#include <mutex>

struct ssl_st;
struct ssl_ctx_st;

namespace coffer::http {

struct SslDeleter {
  void operator()(ssl_st* ssl) const;
};
using SslPtr = std::unique_ptr<ssl_st, SslDeleter>;

/// The certificate in use. New connections take the newest one; a connection keeps the one it began
/// with. Thread-safe.
class TlsStore {
 public:
  /// Reads chain and key and swaps them in. InvalidConfiguration, naming the file, when they cannot
  /// be read or do not belong together; what was in use stays.
  Result<> load(const TlsConfig& config);
  /// A server session on a connected, non-blocking socket; null when out of memory. `load` has
  /// succeeded before.
  SslPtr open(int descriptor) const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> context_;  // guarded by mutex_; sessions hold references of their own
};

}  // namespace coffer::http
