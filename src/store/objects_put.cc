#include "store/fan_out.h"
#include "store/impl.h"
#include "store/metadata_rules.h"

namespace coffer::store {
namespace {

/// Deletions of one batch that run at a time: enough to share a sync, few enough to stay polite.
constexpr std::size_t kConcurrentDeletes = 32;

Error contended(const ObjectAddress& address) {
  return make_error(ErrorCode::SlowDown, "key " + address.key.nfc() + " of bucket " +
                                             address.bucket.name.text() + " is contended");
}

}  // namespace

Task<Result<ObjectInfo>> Store::Impl::put_object(ObjectAddress address, PutOptions options,
                                                 UploadBody& body) {
  CO_TRY_VOID(check_metadata(options.metadata, limits_.metadata_bytes_max));
  BucketHandle bucket;
  CO_TRY(bucket, co_await open(address.bucket));
  const std::string group = layout::group_of(address.key.nfc());
  CO_TRY_VOID(co_await check_room(*bucket, group, body.size_bytes().value_or(0)));

  BodyLimits body_limits;
  body_limits.bytes_max = limits_.single_write_bytes_max;
  body_limits.inline_bytes_max = limits_.inline_bytes_max;
  CO_TRY(auto written, co_await write_body(body, body.size_bytes(), body_limits,
                                           bucket->placement->blobs, environment_.pool, buffers_));
  CO_TRY(auto checksum, body.settle(written.md5));

  ObjectRecord record;
  record.original_key = address.key.original();
  record.size_bytes = written.size_bytes;
  record.etag.md5 = written.md5;
  record.checksum = std::move(checksum);
  record.metadata = std::move(options.metadata);
  record.data.blob = written.ref;
  switch (written.kind) {
    case WrittenBody::Kind::Empty:
      record.data.kind = ObjectData::Kind::Empty;
      break;
    case WrittenBody::Kind::Inline:
      record.data.kind = ObjectData::Kind::Inline;
      break;
    case WrittenBody::Kind::Blob:
      record.data.kind = ObjectData::Kind::Blob;
      break;
  }
  if (encode(record).size() > kRecordBytesMax) {
    co_return make_error(ErrorCode::MetadataTooLarge, "the record would not fit");
  }

  const KeyLocks::Guard guard = co_await lock_key(*bucket, group);
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    CO_TRY(bucket, co_await open(address.bucket));
    CO_TRY(const auto current, co_await read_current(*bucket, group));
    if (!allows_write(options.conditions, current.validator())) {
      co_return make_error(ErrorCode::PreconditionFailed, address.key.nfc());
    }
    record.version = VersionId::make(environment_.random);
    record.last_modified = modification_time(current);
    record.storage_class = options.storage_class.value_or(bucket->header.storage_class);
    meta::Commit change = replacement(*bucket, group, current, record, written.sealed);
    CO_TRY(const auto outcome, co_await commit(bucket, std::move(change), &written.pending));
    if (outcome.committed()) co_return record.info(address.key.nfc());
  }
  co_return contended(address);
}

Task<Result<>> Store::Impl::delete_object(ObjectAddress address) {
  BucketHandle bucket;
  CO_TRY(bucket, co_await open(address.bucket));
  const std::string group = layout::group_of(address.key.nfc());
  const KeyLocks::Guard guard = co_await lock_key(*bucket, group);
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    CO_TRY(bucket, co_await open(address.bucket));
    CO_TRY(const auto current, co_await read_current(*bucket, group));
    if (!current.record) co_return ok();
    meta::Commit change(bucket->partition, group);
    const meta::Key key = layout::record_key(group);
    change.checks.push_back(meta::Check::has_version(key, current.version));
    change.deletes.push_back(key);
    drop_data(change, group, current.record->data);
    UsageChange usage;
    usage.remove_object(*current.record);
    usage.write(change);
    CO_TRY(const auto outcome, co_await commit(bucket, std::move(change)));
    if (outcome.committed()) co_return ok();
  }
  co_return contended(address);
}

Task<Result<std::vector<DeleteFailure>>> Store::Impl::delete_objects(BucketAddress bucket,
                                                                     std::vector<ObjectKey> keys) {
  // A missing bucket is an answer to the whole batch, not to each key.
  CO_TRY_VOID(co_await open(bucket));
  std::vector<std::optional<Error>> errors(keys.size());
  std::function<Task<>(std::size_t)> each = [&](std::size_t i) -> Task<> {
    ObjectAddress address(bucket, keys[i]);
    auto result = co_await delete_object(std::move(address));
    if (!result) errors[i] = result.error();
  };
  co_await fan_out(keys.size(), kConcurrentDeletes, std::move(each));
  std::vector<DeleteFailure> failures;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (errors[i]) failures.push_back(DeleteFailure{std::move(keys[i]), std::move(*errors[i])});
  }
  co_return failures;
}

}  // namespace coffer::store
