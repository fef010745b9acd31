#include "base/hash.h"
#include "store/checksum.h"
#include "store/impl.h"
#include "store/parts_source.h"

#include <algorithm>

namespace coffer::store {
namespace {

Error source_moved() { return make_error(ErrorCode::SlowDown, "the copy source is contended"); }

/// A checksum of `algorithm` over exactly the bytes of the object or part that has `checksum`.
bool serves(const Checksum& checksum, ChecksumAlgorithm algorithm) {
  return algorithm == ChecksumAlgorithm::None ||
         (checksum.algorithm == algorithm && checksum.type == ChecksumType::FullObject);
}

}  // namespace

Task<Result<Store::Impl::CopiedBytes>> Store::Impl::slices_of(const FoundObject& source,
                                                              std::uint64_t first,
                                                              std::uint64_t length) {
  CopiedBytes bytes;
  const ObjectData& data = source.record.data;
  if (data.kind == ObjectData::Kind::Blob) {
    bytes.slices.push_back(Slice{data.blob, first, length});
    bytes.fits = true;
    co_return bytes;
  }
  PartsLocation location;
  location.meta = &source.bucket->meta();
  location.partition =
      data.home ? layout::bucket_partition(data.home->bucket) : source.bucket->partition;
  location.group = data.home ? data.home->group : source.group;
  location.manifest = data.manifest;
  PartCursor cursor(std::move(location), first);
  std::uint64_t skip = cursor.offset_in_part();
  while (length > 0) {
    CO_TRY(auto part, co_await cursor.next());
    if (skip == 0 && bytes.slices.empty() && part.size_bytes == length) bytes.whole_part = part;
    for (const Slice& slice : part.slices) {
      if (skip >= slice.length) {
        skip -= slice.length;
        continue;
      }
      const std::uint64_t taken = std::min(slice.length - skip, length);
      if (taken == 0) break;
      bytes.slices.push_back(Slice{slice.blob, slice.offset + skip, taken});
      length -= taken;
      skip = 0;
      if (bytes.slices.size() > kPartSlicesMax) co_return bytes;
    }
  }
  bytes.fits = true;
  co_return bytes;
}

Task<Result<PartInfo>> Store::Impl::rewrite_part(FoundObject& source,
                                                 const ObjectAddress& destination, UploadId upload,
                                                 std::uint32_t number, std::uint64_t first,
                                                 std::uint64_t length, ChecksumAlgorithm algorithm,
                                                 const CommitGate& gate, bool& again) {
  blob::SealedBlobs& blobs = source.bucket->placement->blobs;
  CO_TRY(auto body, co_await open_body(source, first, length));
  if (!body) {
    again = true;
    co_return source_moved();
  }
  BodyLimits body_limits;
  body_limits.bytes_max = limits_.single_write_bytes_max;
  body_limits.checksum = algorithm;
  CO_TRY(auto written,
         co_await write_body(*body, length, body_limits, blobs, environment_.pool, buffers_));
  PartRecord part;
  part.size_bytes = written.size_bytes;
  part.md5 = written.md5;
  part.checksum = std::move(written.checksum);
  if (written.size_bytes > 0) part.slices.push_back(Slice{written.ref, 0, written.size_bytes});
  co_return co_await commit_part(destination, upload, number, std::move(part), written.pending,
                                 gate, nullptr, again);
}

Task<Result<PartInfo>> Store::Impl::upload_part_copy(
    ObjectAddress source, ObjectAddress destination, UploadId upload, std::uint32_t number,
    std::optional<PartRange> range, CommitGate gate, Conditions source_conditions) {
  if (number < 1 || number > limits_.parts_max) {
    co_return make_error(ErrorCode::InvalidArgument, "part number " + std::to_string(number));
  }
  if (source.bucket.jurisdiction != destination.bucket.jurisdiction) {
    co_return make_error(ErrorCode::InvalidRequest, "copy between jurisdictions");
  }
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    CO_TRY(auto found, co_await find_object(source));
    if (!allows_write(source_conditions, found.record.validator())) {
      co_return make_error(ErrorCode::PreconditionFailed, source.key.nfc());
    }
    const std::uint64_t size = found.record.size_bytes;
    std::uint64_t first = 0;
    std::uint64_t length = size;
    if (range) {
      if (range->first >= size || range->last < range->first) {
        co_return make_error(ErrorCode::InvalidRange, "source has " + std::to_string(size));
      }
      first = range->first;
      length = std::min(range->last, size - 1) - first + 1;
    }
    if (length > limits_.single_write_bytes_max) {
      co_return make_error(ErrorCode::EntityTooLarge, std::to_string(length));
    }
    // A missing source is told before a missing upload (r2-observed.md section 7).
    CO_TRY(const auto target, co_await open(destination.bucket));
    const std::string group = layout::group_of(destination.key.nfc());
    CO_TRY(const auto open_upload, co_await find_upload(*target, group, upload));
    const ChecksumAlgorithm algorithm = open_upload.record.checksum_algorithm;

    bool again = false;
    const ObjectData& data = found.record.data;
    if (length == 0 || data.kind == ObjectData::Kind::Inline) {
      auto result = co_await rewrite_part(found, destination, upload, number, first, length,
                                          algorithm, gate, again);
      if (!again) co_return result;
      continue;
    }
    CO_TRY(auto bytes, co_await slices_of(found, first, length));
    if (!bytes.fits) {
      auto result = co_await rewrite_part(found, destination, upload, number, first, length,
                                          algorithm, gate, again);
      if (!again) co_return result;
      continue;
    }
    auto result = co_await share_part(found, destination, upload, number, first, length,
                                      std::move(bytes), algorithm, gate, again);
    if (!again) co_return result;
  }
  co_return source_moved();
}

