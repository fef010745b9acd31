#include "store/parts_source.h"

#include <algorithm>

namespace coffer::store {

Task<Result<>> scan_parts(meta::Engine& meta, const meta::Partition& partition,
                          const std::string& group, UploadId id, std::uint32_t from_number,
                          const PartVisitor& visit) {
  meta::Range range(meta::Family::Detail, layout::part_key(group, id, from_number).bytes,
                    layout::after_prefix(layout::part_prefix(group, id)));
  std::optional<Error> failure;
  meta::Visitor visitor = [&](std::string_view key, std::string_view value, meta::Version version) {
    const auto number = layout::part_number_of(key);
    auto part = decode_part(value);
    if (!number || !part) {
      failure = part ? make_error(ErrorCode::Corrupt, "part key") : part.error();
      return meta::Step::stop();
    }
    return visit(*number, std::move(*part), version) ? meta::Step::next() : meta::Step::stop();
  };
  CO_TRY_VOID(co_await meta.scan(partition, std::move(range), std::move(visitor)));
  if (failure) co_return *failure;
  co_return ok();
}

PartCursor::PartCursor(PartsLocation location, std::uint64_t offset)
    : location_(std::move(location)) {
  const Manifest& manifest = location_.manifest;
  // All parts but the last have one size, so the part of a byte is a division away.
  const std::uint64_t index =
      manifest.part_size_bytes == 0
          ? 0
          : std::min<std::uint64_t>(offset / manifest.part_size_bytes, manifest.parts - 1);
  offset_in_part_ = offset - index * manifest.part_size_bytes;
  if (manifest.contiguous) {
    from_number_ = manifest.first_number + static_cast<std::uint32_t>(index);
  } else {
    from_number_ = manifest.first_number;
    skip_ = index;
  }
}

Task<Result<>> PartCursor::fetch() {
  batch_.clear();
  position_ = 0;
  const PartVisitor visit = [this](std::uint32_t number, PartRecord part, meta::Version) {
    from_number_ = number + 1;
    if (skip_ > 0) {
      --skip_;
      return true;
    }
    batch_.push_back(std::move(part));
    return batch_.size() < kBatch;
  };
  CO_TRY_VOID(co_await scan_parts(*location_.meta, location_.partition, location_.group,
                                  location_.manifest.id, from_number_, visit));
  if (batch_.empty()) {
    co_return make_error(ErrorCode::Corrupt, "upload " + location_.manifest.id.hex() +
                                                 " lacks parts from number " +
                                                 std::to_string(from_number_) + " on");
  }
  co_return ok();
}

Task<Result<PartRecord>> PartCursor::next() {
  if (position_ == batch_.size()) CO_TRY_VOID(co_await fetch());
  co_return std::move(batch_[position_++]);
}

PartsSource::PartsSource(PartsLocation location, blob::SealedBlobs& blobs, std::uint64_t first,
                         std::uint64_t length, ReadPins::Pin pin)
    : cursor_(std::move(location), first),
      blobs_(blobs),
      skip_(cursor_.offset_in_part()),
      remaining_(length),
      pin_(std::move(pin)) {}

Task<Result<std::size_t>> PartsSource::read(MutableBytes out) {
  if (remaining_ == 0) co_return std::size_t{0};
  if (slice_remaining_ == 0) CO_TRY_VOID(co_await open_next_slice());
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), slice_remaining_));
  CO_TRY(const std::size_t count, co_await slice_->read(out.first(room)));
  if (count == 0) co_return make_error(ErrorCode::Corrupt, "a part ended early");
  slice_remaining_ -= count;
  remaining_ -= count;
  if (slice_remaining_ == 0) slice_.reset();
  co_return count;
}

Task<Result<>> PartsSource::open_next_slice() {
  for (;;) {
    while (next_slice_ == slices_.size()) {
      CO_TRY(auto part, co_await cursor_.next());
      slices_ = std::move(part.slices);
      next_slice_ = 0;
    }
    const Slice& slice = slices_[next_slice_++];
    if (skip_ >= slice.length) {
      skip_ -= slice.length;
      continue;
    }
    slice_remaining_ = std::min(slice.length - skip_, remaining_);
    slice_ = blobs_.read(slice.blob, slice.offset + skip_, slice_remaining_);
    skip_ = 0;
    co_return ok();
  }
}

}  // namespace coffer::store
