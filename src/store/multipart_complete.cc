#include "base/codec.h"
#include "base/headers.h"
#include "store/checksum.h"
#include "store/impl.h"
#include "store/uploaded_parts.h"

#include <algorithm>

namespace coffer::store {
namespace {

Error missing_part(std::uint32_t number) {
  return make_error(ErrorCode::InvalidPart, "part " + std::to_string(number));
}

/// The listed parts, by number.
using Selection = std::vector<const UploadedPart*>;

/// Rows 6 to 9 of r2-observed.md section 8. `uploaded` is sorted by number.
Result<Selection> select_parts(const std::vector<UploadedPart>& uploaded,
                               const std::vector<CompletedPart>& listed, const Limits& limits) {
  Selection selection;
  for (const CompletedPart& part : listed) {
    const auto found = std::lower_bound(
        uploaded.begin(), uploaded.end(), part.number,
        [](const UploadedPart& a, std::uint32_t number) { return a.number < number; });
    if (found == uploaded.end() || found->number != part.number) return missing_part(part.number);
    if (to_lower_ascii(part.etag) != hex_encode(found->md5)) return missing_part(part.number);
    if (part.checksum.algorithm != ChecksumAlgorithm::None &&
        (part.checksum.algorithm != found->checksum.algorithm ||
         part.checksum.value != found->checksum.value)) {
      return missing_part(part.number);
    }
    selection.push_back(&*found);
  }
  // In the order of the request.
  for (std::size_t i = 0; i + 1 < selection.size(); ++i) {
    if (selection[i]->size_bytes < limits.part_bytes_min) {
      return make_error(ErrorCode::EntityTooSmall, "part " + std::to_string(selection[i]->number));
    }
  }

  const auto by_number = [](const UploadedPart* a, const UploadedPart* b) {
    return a->number < b->number;
  };
  std::sort(selection.begin(), selection.end(), by_number);
  for (std::size_t i = 0; i + 1 < selection.size(); ++i) {
    if (selection[i]->number == selection[i + 1]->number) {
      return Error::with_message(ErrorCode::InvalidPart,
                                 "There was a problem with the multipart upload.");
    }
    // Numeric code 10048 (r2-s3.md section 6).
    const std::uint64_t size = selection.front()->size_bytes;
    const bool last = i + 2 == selection.size();
    if (selection[i]->size_bytes != size || size < limits.part_bytes_min ||
        (last && selection[i + 1]->size_bytes > size)) {
      return Error::with_message(ErrorCode::InvalidPart,
                                 "All non-trailing parts must have the same length.");
    }
  }
  return selection;
}

/// The checksum of the whole, from those of the parts; none when a part has none.
Checksum combined_checksum(const UploadRecord& upload, const Selection& selection) {
  std::vector<std::string> values;
  std::uint64_t crc = 0;
  for (const UploadedPart* part : selection) {
    const Checksum& checksum = part->checksum;
    if (checksum.algorithm != upload.checksum_algorithm) return Checksum();
    values.push_back(checksum.value);
  }
  if (upload.checksum_algorithm == ChecksumAlgorithm::None || values.empty()) return Checksum();
  if (upload.checksum_type == ChecksumType::Composite) {
    return composite_checksum(upload.checksum_algorithm, values);
  }
  // Of the algorithms that R2 offers for multipart uploads only CRC64NVME is of the full object
  // (r2-s3.md 5.8), and only a CRC can be had without reading the bytes again.
  if (upload.checksum_algorithm != ChecksumAlgorithm::Crc64nvme) return Checksum();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = crc64_value(values[i]);
    if (!value) return Checksum();
    crc = i == 0 ? *value : crc64nvme_combine(crc, *value, selection[i]->size_bytes);
  }
  Checksum checksum;
  checksum.algorithm = ChecksumAlgorithm::Crc64nvme;
  checksum.type = ChecksumType::FullObject;
  checksum.value = crc64_bytes(crc);
  return checksum;
}

ObjectRecord assemble(const UploadRecord& upload, UploadId id, const Selection& selection) {
  ObjectRecord record;
  record.original_key = upload.original_key;
  record.storage_class = upload.storage_class;
  record.metadata = upload.metadata;
  record.checksum = combined_checksum(upload, selection);
  Md5 digests;
  for (const UploadedPart* part : selection) {
    record.size_bytes += part->size_bytes;
    digests.update(part->md5);
  }
  record.etag.md5 = digests.finish();
  if (selection.empty()) return record;  // the Workers binding completes without parts

  record.etag.parts = static_cast<std::uint32_t>(selection.size());
  record.data.kind = ObjectData::Kind::Parts;
  Manifest& manifest = record.data.manifest;
  manifest.id = id;
  manifest.parts = record.etag.parts;
  manifest.part_size_bytes = selection.front()->size_bytes;
  manifest.first_number = selection.front()->number;
  manifest.contiguous = selection.back()->number - manifest.first_number + 1 == manifest.parts;
  return record;
}

/// What the request says of the whole object's checksum, against what its parts make of it.
Result<> check_expected(const Checksum& expected, const Checksum& actual) {
  if (expected.algorithm == ChecksumAlgorithm::None) return ok();
  if (expected.algorithm != actual.algorithm) {
    return checksum_type_mismatch(actual.algorithm, expected.algorithm);
  }
  if (expected.value != actual.value) {
    return bad_digest(digest_name(actual.algorithm), expected.value, actual.value);
  }
  return ok();
}

}  // namespace

