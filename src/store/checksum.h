#pragma once

#include "base/error.h"
#include "base/hash.h"
#include "store/types.h"

#include <string>
#include <variant>

namespace coffer::store {

/// Computes one of the flexible checksums over a stream.
class ChecksumHasher {
 public:
  explicit ChecksumHasher(ChecksumAlgorithm algorithm);
  void update(ByteView bytes);
  /// A full-object checksum of what was fed; algorithm None when none was asked. Once.
  Checksum finish();

 private:
  ChecksumAlgorithm algorithm_;
  std::uint32_t crc32_ = 0;
  std::uint64_t crc64_ = 0;
  std::variant<std::monostate, Sha1, Sha256> digest_;
};

/// The algorithm in the text of `bad_digest`: "CRC32", ..., "SHA-1", "SHA-256"; empty for None.
std::string_view digest_name(ChecksumAlgorithm algorithm);
/// BadDigest in three lines (r2-observed.md section 9). `name` is "MD5" or a `digest_name`; the
/// values are raw.
Error bad_digest(std::string_view name, std::string_view provided, std::string_view actual);
/// InvalidRequest, in AWS's words: a checksum of another algorithm than its upload has.
Error checksum_type_mismatch(ChecksumAlgorithm expected, ChecksumAlgorithm actual);

/// The checksum of the concatenated raw checksums `values`: a composite one.
Checksum composite_checksum(ChecksumAlgorithm algorithm, const std::vector<std::string>& values);

/// CRC64NVME as 8 big-endian bytes, and back; nothing when it is not 8 bytes.
std::string crc64_bytes(std::uint64_t crc);
std::optional<std::uint64_t> crc64_value(std::string_view bytes);

}  // namespace coffer::store
