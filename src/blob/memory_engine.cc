#include "blob/memory_engine.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstring>
#include <map>
#include <mutex>
#include <utility>

namespace coffer::blob {

struct MemoryEngine::State {
  using Bytes = std::shared_ptr<const std::string>;

  Bytes find(BlobId id) const {
    const std::lock_guard lock(mutex);
    const auto found = blobs.find(id);
    return found == blobs.end() ? nullptr : found->second;
  }
  void put(BlobId id, std::string bytes) {
    auto stored = std::make_shared<const std::string>(std::move(bytes));
    const std::lock_guard lock(mutex);
    blobs[id] = std::move(stored);
  }
  void erase(BlobId id) {
    const std::lock_guard lock(mutex);
    blobs.erase(id);
  }

  mutable std::mutex mutex;
  std::map<BlobId, Bytes> blobs;  // guarded by mutex
};

namespace {

using State = MemoryEngine::State;

/// A place where others may run.
Task<> yield() { co_await boost::asio::post(boost::asio::use_awaitable); }

class MemoryPending final : public PendingBlob {
 public:
  MemoryPending(std::shared_ptr<State> state, BlobId id) : state_(std::move(state)), id_(id) {}
  ~MemoryPending() override {
    if (!adopted_) state_->erase(id_);
  }
  Task<Result<>> make_durable() override {
    co_await yield();
    co_return ok();
  }
  void adopt() override { adopted_ = true; }

 private:
  std::shared_ptr<State> state_;
  BlobId id_;
  bool adopted_ = false;
};

class MemoryWriter final : public Writer {
 public:
  MemoryWriter(std::shared_ptr<State> state, BlobId id) : state_(std::move(state)), id_(id) {}
  Task<Result<>> write(ByteView bytes) override {
    co_await yield();
    bytes_.append(as_text(bytes));
    co_return ok();
  }
  Task<Result<std::unique_ptr<PendingBlob>>> finish() override {
    co_await yield();
    std::unique_ptr<PendingBlob> pending = std::make_unique<MemoryPending>(state_, id_);
    state_->put(id_, std::move(bytes_));
    co_return pending;
  }

 private:
  std::shared_ptr<State> state_;
  BlobId id_;
  std::string bytes_;
};

}  // namespace

MemoryEngine::MemoryEngine() : state_(std::make_shared<State>()) {}
MemoryEngine::~MemoryEngine() = default;

Task<Result<std::unique_ptr<Writer>>> MemoryEngine::create(BlobId id, std::uint64_t) {
  co_await yield();
  std::unique_ptr<Writer> writer = std::make_unique<MemoryWriter>(state_, id);
  co_return writer;
}

Task<Result<>> MemoryEngine::read(BlobId id, std::uint64_t offset, MutableBytes out) {
  co_await yield();
  const State::Bytes bytes = state_->find(id);
  if (!bytes) co_return make_error(ErrorCode::Corrupt, "blob " + id.hex() + " is missing");
  if (offset > bytes->size() || out.size() > bytes->size() - offset) {
    co_return make_error(ErrorCode::Corrupt, "blob " + id.hex() + " has " +
                                                 std::to_string(bytes->size()) + " bytes, asked " +
                                                 std::to_string(out.size()) + " from " +
                                                 std::to_string(offset));
  }
  if (!out.empty()) std::memcpy(out.data(), bytes->data() + offset, out.size());
  co_return ok();
}

Task<Result<>> MemoryEngine::remove(BlobId id) {
  co_await yield();
  state_->erase(id);
  co_return ok();
}

Task<Result<>> MemoryEngine::enumerate(
    std::function<bool(BlobId id, std::uint64_t size_bytes)> visit) {
  co_await yield();
  for (const BlobId id : list()) {
    const State::Bytes bytes = state_->find(id);
    if (bytes && !visit(id, bytes->size())) break;
  }
  co_return ok();
}

bool MemoryEngine::corrupt(BlobId id, std::uint64_t offset, std::byte mask) {
  const State::Bytes bytes = state_->find(id);
  if (!bytes || offset >= bytes->size()) return false;
  std::string changed = *bytes;
  changed[offset] = static_cast<char>(static_cast<std::byte>(changed[offset]) ^ mask);
  state_->put(id, std::move(changed));
  return true;
}

bool MemoryEngine::replace(BlobId id, std::string bytes) {
  if (!state_->find(id)) return false;
  state_->put(id, std::move(bytes));
  return true;
}

std::optional<std::string> MemoryEngine::stored(BlobId id) const {
  const State::Bytes bytes = state_->find(id);
  if (!bytes) return std::nullopt;
  return *bytes;
}

std::vector<BlobId> MemoryEngine::list() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<BlobId> ids;
  ids.reserve(state_->blobs.size());
  for (const auto& [id, bytes] : state_->blobs) ids.push_back(id);
  return ids;
}

std::unique_ptr<MemoryEngine> make_memory_engine() { return std::make_unique<MemoryEngine>(); }

}  // namespace coffer::blob
