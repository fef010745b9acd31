#include "auth/token_snapshot.h"

#include <algorithm>
#include <cassert>

namespace coffer::auth {
namespace {

bool has_lower_id(const TokenSnapshot::Slot& slot, const TokenId& id) { return slot.id < id; }

}  // namespace

TokenSnapshot::Change::Change(TokenSnapshot& snapshot, TokenId id) : snapshot_(snapshot), id_(id) {
  const std::lock_guard lock(snapshot_.writer_);
  ++snapshot_.under_way_[id_].changes;
}

TokenSnapshot::Change::~Change() {
  const std::lock_guard lock(snapshot_.writer_);
  const auto found = snapshot_.under_way_.find(id_);
  assert(found != snapshot_.under_way_.end());
  if (--found->second.changes == 0) snapshot_.under_way_.erase(found);
}

void TokenSnapshot::Change::publish(meta::Version version,
                                    std::shared_ptr<const TokenEntry> entry) const {
  snapshot_.publish(id_, version, std::move(entry));
}

void TokenSnapshot::Change::publish_revocation() const { snapshot_.publish(id_, 0, nullptr); }

TokenSnapshot::TokenSnapshot() {
  const auto empty = std::make_shared<const Shard>();
  for (auto& shard : shards_) shard = std::make_unique<Published<Shard>>(empty);
}

std::shared_ptr<const TokenEntry> TokenSnapshot::find(TokenId id) const {
  const std::shared_ptr<const Shard> shard = shards_[shard_of(id)]->load();
  const auto slot = std::lower_bound(shard->begin(), shard->end(), id, has_lower_id);
  if (slot == shard->end() || slot->id != id) return nullptr;
  return slot->entry;
}

std::vector<std::shared_ptr<const TokenEntry>> TokenSnapshot::of_owner(
    const TokenOwner& owner) const {
  std::vector<std::shared_ptr<const TokenEntry>> entries;
  for (const auto& published : shards_) {
    const std::shared_ptr<const Shard> shard = published->load();
    for (const Slot& slot : *shard) {
      if (slot.entry->token.owner == owner) entries.push_back(slot.entry);
    }
  }
  return entries;
}

void TokenSnapshot::replace_all(std::vector<Slot> slots) {
  std::array<Shard, kShards> fresh;
  for (Slot& slot : slots) fresh[shard_of(slot.id)].push_back(std::move(slot));
  const std::lock_guard lock(writer_);
  for (std::size_t i = 0; i < kShards; ++i) {
    shards_[i]->store(std::make_shared<const Shard>(std::move(fresh[i])));
  }
}

void TokenSnapshot::publish(TokenId id, meta::Version version,
                            std::shared_ptr<const TokenEntry> entry) {
  const std::lock_guard lock(writer_);
  UnderWay& under_way = under_way_.at(id);
  if (under_way.revoked) return;
  under_way.revoked = entry == nullptr;

  Published<Shard>& published = *shards_[shard_of(id)];
  Shard shard = *published.load();
  const auto slot = std::lower_bound(shard.begin(), shard.end(), id, has_lower_id);
  const bool present = slot != shard.end() && slot->id == id;
  if (!entry) {
    if (present) shard.erase(slot);
  } else if (!present) {
    shard.insert(slot, Slot(id, version, std::move(entry)));
  } else if (slot->version < version) {
    *slot = Slot(id, version, std::move(entry));
  } else {
    return;
  }
  published.store(std::make_shared<const Shard>(std::move(shard)));
}

}  // namespace coffer::auth