Task<Result<ObjectInfo>> Store::Impl::complete_upload(ObjectAddress address, UploadId id,
                                                      CompleteOptions options, CommitGate gate) {
  BucketHandle bucket;
  CO_TRY(bucket, co_await open(address.bucket));
  const std::string group = layout::group_of(address.key.nfc());
  const KeyLocks::Guard guard = co_await lock_key(*bucket, group);
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    CO_TRY(bucket, co_await open(address.bucket));
    CO_TRY_VOID(co_await find_upload(*bucket, group, id));
    CO_TRY(const auto uploaded, co_await read_uploaded_parts(bucket->meta(), bucket->partition,
                                                             group, id, &options.parts));
    // An upload never opens again: what is in progress now was so when its parts were read.
    CO_TRY(const auto upload, co_await find_upload(*bucket, group, id));
    CO_TRY(const auto selection, select_parts(uploaded.all, options.parts, limits_));

    ObjectRecord record = assemble(upload.record, id, selection);
    if (record.size_bytes > limits_.object_bytes_max) {
      co_return make_error(ErrorCode::EntityTooLarge, std::to_string(record.size_bytes));
    }
    if (options.expected_size_bytes && *options.expected_size_bytes != record.size_bytes) {
      co_return make_error(ErrorCode::InvalidRequest,
                           "the parts have " + std::to_string(record.size_bytes) + " bytes");
    }
    CO_TRY_VOID(check_expected(options.expected, record.checksum));

    CO_TRY(const auto current, co_await read_current(*bucket, group));
    if (!allows_write(options.conditions, current.validator())) {
      // The upload is then gone (release notes of 2023-08-11).
      meta::Key record_key = layout::record_key(group);
      std::vector<meta::Check> as_judged;
      as_judged.push_back(current.record
                              ? meta::Check::has_version(std::move(record_key), current.version)
                              : meta::Check::absent(std::move(record_key)));
      CO_TRY(const bool discarded,
             co_await discard_upload(bucket, group, id, upload, uploaded, std::move(as_judged)));
      if (!discarded) continue;
      co_return make_error(ErrorCode::PreconditionFailed, address.key.nfc());
    }
    if (gate) CO_TRY_VOID(gate());

    record.version = VersionId::make(environment_.random);
    record.last_modified = modification_time(current);
    UsageChange usage;
    usage.add_uploads(-1);
    usage.add_parts(upload.record.storage_class, -uploaded.count(), -uploaded.bytes());
    meta::Commit change = replacement(*bucket, group, current, record, {}, usage);
    const meta::Key header = layout::upload_key(group, id);
    change.checks.push_back(meta::Check::has_version(header, upload.version));
    change.deletes.push_back(header);
    for (meta::Check& check : checks_of(group, id, uploaded)) {
      change.checks.push_back(std::move(check));
    }
    for (const auto& [number, part] : uploaded.unlisted) {
      change.deletes.push_back(layout::part_key(group, id, number));
      drop_part(change, group, part);
    }
    CO_TRY(const auto outcome, co_await commit(bucket, std::move(change)));
    if (outcome.committed()) co_return record.info(address.key.nfc());
  }
  co_return make_error(ErrorCode::SlowDown, "upload " + id.hex() + " is contended");
}

}  // namespace coffer::store
