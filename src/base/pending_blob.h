#pragma once

#include "base/result.h"
#include "base/task.h"

namespace coffer {

/// A finished blob that is not yet durable. Made by `blob`, consumed by a `meta` commit, which
/// guarantees that it is durable no later than the commit itself. Destroyed without a commit, its
/// bytes are removed (enqueued by the destructor, swept at start after a crash).
class PendingBlob {
 public:
  virtual ~PendingBlob() = default;
  /// Returns once the bytes, and the directory entry that names them, are on stable storage.
  virtual Task<Result<>> make_durable() = 0;
  /// The commit that names this blob was acknowledged: the destructor keeps the bytes.
  virtual void adopt() = 0;
};

}  // namespace coffer
