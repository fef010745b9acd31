#pragma once

#include "base/stream.h"
#include "blob/sealed_blobs.h"
#include "meta/engine.h"
#include "store/object_record.h"
#include "store/read_pins.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace coffer::store {

/// Visits the parts of an upload or manifest with numbers from `from_number` on, in order, until
/// `visit` returns false. Corrupt when a record cannot be read.
using PartVisitor =
    std::function<bool(std::uint32_t number, PartRecord part, meta::Version version)>;
Task<Result<>> scan_parts(meta::Engine& meta, const meta::Partition& partition,
                          const std::string& group, UploadId id, std::uint32_t from_number,
                          const PartVisitor& visit);

/// Where the parts of a completed upload lie.
struct PartsLocation {
  meta::Engine* meta = nullptr;
  meta::Partition partition;
  std::string group;
  Manifest manifest;
};

/// The parts of a manifest in their order, from that of one byte on, read a batch at a time: a
/// range in the middle of ten thousand parts reads only what it needs, when part numbers are
/// contiguous, and skips over the keys before it otherwise.
class PartCursor {
 public:
  /// `offset` lies inside the object.
  PartCursor(PartsLocation location, std::uint64_t offset);
  /// Of `offset`, in the first part.
  std::uint64_t offset_in_part() const { return offset_in_part_; }
  /// The next part; Corrupt when there is none.
  Task<Result<PartRecord>> next();

 private:
  static constexpr std::size_t kBatch = 32;
  Task<Result<>> fetch();

  PartsLocation location_;
  std::uint64_t offset_in_part_ = 0;
  std::uint64_t skip_ = 0;  ///< parts to pass over, when numbers have gaps
  std::uint32_t from_number_ = 0;
  std::vector<PartRecord> batch_;  ///< from position_ on not yet handed out
  std::size_t position_ = 0;
};

/// Streams a range of a multipart object.
class PartsSource final : public ByteSource {
 public:
  /// [first, first + length) lies inside the object; `length` is not 0.
  PartsSource(PartsLocation location, blob::SealedBlobs& blobs, std::uint64_t first,
              std::uint64_t length, ReadPins::Pin pin);
  Task<Result<std::size_t>> read(MutableBytes out) override;

 private:
  Task<Result<>> open_next_slice();

  PartCursor cursor_;
  blob::SealedBlobs& blobs_;
  std::uint64_t skip_;       ///< bytes of the part at hand before the range
  std::uint64_t remaining_;  ///< bytes of the range not yet read
  ReadPins::Pin pin_;
  std::vector<Slice> slices_;
  std::size_t next_slice_ = 0;
  std::unique_ptr<ByteSource> slice_;
  std::uint64_t slice_remaining_ = 0;
};

/// A body whose bytes must not be collected while it is read.
class PinnedSource final : public ByteSource {
 public:
  PinnedSource(std::unique_ptr<ByteSource> source, ReadPins::Pin pin)
      : source_(std::move(source)), pin_(std::move(pin)) {}
  Task<Result<std::size_t>> read(MutableBytes out) override { return source_->read(out); }

 private:
  std::unique_ptr<ByteSource> source_;
  ReadPins::Pin pin_;
};

}  // namespace coffer::store
