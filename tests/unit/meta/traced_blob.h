#pragma once

#include "base/pending_blob.h"

#include <string>

namespace coffer::meta::test {

/// Says what became of it.
class TracedBlob final : public PendingBlob {
 public:
  explicit TracedBlob(std::string& fate) : fate_(fate) {}
  ~TracedBlob() override { fate_ = adopted_ ? "kept" : "removed"; }
  Task<Result<>> make_durable() override { co_return ok(); }
  void adopt() override { adopted_ = true; }

 private:
  std::string& fate_;
  bool adopted_ = false;
};

}  // namespace coffer::meta::test
