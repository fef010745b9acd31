#include "store/bucket_record.h"
#include "store/layout.h"
#include "store/object_record.h"
#include "store/queue_record.h"
#include "store/usage.h"
#include "world.h"

namespace coffer::sim {
namespace {

namespace layout = store::layout;

/// Everything that one partition holds, by family.
struct Contents {
  std::map<std::string, std::string> records;
  std::map<std::string, std::string> uploads;
  std::map<std::string, std::string> details;
  std::map<std::string, std::string> bodies;
  std::map<std::string, std::string> queue;

  std::map<std::string, std::string>& of(meta::Family family) {
    switch (family) {
      case meta::Family::Upload:
        return uploads;
      case meta::Family::Detail:
        return details;
      case meta::Family::Body:
        return bodies;
      case meta::Family::Queue:
        return queue;
      default:
        return records;
    }
  }
};

Task<Result<Contents>> read_partition(meta::Engine& meta, meta::Partition partition) {
  Contents contents;
  for (const meta::Family family :
       {meta::Family::Record, meta::Family::Upload, meta::Family::Detail, meta::Family::Body,
        meta::Family::Queue}) {
    meta::Visitor visit = [&](std::string_view key, std::string_view value, meta::Version) {
      contents.of(family).emplace(key, value);
      return meta::Step::next();
    };
    meta::Range everything(family, "", "");
    CO_TRY_VOID(co_await meta.scan(partition, std::move(everything), std::move(visit)));
  }
  co_return contents;
}

/// What an audit gathers over all buckets.
struct Ledger {
  std::map<std::string, Contents> partitions;  ///< by bucket id
  std::set<std::string> blobs_named;           ///< by records and parts
  std::set<std::string> references_wanted;     ///< home partition and key of each
  std::set<std::string> references_kept;
  std::string complaints;
};

std::string reference_name(const store::Home& home) {
  return std::string(home.bucket.bytes()) +
         layout::reference_key(home.group, home.data, home.ref).bytes;
}

void audit_object(const std::string& group, const std::string& value, Contents& contents,
                  Ledger& ledger) {
  const auto object = store::decode_object(value);
  if (!object) {
    ledger.complaints += "object record does not decode\n";
    return;
  }
  const store::ObjectData& data = object->data;
  if (data.home) ledger.references_wanted.insert(reference_name(*data.home));
  if (data.kind == store::ObjectData::Kind::Blob) {
    ledger.blobs_named.insert(std::string(data.blob.id.bytes()));
  }
  if (data.kind == store::ObjectData::Kind::Inline &&
      contents.bodies.erase(layout::body_key(group, data.blob.id).bytes) != 1) {
    ledger.complaints += "inline object without its body\n";
  }
}

void audit_detail(const std::string& bucket_id, const std::string& key, const std::string& value,
                  Ledger& ledger) {
  const auto parts = layout::split_detail_key(key);
  if (!parts) {
    ledger.complaints += "detail key does not split\n";
    return;
  }
  if (parts->kind == layout::kReference) ledger.references_kept.insert(bucket_id + key);
  if (parts->kind != layout::kPart) return;
  const auto part = store::decode_part(value);
  if (!part) {
    ledger.complaints += "part record does not decode\n";
    return;
  }
  if (part->home) ledger.references_wanted.insert(reference_name(*part->home));
  for (const store::Slice& slice : part->slices) {
    ledger.blobs_named.insert(std::string(slice.blob.id.bytes()));
  }
}

/// What the counters of a bucket have to say of what it holds.
store::BucketUsage usage_of(const Contents& contents) {
  store::BucketUsage usage;
  const auto of_class = [&usage](store::StorageClass storage_class) -> store::ClassUsage& {
    const bool standard = storage_class == store::StorageClass::Standard;
    return standard ? usage.standard : usage.infrequent_access;
  };
  for (const auto& [group, value] : contents.records) {
    const auto object = store::decode_object(value);
    if (!object) continue;  // told of elsewhere
    store::ClassUsage& sum = of_class(object->storage_class);
    sum.objects += 1;
    sum.bytes += static_cast<std::int64_t>(object->size_bytes);
    sum.metadata_bytes += static_cast<std::int64_t>(store::metadata_bytes(object->metadata));
  }
  usage.uploads = static_cast<std::int64_t>(contents.uploads.size());
  for (const auto& [key, value] : contents.details) {
    const auto parts = layout::split_detail_key(key);
    if (!parts || parts->kind != layout::kPart) continue;
    const std::string group(parts->group);
    const auto upload =
        contents.uploads.find(layout::upload_key(group, *UploadId::from_bytes(parts->id)).bytes);
    if (upload == contents.uploads.end()) continue;  // of a completed object
    const auto record = store::decode_upload(upload->second);
    const auto part = store::decode_part(value);
    if (!record || !part) continue;
    store::ClassUsage& sum = of_class(record->storage_class);
    sum.parts += 1;
    sum.part_bytes += static_cast<std::int64_t>(part->size_bytes);
  }
  return usage;
}

/// Of the audit log of a directory: that every change which was told to have happened has its
/// entry, none that was refused, and that each bucket's creations and deletions take turns.
std::string judge_audit_log(const Contents& directory, const std::set<std::string>& live_names,
                            const std::set<AuditId>& told, const std::set<AuditId>& refused) {
  std::string complaints;
  std::set<AuditId> written;
  std::map<std::string, int> balance;
  for (const auto& [key, value] : directory.queue) {
    if (!key.starts_with("audit/")) continue;
    const auto entry = records::decode_audit_entry(value);
    if (!entry || records::audit_key(*entry) != key) {
      complaints += "an audit entry that does not decode\n";
      continue;
    }
    written.insert(entry->id);
    if (entry->action == "CreateBucket") ++balance[entry->resource_id];
    if (entry->action == "DeleteBucket") --balance[entry->resource_id];
  }
  for (const auto& [name, left] : balance) {
    if (left != (live_names.contains(name) ? 1 : 0)) {
      complaints += "audit entries of " + name + " were lost\n";
    }
  }
  for (const AuditId& id : told) {
    if (!written.contains(id)) complaints += "a change without its audit entry\n";
  }
  for (const AuditId& id : refused) {
    if (written.contains(id)) complaints += "an audit entry without a change\n";
  }
  return complaints;
}

}  // namespace

Task<> World::settle() {
  // Aborts nothing: uploads in progress keep their parts. Twice without work is the end.
  for (int idle = 0; idle < 2;) {
    clock_.advance(std::chrono::minutes(16));
    const auto report = co_await store_->collect_garbage();
    if (!report) {
      complain("settle: " + report.error().describe());
      co_return;
    }
    const bool worked = report->blobs_removed + report->references_removed > 0;
    idle = worked ? 0 : idle + 1;
    if (idle == 2 && report->entries_left > 0) complain("garbage that never goes");
  }
}

Task<> World::audit() {
  Ledger ledger;
  const auto directory = co_await read_partition(meta_, layout::directory());
  if (!directory) {
    complain("directory: " + directory.error().describe());
    co_return;
  }
  std::set<std::string> live;
  std::set<std::string> live_names;
  std::set<std::string> draining;
  for (const auto& [key, value] : directory->records) {
    const auto entry = store::decode_directory_entry(value);
    if (!entry || entry->state != store::DirectoryEntry::State::Live) {
      complain("a bucket is not live at the end");
      continue;
    }
    live.insert(std::string(entry->id.bytes()));
    const std::string name = key.substr(AccountId::kSizeBytes);
    if (name != "probe") live_names.insert(name);
    const auto stored =
        co_await meta_.get(layout::bucket_partition(entry->id), layout::header_key());
    const auto header = store::decode_bucket_header(stored.value().value().value);
    if (!header || header->storage_class != entry->storage_class) {
      complain("the directory has another storage class than the bucket");
    }
  }
  complaints_ += judge_audit_log(*directory, live_names, audited_, not_audited_);
  for (const auto& [key, value] : directory->queue) {
    if (const auto id = layout::deleted_bucket_of(key)) draining.insert(std::string(id->bytes()));
  }
  for (const std::set<std::string>* ids : {&live, &draining, &bucket_ids_}) {
    for (const std::string& id : *ids) {
      auto contents = co_await read_partition(meta_, id);
      if (!contents) {
        complain("partition: " + contents.error().describe());
        co_return;
      }
      ledger.partitions.insert_or_assign(id, std::move(*contents));
    }
  }

  for (auto& [id, contents] : ledger.partitions) {
    for (const auto& [group, value] : contents.records) {
      audit_object(group, value, contents, ledger);
    }
    for (const auto& [key, value] : contents.details) audit_detail(id, key, value, ledger);
    if (!contents.bodies.empty()) complain("an inline body without its object");
    if (!contents.queue.empty()) complain("the queue is not empty");
    if (!live.contains(id) && !contents.records.empty()) complain("a dead bucket has objects");
    const bool needed = !contents.details.empty();
    if (draining.contains(id) && !needed) complain("a drained bucket was not dropped");
    if (!live.contains(id) && !draining.contains(id) && needed) {
      complain("a dropped bucket holds something");
    }
  }
  for (const std::string& id : live) {
    const store::BucketUsage expected = usage_of(ledger.partitions[id]);
    const auto counted = co_await store::read_usage(meta_, id);
    if (!counted) {
      complain("counters: " + counted.error().describe());
      co_return;
    }
    if (counted->uploads != expected.uploads) complain("upload counter");
    for (const store::StorageClass each :
         {store::StorageClass::Standard, store::StorageClass::InfrequentAccess}) {
      const store::ClassUsage& is = counted->of(each);
      const store::ClassUsage& should_be = expected.of(each);
      if (is.objects != should_be.objects) complain("object counter");
      if (is.bytes != should_be.bytes) complain("byte counter");
      if (is.metadata_bytes != should_be.metadata_bytes) complain("metadata counter");
      if (is.parts != should_be.parts) complain("part counter");
      if (is.part_bytes != should_be.part_bytes) complain("part byte counter");
    }
  }
  if (ledger.references_kept != ledger.references_wanted) {
    complain("references kept: " + std::to_string(ledger.references_kept.size()) +
             ", wanted: " + std::to_string(ledger.references_wanted.size()));
  }
  std::set<std::string> held;
  std::function<bool(BlobId, std::uint64_t)> visit = [&held](BlobId id, std::uint64_t) {
    held.insert(std::string(id.bytes()));
    return true;
  };
  const auto enumerated = co_await blobs_.enumerate(std::move(visit));
  if (!enumerated) complain("enumerate: " + enumerated.error().describe());
  if (held != ledger.blobs_named) {
    complain("blobs held: " + std::to_string(held.size()) +
             ", named: " + std::to_string(ledger.blobs_named.size()));
  }
  complaints_ += ledger.complaints;
}

}  // namespace coffer::sim
