#include "store/impl.h"
#include "store/parts_source.h"

#include <algorithm>

namespace coffer::store {
namespace {

struct Extent {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

Error invalid_range(std::uint64_t size) {
  return make_error(ErrorCode::InvalidRange, "object has " + std::to_string(size) + " bytes");
}

/// r2-observed.md 5.2.
Result<Extent> resolve(const RangeRequest& range, std::uint64_t size) {
  if (size == 0) return invalid_range(size);
  if (!range.first) {
    const std::uint64_t suffix = std::min(range.last.value_or(0), size);
    if (suffix == 0) return invalid_range(size);
    return Extent{size - suffix, suffix};
  }
  const std::uint64_t last = std::min(range.last.value_or(size - 1), size - 1);
  if (*range.first > last) return invalid_range(size);
  return Extent{*range.first, last - *range.first + 1};
}

/// The n-th part, counted from 1 in the order of the object. A single body is its own only part.
Result<Extent> resolve_part(const ObjectRecord& record, std::uint32_t number) {
  if (record.data.kind != ObjectData::Kind::Parts) {
    if (number != 1) return invalid_range(record.size_bytes);
    return Extent{0, record.size_bytes};
  }
  const Manifest& manifest = record.data.manifest;
  if (number < 1 || number > manifest.parts) return invalid_range(record.size_bytes);
  const std::uint64_t first = (number - 1) * manifest.part_size_bytes;
  if (number < manifest.parts) return Extent{first, manifest.part_size_bytes};
  return Extent{first, record.size_bytes - first};
}

}  // namespace

Task<Result<Store::Impl::FoundObject>> Store::Impl::find_object(const ObjectAddress& address) {
  FoundObject found;
  CO_TRY(found.bucket, co_await open(address.bucket));
  found.group = layout::group_of(address.key.nfc());
  const ReadPins::Lookup lookup = pins_->begin_lookup(found.bucket->id, found.group);
  CO_TRY(auto current, co_await read_current(*found.bucket, found.group));
  if (!current.record) co_return make_error(ErrorCode::NoSuchKey, address.key.nfc());
  found.record = std::move(*current.record);
  found.version = current.version;
  const ObjectData& data = found.record.data;
  if (data.kind == ObjectData::Kind::Blob || data.kind == ObjectData::Kind::Parts) {
    found.pin = data.home ? pins_->pin(data.home->bucket, data.home->data)
                          : pins_->pin(found.bucket->id, data.id());
  }
  co_return found;
}

Task<Result<std::unique_ptr<ByteSource>>> Store::Impl::open_body(FoundObject& object,
                                                                 std::uint64_t first,
                                                                 std::uint64_t length) {
  const OpenBucket& bucket = *object.bucket;
  const ObjectData& data = object.record.data;
  std::unique_ptr<ByteSource> body;
  if (length == 0) {
    body = std::make_unique<StringSource>(std::string());
    co_return body;
  }
  switch (data.kind) {
    case ObjectData::Kind::Empty:
      break;
    case ObjectData::Kind::Inline: {
      meta::Key key = layout::body_key(object.group, data.blob.id);
      CO_TRY(auto stored, co_await bucket.meta().get(bucket.partition, std::move(key)));
      if (!stored) co_return std::unique_ptr<ByteSource>();
      CO_TRY(auto text, bucket.placement->blobs.open_inline(data.blob, stored->value));
      if (first + length > text.size()) {
        co_return make_error(ErrorCode::Corrupt, "inline body is shorter than its object");
      }
      if (length < text.size()) {
        text = text.substr(static_cast<std::size_t>(first), static_cast<std::size_t>(length));
      }
      body = std::make_unique<StringSource>(std::move(text));
      break;
    }
    case ObjectData::Kind::Blob:
      body = std::make_unique<PinnedSource>(bucket.placement->blobs.read(data.blob, first, length),
                                            std::move(object.pin));
      break;
    case ObjectData::Kind::Parts: {
      PartsLocation location;
      location.meta = &bucket.meta();
      location.partition =
          data.home ? layout::bucket_partition(data.home->bucket) : bucket.partition;
      location.group = data.home ? data.home->group : object.group;
      location.manifest = data.manifest;
      body = std::make_unique<PartsSource>(std::move(location), bucket.placement->blobs, first,
                                           length, std::move(object.pin));
      break;
    }
  }
  if (!body) co_return make_error(ErrorCode::Corrupt, "an empty object that has bytes");
  co_return body;
}

Task<Result<ReadOutcome>> Store::Impl::read_object(ObjectAddress address, ReadOptions options) {
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    CO_TRY(auto found, co_await find_object(address));
    const ObjectRecord& record = found.record;
    ReadOutcome outcome{.kind = ReadOutcome::Kind::Body,
                        .info = record.info(address.key.nfc()),
                        .partial = false,
                        .first = 0,
                        .length = record.size_bytes,
                        .body = nullptr};
    switch (evaluate_read(options.conditions, record.validator())) {
      case ReadVerdict::Failed:
        co_return make_error(ErrorCode::PreconditionFailed, address.key.nfc());
      case ReadVerdict::NotModified:
        outcome.kind = ReadOutcome::Kind::NotModified;
        outcome.length = 0;
        co_return outcome;
      case ReadVerdict::Pass:
        break;
    }
    if (options.range || options.part_number) {
      CO_TRY(const auto extent, options.range ? resolve(*options.range, record.size_bytes)
                                              : resolve_part(record, *options.part_number));
      outcome.first = extent.first;
      outcome.length = extent.length;
      // Part 1 of an empty object has no bytes that a Content-Range could name.
      outcome.partial = extent.length > 0;
    }
    if (!options.want_body) co_return outcome;
    CO_TRY(outcome.body, co_await open_body(found, outcome.first, outcome.length));
    if (outcome.body) co_return outcome;
    // Inline, and replaced since its record was read: the next look sees the new object.
  }
  co_return make_error(ErrorCode::SlowDown, "key " + address.key.nfc() + " is contended");
}

}  // namespace coffer::store
