#include "store/checksum.h"

namespace coffer::store {
namespace {

template <class Unsigned>
std::string big_endian(Unsigned value) {
  std::string bytes(sizeof(value), '\0');
  for (std::size_t i = bytes.size(); i-- > 0; value >>= 8) {
    bytes[i] = static_cast<char>(value & 0xff);
  }
  return bytes;
}

}  // namespace

ChecksumHasher::ChecksumHasher(ChecksumAlgorithm algorithm) : algorithm_(algorithm) {
  if (algorithm == ChecksumAlgorithm::Sha1) digest_.emplace<Sha1>();
  if (algorithm == ChecksumAlgorithm::Sha256) digest_.emplace<Sha256>();
}

void ChecksumHasher::update(ByteView bytes) {
  switch (algorithm_) {
    case ChecksumAlgorithm::None:
      return;
    case ChecksumAlgorithm::Crc32:
      crc32_ = crc32(crc32_, bytes);
      return;
    case ChecksumAlgorithm::Crc32c:
      crc32_ = crc32c(crc32_, bytes);
      return;
    case ChecksumAlgorithm::Crc64nvme:
      crc64_ = crc64nvme(crc64_, bytes);
      return;
    case ChecksumAlgorithm::Sha1:
      std::get<Sha1>(digest_).update(bytes);
      return;
    case ChecksumAlgorithm::Sha256:
      std::get<Sha256>(digest_).update(bytes);
      return;
  }
}

Checksum ChecksumHasher::finish() {
  Checksum checksum;
  checksum.algorithm = algorithm_;
  switch (algorithm_) {
    case ChecksumAlgorithm::None:
      break;
    case ChecksumAlgorithm::Crc32:
    case ChecksumAlgorithm::Crc32c:
      checksum.value = big_endian(crc32_);
      break;
    case ChecksumAlgorithm::Crc64nvme:
      checksum.value = big_endian(crc64_);
      break;
    case ChecksumAlgorithm::Sha1: {
      const Sha1Digest digest = std::get<Sha1>(digest_).finish();
      checksum.value = as_text(digest);
      break;
    }
    case ChecksumAlgorithm::Sha256: {
      const Sha256Digest digest = std::get<Sha256>(digest_).finish();
      checksum.value = as_text(digest);
      break;
    }
  }
  return checksum;
}

Checksum composite_checksum(ChecksumAlgorithm algorithm, const std::vector<std::string>& values) {
  ChecksumHasher hasher(algorithm);
  for (const std::string& value : values) hasher.update(as_bytes(value));
  Checksum checksum = hasher.finish();
  checksum.type = ChecksumType::Composite;
  return checksum;
}

std::string crc64_bytes(std::uint64_t crc) { return big_endian(crc); }

std::optional<std::uint64_t> crc64_value(std::string_view bytes) {
  if (bytes.size() != sizeof(std::uint64_t)) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

}  // namespace coffer::store
