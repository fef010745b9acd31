#include "store/checksum.h"

#include "base/codec.h"

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

/// As AWS writes the algorithm into its messages.
std::string_view type_name(ChecksumAlgorithm algorithm) {
  switch (algorithm) {
    case ChecksumAlgorithm::None:
      break;
    case ChecksumAlgorithm::Crc32:
      return "crc32";
    case ChecksumAlgorithm::Crc32c:
      return "crc32c";
    case ChecksumAlgorithm::Crc64nvme:
      return "crc64nvme";
    case ChecksumAlgorithm::Sha1:
      return "sha1";
    case ChecksumAlgorithm::Sha256:
      return "sha256";
  }
  return "null";
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

std::string_view digest_name(ChecksumAlgorithm algorithm) {
  switch (algorithm) {
    case ChecksumAlgorithm::None:
      break;
    case ChecksumAlgorithm::Crc32:
      return "CRC32";
    case ChecksumAlgorithm::Crc32c:
      return "CRC32C";
    case ChecksumAlgorithm::Crc64nvme:
      return "CRC64NVME";
    case ChecksumAlgorithm::Sha1:
      return "SHA-1";
    case ChecksumAlgorithm::Sha256:
      return "SHA-256";
  }
  return {};
}

Error bad_digest(std::string_view name, std::string_view provided, std::string_view actual) {
  const std::string text(name);
  return Error::with_message(ErrorCode::BadDigest,
                             "The " + text +
                                 " checksum you specified did not match what we received.\n"
                                 "You provided a " +
                                 text + " checksum with value: " + hex_encode(as_bytes(provided)) +
                                 "\nActual " + text + " was: " + hex_encode(as_bytes(actual)));
}

Error checksum_type_mismatch(ChecksumAlgorithm expected, ChecksumAlgorithm actual) {
  std::string message = "Checksum Type mismatch occurred, expected checksum Type: ";
  message.append(type_name(expected)).append(", actual checksum Type: ").append(type_name(actual));
  return Error::with_message(ErrorCode::InvalidRequest, std::move(message));
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
