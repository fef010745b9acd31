#pragma once

#include "base/pending_blob.h"
#include "meta/engine.h"

#include <memory>
#include <utility>
#include <vector>

namespace coffer::store {

/// A finished blob whose commit may need several attempts. `meta` drops the pending blobs of a
/// commit whose check failed, and a dropped blob's bytes are removed; so each attempt gets a loan,
/// and the blob itself goes only when this does.
class RetryableBlob {
 public:
  RetryableBlob() = default;
  explicit RetryableBlob(std::unique_ptr<PendingBlob> blob)
      : state_(blob ? std::make_shared<State>(std::move(blob)) : nullptr) {}

  /// Adds a loan of the blob, if there is one, to `change`.
  void lend(meta::Commit& change) const {
    if (state_) change.pending_blobs.push_back(std::make_unique<Loan>(state_));
  }
  /// The commit ended in an error: it may appear after a restart, so the bytes have to stay. If it
  /// does not, they are an orphan, which Store::recover removes.
  void keep_for_recovery() const {
    if (state_) state_->blob->adopt();
  }

 private:
  /// Shared by this and the loan inside a commit.
  struct State {
    explicit State(std::unique_ptr<PendingBlob> b) : blob(std::move(b)) {}
    std::unique_ptr<PendingBlob> blob;
    bool durable = false;
  };
  class Loan final : public PendingBlob {
   public:
    explicit Loan(std::shared_ptr<State> state) : state_(std::move(state)) {}
    Task<Result<>> make_durable() override {
      if (state_->durable) co_return ok();
      auto result = co_await state_->blob->make_durable();
      if (result) state_->durable = true;
      co_return result;
    }
    void adopt() override { state_->blob->adopt(); }

   private:
    std::shared_ptr<State> state_;
  };

  std::shared_ptr<State> state_;
};

}  // namespace coffer::store