Task<Result<PartInfo>> Store::Impl::share_part(FoundObject& source,
                                               const ObjectAddress& destination, UploadId upload,
                                               std::uint32_t number, std::uint64_t first,
                                               std::uint64_t length, CopiedBytes bytes,
                                               ChecksumAlgorithm algorithm, const CommitGate& gate,
                                               bool& again) {
  PartRecord part;
  part.size_bytes = length;
  part.slices = std::move(bytes.slices);
  const ObjectRecord& object = source.record;
  const bool whole_object = object.etag.parts == 0 && length == object.size_bytes;
  if (whole_object && serves(object.checksum, algorithm)) {
    part.md5 = object.etag.md5;
    if (algorithm != ChecksumAlgorithm::None) part.checksum = object.checksum;
  } else if (bytes.whole_part && serves(bytes.whole_part->checksum, algorithm)) {
    part.md5 = bytes.whole_part->md5;
    if (algorithm != ChecksumAlgorithm::None) part.checksum = bytes.whole_part->checksum;
  } else {
    // The bytes stay where they are, but a part needs its MD5: they are read this once.
    CO_TRY(auto body, co_await open_body(source, first, length));
    CO_TRY(auto digest, co_await digest_body(*body, algorithm, environment_.pool, buffers_));
    if (digest.size_bytes != length) {
      co_return make_error(ErrorCode::Corrupt, "the copy source ended early");
    }
    part.md5 = digest.md5;
    part.checksum = std::move(digest.checksum);
  }

  CO_TRY(const auto target, co_await open(destination.bucket));
  Placement& placement = *source.bucket->placement;
  const Home home = home_of(source, RefId::make(environment_.random));
  const ActiveIntent active(*this, home.ref);
  SharedCopy shared;
  shared.destination = target->id;
  shared.started = now();
  meta::Key holder = layout::part_key(layout::group_of(destination.key.nfc()), upload, number);
  CO_TRY(const bool added, co_await add_reference(source, home, target->id, std::move(holder)));
  if (!added) {
    again = true;
    co_return source_moved();
  }
  part.home = home;
  auto result = co_await commit_part(destination, upload, number, std::move(part), RetryableBlob(),
                                     gate, &shared, again);
  std::optional<Error> failure;
  if (!result) failure = result.error();
  co_await settle_reference(placement, home, failure, again);
  co_return result;
}

}  // namespace coffer::store
