#pragma once

#include "blob/engine.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coffer::blob {

/// Blobs in memory, for tests and the simulation. Every operation suspends once through the
/// awaiting coroutine's executor, so that a seeded scheduler can put others in between; nothing
/// else is left to chance. A blob can be read as soon as it is finished. What is handed out
/// (writers, pending blobs) may outlive the engine.
class MemoryEngine final : public Engine {
 public:
  MemoryEngine();
  ~MemoryEngine() override;

  Task<Result<std::unique_ptr<Writer>>> create(BlobId id, std::uint64_t size_hint_bytes) override;
  Task<Result<>> read(BlobId id, std::uint64_t offset, MutableBytes out) override;
  Task<Result<>> remove(BlobId id) override;
  Task<Result<>> enumerate(std::function<bool(BlobId id, std::uint64_t size_bytes)> visit) override;

  // Hooks for tests.

  /// Flips bits of one stored byte; false when there is no such byte.
  bool corrupt(BlobId id, std::uint64_t offset, std::byte mask = std::byte{1});
  /// Replaces the stored bytes of a blob; false when there is none.
  bool replace(BlobId id, std::string bytes);
  /// The stored bytes; nothing when there is no such blob.
  std::optional<std::string> stored(BlobId id) const;
  /// Every finished blob, in order of their ids.
  std::vector<BlobId> list() const;

  struct State;

 private:
  std::shared_ptr<State> state_;  ///< Shared with writers and pending blobs.
};

std::unique_ptr<MemoryEngine> make_memory_engine();

}  // namespace coffer::blob
