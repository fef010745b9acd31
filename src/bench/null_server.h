#pragma once

#include "bench/target.h"

#include <cstdint>
#include <memory>

namespace coffer::bench {

/// A server that reads requests and answers 200 at once: the generator against it shows the
/// generator's own ceiling on this machine. Listens on a free loopback port, on a thread of its
/// own, while it lives.
class NullServer {
 public:
  /// Each answer has a body of `answer_bytes`.
  explicit NullServer(std::uint64_t answer_bytes);
  ~NullServer();
  Target target() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::bench
