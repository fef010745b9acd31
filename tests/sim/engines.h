#pragma once

#include "base/offload.h"
#include "blob/engine.h"
#include "meta/engine.h"
#include "scheduler.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace coffer::sim {

/// Jobs are just more of what the scheduler may run next.
class ScheduledPool final : public WorkPool {
 public:
  explicit ScheduledPool(Scheduler& scheduler) : scheduler_(scheduler) {}
  bool try_post(std::function<void()> job) override {
    scheduler_.post(std::move(job));
    return true;
  }

 private:
  Scheduler& scheduler_;
};

/// Lets others run for a while, as everything that takes time does: mostly for a moment, now and
/// then for so long that much else can begin and end meanwhile.
inline Task<> pause(Scheduler& scheduler) {
  const bool stalls = scheduler.random()() % 40 == 0;
  for (auto left = scheduler.random()() % (stalls ? 120 : 4); left > 0; --left) {
    co_await boost::asio::post(boost::asio::use_awaitable);
  }
}

/// An index whose every call takes time before and after it takes effect.
class SlowMeta final : public meta::Engine {
 public:
  SlowMeta(Scheduler& scheduler, std::unique_ptr<meta::Engine> engine)
      : scheduler_(scheduler), engine_(std::move(engine)) {}

  Task<Result<std::optional<meta::Stored>>> get(meta::Partition partition, meta::Key key) override {
    co_await pause(scheduler_);
    auto result = co_await engine_->get(std::move(partition), std::move(key));
    co_await pause(scheduler_);
    co_return result;
  }
  Task<Result<>> scan(meta::Partition partition, meta::Range range, meta::Visitor visit) override {
    co_await pause(scheduler_);
    auto result = co_await engine_->scan(std::move(partition), std::move(range), std::move(visit));
    co_await pause(scheduler_);
    co_return result;
  }
  Task<Result<meta::CommitOutcome>> commit(meta::Commit change) override {
    co_await pause(scheduler_);
    const meta::Partition partition = change.partition;
    const std::vector<meta::Add> adds = change.adds;
    auto result = co_await engine_->commit(std::move(change));
    if (after_commit && result && result->committed()) after_commit(partition, adds);
    co_await pause(scheduler_);
    co_return result;
  }
  Task<Result<std::int64_t>> counter(meta::Partition partition, std::string name) override {
    co_await pause(scheduler_);
    co_return co_await engine_->counter(std::move(partition), std::move(name));
  }
  Task<Result<>> drop(meta::Partition partition) override {
    co_await pause(scheduler_);
    auto result = co_await engine_->drop(std::move(partition));
    co_await pause(scheduler_);
    co_return result;
  }

  /// Told of every commit at the moment that it takes effect.
  std::function<void(const meta::Partition&, const std::vector<meta::Add>&)> after_commit;

 private:
  Scheduler& scheduler_;
  std::unique_ptr<meta::Engine> engine_;
};

/// Blobs, slowly; and when the process crashes, finished ones that no commit named stay behind.
class SlowBlobs final : public blob::Engine {
 public:
  SlowBlobs(Scheduler& scheduler, std::unique_ptr<blob::Engine> engine)
      : scheduler_(scheduler), engine_(std::move(engine)) {}

  Task<Result<std::unique_ptr<blob::Writer>>> create(BlobId id, std::uint64_t hint) override {
    co_await pause(scheduler_);
    CO_TRY(auto writer, co_await engine_->create(id, hint));
    std::unique_ptr<blob::Writer> slow = std::make_unique<Writer>(*this, std::move(writer));
    co_return slow;
  }
  Task<Result<>> read(BlobId id, std::uint64_t offset, MutableBytes out) override {
    co_await pause(scheduler_);
    auto result = co_await engine_->read(id, offset, out);
    co_await pause(scheduler_);
    co_return result;
  }
  Task<Result<>> remove(BlobId id) override {
    co_await pause(scheduler_);
    co_return co_await engine_->remove(id);
  }
  Task<Result<>> enumerate(std::function<bool(BlobId, std::uint64_t)> visit) override {
    co_await pause(scheduler_);
    co_return co_await engine_->enumerate(std::move(visit));
  }
  void set_crashing(bool crashing) { crashing_ = crashing; }

 private:
  class Pending final : public PendingBlob {
   public:
    Pending(SlowBlobs& blobs, std::unique_ptr<PendingBlob> inner)
        : blobs_(blobs), inner_(std::move(inner)) {}
    ~Pending() override {
      // A dead process removes nothing.
      if (blobs_.crashing_) inner_->adopt();
    }
    Task<Result<>> make_durable() override {
      co_await pause(blobs_.scheduler_);
      co_return co_await inner_->make_durable();
    }
    void adopt() override { inner_->adopt(); }

   private:
    SlowBlobs& blobs_;
    std::unique_ptr<PendingBlob> inner_;
  };
  class Writer final : public blob::Writer {
   public:
    Writer(SlowBlobs& blobs, std::unique_ptr<blob::Writer> inner)
        : blobs_(blobs), inner_(std::move(inner)) {}
    Task<Result<>> write(ByteView bytes) override {
      co_await pause(blobs_.scheduler_);
      co_return co_await inner_->write(bytes);
    }
    Task<Result<std::unique_ptr<PendingBlob>>> finish() override {
      co_await pause(blobs_.scheduler_);
      CO_TRY(auto pending, co_await inner_->finish());
      std::unique_ptr<PendingBlob> slow = std::make_unique<Pending>(blobs_, std::move(pending));
      co_return slow;
    }

   private:
    SlowBlobs& blobs_;
    std::unique_ptr<blob::Writer> inner_;
  };

  Scheduler& scheduler_;
  std::unique_ptr<blob::Engine> engine_;
  bool crashing_ = false;
};

}  // namespace coffer::sim
