#include "base/hash.h"
#include "store/checksum.h"
#include "store/impl.h"
#include "store/metadata_rules.h"
#include "store/parts_source.h"
#include "store/uploaded_parts.h"

#include <algorithm>

namespace coffer::store {
namespace {

/// Rows of one ListParts page (r2-s3.md section 6).
constexpr std::size_t kListPartsMax = 1000;
/// An upload id is 8 random bytes and the first 8 bytes of an HMAC over them and the key, so that
/// an id that was never issued is told from one that is finished without keeping a record of it.
constexpr std::size_t kUploadIdRandomBytes = 8;

std::string upload_id_tag(const OpenBucket& bucket, const ObjectKey& key, std::string_view random) {
  std::string message = key.nfc();
  message += random;
  const Sha256Digest mac = hmac_sha256(as_bytes(bucket.id.bytes()), as_bytes(message));
  return std::string(as_text(mac).substr(0, UploadId::kSizeBytes - kUploadIdRandomBytes));
}

Error no_such_upload(UploadId id) { return make_error(ErrorCode::NoSuchUpload, id.hex()); }

}  // namespace

UploadId Store::Impl::issue_upload_id(const OpenBucket& bucket, const ObjectKey& key) {
  std::string id(kUploadIdRandomBytes, '\0');
  environment_.random.fill(std::as_writable_bytes(std::span(id)));
  id += upload_id_tag(bucket, key, id);
  return *UploadId::from_bytes(id);
}

bool Store::Impl::was_issued(const OpenBucket& bucket, const ObjectKey& key, UploadId id) {
  const std::string_view random = id.bytes().substr(0, kUploadIdRandomBytes);
  return id.bytes().substr(kUploadIdRandomBytes) == upload_id_tag(bucket, key, random);
}

Task<Result<Store::Impl::OpenUpload>> Store::Impl::find_upload(const OpenBucket& bucket,
                                                               const std::string& group,
                                                               UploadId id) {
  CO_TRY(auto stored, co_await bucket.meta().get(bucket.partition, layout::upload_key(group, id)));
  if (!stored) co_return no_such_upload(id);
  OpenUpload upload;
  CO_TRY(upload.record, decode_upload(stored->value));
  upload.version = stored->version;
  co_return upload;
}

Task<Result<UploadInfo>> Store::Impl::create_upload(ObjectAddress address,
                                                    CreateUploadOptions options) {
  CO_TRY_VOID(check_metadata(options.metadata, limits_.metadata_bytes_max));
  const std::string group = layout::group_of(address.key.nfc());
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    CO_TRY(const auto bucket, co_await open(address.bucket));
    if (!options.conditions.empty()) {
      CO_TRY(const auto current, co_await read_current(*bucket, group));
      if (!allows_write(options.conditions, current.validator())) {
        co_return make_error(ErrorCode::PreconditionFailed, address.key.nfc());
      }
    }
    UploadRecord record;
    record.original_key = address.key.original();
    record.initiated = now();
    record.storage_class = options.storage_class.value_or(bucket->header.storage_class);
    record.checksum_algorithm = options.checksum_algorithm;
    record.checksum_type = options.checksum_type;
    record.metadata = options.metadata;
    std::string encoded = encode(record);
    if (encoded.size() > kRecordBytesMax) {
      co_return make_error(ErrorCode::MetadataTooLarge, "the record would not fit");
    }

    const UploadId id = issue_upload_id(*bucket, address.key);
    const meta::Key key = layout::upload_key(group, id);
    meta::Commit change(bucket->partition, group);
    change.checks.push_back(meta::Check::absent(key));
    change.puts.emplace_back(key, std::move(encoded));
    UsageChange usage;
    usage.add_uploads(1);
    usage.write(change);
    CO_TRY(const auto outcome, co_await commit(bucket, std::move(change)));
    if (outcome.committed()) co_return record.info(address.key.nfc(), id);
  }
  co_return make_error(ErrorCode::SlowDown, "bucket " + address.bucket.name.text());
}

Task<Result<PartInfo>> Store::Impl::upload_part(ObjectAddress address, UploadId upload,
                                                std::uint32_t number, UploadBody& body) {
  if (number < 1 || number > limits_.parts_max) {
    co_return make_error(ErrorCode::InvalidArgument, "part number " + std::to_string(number));
  }
  CO_TRY(const auto bucket, co_await open(address.bucket));
  CO_TRY_VOID(co_await check_room_for_part(*bucket, address.key, upload, number,
                                           body.size_bytes().value_or(0)));
  BodyLimits body_limits;
  body_limits.bytes_max = limits_.single_write_bytes_max;
  CO_TRY(auto written, co_await write_body(body, body.size_bytes(), body_limits,
                                           bucket->placement->blobs, environment_.pool, buffers_));
  // A bad digest comes before a missing upload (r2-observed.md section 8).
  CO_TRY(auto checksum, body.settle(written.md5));

  PartRecord part;
  part.size_bytes = written.size_bytes;
  part.md5 = written.md5;
  part.checksum = std::move(checksum);
  if (written.size_bytes > 0) part.slices.push_back(Slice{written.ref, 0, written.size_bytes});
  bool again = false;
  const CommitGate no_gate;
  co_return co_await commit_part(address, upload, number, std::move(part), written.pending, no_gate,
                                 nullptr, again);
}

