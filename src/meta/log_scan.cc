// RocksDB's log format (its db/log_format.h, and the wiki's "Write Ahead Log File Format"), as far
// as our options let it be written: no recycled files, no compression.
//
// file     = block*                    of 32 KiB, the last one shorter
// block    = fragment* trailer         trailer: up to 6 bytes, which no header fits into
// fragment = crc32c[4] length[2] type[1] payload      little-endian; the crc is of type and
// payload,
//                                                     masked
// record   = full | first middle* last
#include "meta/log_scan.h"

#include "base/bytes.h"
#include "base/hash.h"

#include <algorithm>
#include <string>

namespace coffer::meta {
namespace {

constexpr std::uint64_t kBlockBytes = 32 * 1024;
constexpr std::uint64_t kHeaderBytes = 7;
constexpr std::size_t kBatchHeaderBytes = 12;
/// RocksDB's sequence numbers have 56 bits.
constexpr std::uint64_t kSequenceMax = (std::uint64_t{1} << 56) - 1;

enum class FragmentType : std::uint8_t { Full = 1, First = 2, Middle = 3, Last = 4 };

bool begins_record(FragmentType type) {
  return type == FragmentType::Full || type == FragmentType::First;
}

bool ends_record(FragmentType type) {
  return type == FragmentType::Full || type == FragmentType::Last;
}

struct Fragment {
  FragmentType type;
  std::string_view payload;
  std::uint64_t end;
};

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (auto at = bytes.rbegin(); at != bytes.rend(); ++at) {
    value = value << 8 | static_cast<std::uint8_t>(*at);
  }
  return value;
}

/// crc32c::Mask of RocksDB's util/crc32c.h.
std::uint32_t masked(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

class Scanner {
 public:
  Scanner(std::string_view file, LogKind kind) : file_(file), kind_(kind) {}

  LogScan run() {
    const std::uint64_t stopped_at = read_records();
    if (stopped_at < file_.size()) find_more(stopped_at);
    return scan_;
  }

 private:
  /// Returns the offset of the first fragment that cannot follow, or the file's size.
  std::uint64_t read_records() {
    bool inside = false;
    std::uint64_t at = 0;
    while ((at = skip_trailer(at)) < file_.size()) {
      const auto fragment = fragment_at(at);
      if (!fragment) return at;
      const bool begins = begins_record(fragment->type);
      if (begins == inside) return at;
      if (begins) batch_header_.clear();
      batch_header_.append(fragment->payload.substr(0, kBatchHeaderBytes - batch_header_.size()));
      inside = !ends_record(fragment->type);
      if (!inside && !end_record(fragment->end)) {
        scan_.resumes_at = at;
        return file_.size();
      }
      at = fragment->end;
    }
    if (!inside) scan_.whole_bytes = file_.size();
    return file_.size();
  }

  /// False when the record is whole but does not continue the one before: something is missing.
  bool end_record(std::uint64_t end) {
    if (kind_ == LogKind::WriteAhead) {
      if (batch_header_.size() < kBatchHeaderBytes) return false;
      const std::string_view header = batch_header_;
      const std::uint64_t sequence = little_endian(header.substr(0, 8));
      if (scan_.next_sequence != 0 && sequence != scan_.next_sequence) return false;
      scan_.next_sequence = sequence + little_endian(header.substr(8, 4));
    }
    scan_.whole_bytes = end;
    return true;
  }

  std::uint64_t skip_trailer(std::uint64_t at) const {
    const std::uint64_t left = kBlockBytes - at % kBlockBytes;
    return left < kHeaderBytes ? std::min<std::uint64_t>(at + left, file_.size()) : at;
  }

  std::optional<Fragment> fragment_at(std::uint64_t at) const {
    const std::uint64_t room = std::min(kBlockBytes - at % kBlockBytes, file_.size() - at);
    if (room < kHeaderBytes) return std::nullopt;
    const std::string_view header = file_.substr(at, kHeaderBytes);
    const std::uint64_t length = little_endian(header.substr(4, 2));
    const auto type = static_cast<FragmentType>(header[6]);
    if (type < FragmentType::Full || type > FragmentType::Last) return std::nullopt;
    if (kHeaderBytes + length > room) return std::nullopt;
    const std::string_view covered = file_.substr(at + 6, 1 + length);
    if (masked(crc32c(0, as_bytes(covered))) != little_endian(header.substr(0, 4))) {
      return std::nullopt;
    }
    return Fragment{type, covered.substr(1), at + kHeaderBytes + length};
  }

  /// Looks at every offset, because a damaged length has lost all alignment.
  void find_more(std::uint64_t from) {
    for (std::uint64_t at = from; at + kHeaderBytes < file_.size(); ++at) {
      if (!may_begin_at(at)) continue;
      if (fragment_at(at)) {
        scan_.resumes_at = at;
        return;
      }
    }
  }

  /// Cheap, so that checksums are calculated for the few places that look like a record of later.
  bool may_begin_at(std::uint64_t at) const {
    if (!begins_record(static_cast<FragmentType>(file_[at + 6]))) return false;
    if (kind_ != LogKind::WriteAhead) return true;
    const std::string_view payload = file_.substr(at + kHeaderBytes, kBatchHeaderBytes);
    if (payload.size() < kBatchHeaderBytes) return false;
    const std::uint64_t sequence = little_endian(payload.substr(0, 8));
    return sequence >= scan_.next_sequence && sequence <= kSequenceMax;
  }

  std::string_view file_;
  LogKind kind_;
  LogScan scan_;
  std::string batch_header_;  // of the record that is being read
};

}  // namespace

LogScan scan_log(std::string_view file, LogKind kind) { return Scanner(file, kind).run(); }

}  // namespace coffer::meta
