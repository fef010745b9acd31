#include "store/read_pins.h"

namespace coffer::store {
namespace {

std::string name_of(BucketId bucket, std::string_view rest) {
  std::string name(bucket.bytes());
  name += rest;
  return name;
}

}  // namespace

ReadPins::Lookup::Lookup(std::shared_ptr<ReadPins> pins, std::string key)
    : pins_(std::move(pins)), key_(std::move(key)) {
  Shard& shard = pins_->shard_of(key_);
  const std::lock_guard guard(shard.mutex);
  // Drawn under the lock, so that it is ordered with the barriers of this key.
  ticket_ = pins_->next_ticket_++;
  shard.lookups[key_].insert(ticket_);
}

ReadPins::Lookup::~Lookup() {
  if (!pins_) return;
  Shard& shard = pins_->shard_of(key_);
  const std::lock_guard guard(shard.mutex);
  const auto open = shard.lookups.find(key_);
  open->second.erase(ticket_);
  if (open->second.empty()) shard.lookups.erase(open);
}

ReadPins::Pin::Pin(std::shared_ptr<ReadPins> pins, BucketId home, DataId data)
    : pins_(std::move(pins)), name_(name_of(home, data.bytes())) {
  Shard& shard = pins_->shard_of(name_);
  const std::lock_guard guard(shard.mutex);
  ++shard.pins[name_];
}

ReadPins::Pin::~Pin() {
  if (!pins_) return;
  Shard& shard = pins_->shard_of(name_);
  const std::lock_guard guard(shard.mutex);
  const auto held = shard.pins.find(name_);
  if (--held->second == 0) shard.pins.erase(held);
}

ReadPins::Lookup ReadPins::begin_lookup(BucketId bucket, const std::string& group) {
  return Lookup(shared_from_this(), name_of(bucket, group));
}

ReadPins::Pin ReadPins::pin(BucketId home, DataId data) {
  return Pin(shared_from_this(), home, data);
}

bool ReadPins::lookups_ended(BucketId bucket, const std::string& group, const std::string& entry) {
  const std::string key = name_of(bucket, group);
  Shard& shard = shard_of(key);
  const std::lock_guard guard(shard.mutex);
  const auto open = shard.lookups.find(key);
  if (open == shard.lookups.end()) return true;
  const std::uint64_t barrier =
      shard.barriers.try_emplace(name_of(bucket, entry), next_ticket_.load()).first->second;
  return *open->second.begin() >= barrier;
}

bool ReadPins::pinned(BucketId home, DataId data) {
  const std::string name = name_of(home, data.bytes());
  Shard& shard = shard_of(name);
  const std::lock_guard guard(shard.mutex);
  return shard.pins.contains(name);
}

void ReadPins::forget(BucketId bucket, const std::string& group, const std::string& entry) {
  Shard& shard = shard_of(name_of(bucket, group));
  const std::lock_guard guard(shard.mutex);
  shard.barriers.erase(name_of(bucket, entry));
}

}  // namespace coffer::store
