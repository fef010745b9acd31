#pragma once

#include "auth/identity.h"
#include "auth/published.h"
#include "meta/engine.h"

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace coffer::auth {

/// All tokens in memory, in shards by the first byte of the id, each immutable: a change copies and
/// replaces one shard (a few microseconds with 100,000 tokens), a look-up reads one and waits for
/// nobody. Thread-safe.
///
/// Commits of one token may be published in another order than they were made. Versions settle it:
/// an older entry never replaces a newer one, and nothing brings a revoked token back.
class TokenSnapshot {
 public:
  TokenSnapshot();

  /// One token with the version of the commit that wrote it.
  struct Slot {
    Slot(TokenId i, meta::Version v, std::shared_ptr<const TokenEntry> e)
        : id(i), version(v), entry(std::move(e)) {}
    TokenId id;
    meta::Version version;
    std::shared_ptr<const TokenEntry> entry;
  };

  /// Stands for a change of one token from before its commit until after its publication. While any
  /// is alive, a revocation of that token is remembered; once none is, no commit older than the
  /// revocation can still arrive, and ids are never reused.
  class Change {
   public:
    Change(TokenSnapshot& snapshot, TokenId id);
    ~Change();
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;

    /// What a commit of this change wrote. Visible to every later `find`, unless a later commit
    /// already is.
    void publish(meta::Version version, std::shared_ptr<const TokenEntry> entry) const;
    void publish_revocation() const;

   private:
    TokenSnapshot& snapshot_;
    TokenId id_;
  };

  /// Null when there is no such token.
  std::shared_ptr<const TokenEntry> find(TokenId id) const;
  std::vector<std::shared_ptr<const TokenEntry>> of_owner(const TokenOwner& owner) const;

  /// Replaces everything. `slots` are in ascending order of ids.
  void replace_all(std::vector<Slot> slots);

 private:
  using Shard = std::vector<Slot>;  ///< ascending ids
  static constexpr std::size_t kShards = 256;

  struct UnderWay {
    std::size_t changes = 0;
    bool revoked = false;
  };

  static std::size_t shard_of(TokenId id) { return static_cast<unsigned char>(id.bytes()[0]); }
  void publish(TokenId id, meta::Version version, std::shared_ptr<const TokenEntry> entry);

  std::array<std::unique_ptr<Published<Shard>>, kShards> shards_;
  std::mutex writer_;  ///< never held while anybody waits; readers do not take it
  std::map<TokenId, UnderWay> under_way_;  ///< guarded by writer_
};

}  // namespace coffer::auth