Task<Result<PartInfo>> Store::Impl::commit_part(const ObjectAddress& address, UploadId upload,
                                                std::uint32_t number, PartRecord part,
                                                const RetryableBlob& blob, const CommitGate& gate,
                                                const SharedCopy* shared, bool& again) {
  const std::string group = layout::group_of(address.key.nfc());
  const meta::Key key = layout::part_key(group, upload, number);
  const KeyLocks::Guard guard = co_await locks_.lock("part/" + key.bytes);
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    CO_TRY(const auto bucket, co_await open(address.bucket));
    CO_TRY(const auto open_upload, co_await find_upload(*bucket, group, upload));
    // Such a part could not be combined with the others. (None of its own is fine.)
    const ChecksumAlgorithm wanted = open_upload.record.checksum_algorithm;
    const ChecksumAlgorithm given = part.checksum.algorithm;
    if (wanted != ChecksumAlgorithm::None && given != ChecksumAlgorithm::None && given != wanted) {
      co_return checksum_type_mismatch(wanted, given);
    }
    CO_TRY(auto earlier, co_await bucket->meta().get(bucket->partition, key));

    const StorageClass storage_class = open_upload.record.storage_class;
    UsageChange usage;
    usage.add_parts(storage_class, 1, static_cast<std::int64_t>(part.size_bytes));
    meta::Commit change(bucket->partition, group);
    change.checks.push_back(meta::Check::present(layout::upload_key(group, upload)));
    if (earlier) {
      CO_TRY(const auto replaced, decode_part(earlier->value));
      usage.add_parts(storage_class, -1, -static_cast<std::int64_t>(replaced.size_bytes));
      drop_part(change, group, replaced);
      change.checks.push_back(meta::Check::has_version(key, earlier->version));
    } else {
      change.checks.push_back(meta::Check::absent(key));
    }
    if (shared && lease_is_tight(shared->started)) {
      again = true;
      co_return make_error(ErrorCode::SlowDown, "copying the part took too long");
    }
    if (gate) CO_TRY_VOID(gate());
    part.last_modified = now();
    change.puts.emplace_back(key, encode(part));
    usage.write(change);
    CO_TRY(const auto outcome, co_await commit(bucket, std::move(change), &blob));
    if (outcome.committed()) {
      co_return PartInfo{number, part.size_bytes, part.md5, part.last_modified, part.checksum};
    }
  }
  co_return make_error(ErrorCode::SlowDown, "part " + std::to_string(number) + " is contended");
}

Task<Result<bool>> Store::Impl::discard_upload(BucketHandle bucket, const std::string& group,
                                               UploadId id, const OpenUpload& upload,
                                               const UploadedParts& uploaded,
                                               std::vector<meta::Check> checks) {
  const meta::Key key = layout::upload_key(group, id);
  meta::Commit change(bucket->partition, group);
  change.checks = std::move(checks);
  change.checks.push_back(meta::Check::has_version(key, upload.version));
  // What is no longer counted has to be exactly what is there.
  for (meta::Check& check : checks_of(group, id, uploaded)) {
    change.checks.push_back(std::move(check));
  }
  change.deletes.push_back(key);
  // The collector walks the parts; no new one can come once the upload is gone.
  GarbageRecord garbage;
  garbage.kind = GarbageRecord::Kind::Parts;
  garbage.dropped = now();
  change.puts.emplace_back(layout::garbage_key(group, data_id(id)), encode(garbage));
  UsageChange usage;
  usage.add_uploads(-1);
  usage.add_parts(upload.record.storage_class, -uploaded.count(), -uploaded.bytes());
  usage.write(change);
  CO_TRY(const auto outcome, co_await commit(bucket, std::move(change)));
  co_return outcome.committed();
}

Task<Result<>> Store::Impl::abort_upload(ObjectAddress address, UploadId id) {
  const std::string group = layout::group_of(address.key.nfc());
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    CO_TRY(const auto bucket, co_await open(address.bucket));
    const auto upload = co_await find_upload(*bucket, group, id);
    if (!upload) {
      const bool finished =
          upload.error().code() == ErrorCode::NoSuchUpload && was_issued(*bucket, address.key, id);
      if (finished) co_return ok();
      co_return upload.error();
    }
    CO_TRY(const auto uploaded,
           co_await read_uploaded_parts(bucket->meta(), bucket->partition, group, id, nullptr));
    std::vector<meta::Check> nothing_else;
    CO_TRY(const bool discarded,
           co_await discard_upload(bucket, group, id, *upload, uploaded, std::move(nothing_else)));
    if (discarded) co_return ok();
  }
  co_return make_error(ErrorCode::SlowDown, "upload " + id.hex() + " is contended");
}

Task<Result<PartPage>> Store::Impl::list_parts(ObjectAddress address, UploadId id,
                                               std::uint32_t after_number, std::size_t limit) {
  CO_TRY(const auto bucket, co_await open(address.bucket));
  const std::string group = layout::group_of(address.key.nfc());
  std::vector<PartInfo> parts;
  bool truncated = false;
  const std::size_t rows = std::min(limit, kListPartsMax);
  const PartVisitor visit = [&](std::uint32_t number, PartRecord part, meta::Version) {
    if (parts.size() == rows) {
      truncated = true;
      return false;
    }
    parts.push_back(
        PartInfo{number, part.size_bytes, part.md5, part.last_modified, std::move(part.checksum)});
    return true;
  };
  if (after_number < limits_.parts_max) {
    CO_TRY_VOID(
        co_await scan_parts(bucket->meta(), bucket->partition, group, id, after_number + 1, visit));
  }
  // An upload never opens again: what is in progress now was so when its parts were read.
  CO_TRY(const auto upload, co_await find_upload(*bucket, group, id));
  co_return PartPage{.upload = upload.record.info(address.key.nfc(), id),
                     .parts = std::move(parts),
                     .truncated = truncated};
}

}  // namespace coffer::store
