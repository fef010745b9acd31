#pragma once

#include "meta/engine.h"
#include "store/object_record.h"
#include "store/types.h"

#include <cstdint>

namespace coffer::store {

/// What of a bucket's counters one commit changes. Fill in the classes and `uploads`; the totals
/// follow from them.
class UsageChange {
 public:
  void add_object(const ObjectRecord& object) { count(object, 1); }
  void remove_object(const ObjectRecord& object) { count(object, -1); }
  /// Of an upload in progress of that class; negative numbers remove.
  void add_parts(StorageClass storage_class, std::int64_t parts, std::int64_t bytes);
  void add_uploads(std::int64_t uploads) { uploads_ += uploads; }

  /// Adds to `change` what differs from nothing.
  void write(meta::Commit& change) const;

 private:
  void count(const ObjectRecord& object, std::int64_t sign);

  ClassUsage standard_;
  ClassUsage infrequent_access_;
  std::int64_t uploads_ = 0;
};

/// User and system metadata, as encoded in a record.
std::uint64_t metadata_bytes(const Metadata& metadata);

/// All counters of one bucket's partition.
Task<Result<BucketUsage>> read_usage(meta::Engine& meta, const meta::Partition& partition);

void add(BucketUsage& sum, const BucketUsage& usage);

}  // namespace coffer::store
