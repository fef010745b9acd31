#pragma once

#include "base/bytes.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace coffer {

using Md5Digest = std::array<std::byte, 16>;
using Sha1Digest = std::array<std::byte, 20>;
using Sha256Digest = std::array<std::byte, 32>;

/// Incremental digests over OpenSSL, with the algorithm fetched once per process. Movable, not
/// copyable, one thread at a time. `finish` may be called once.
class Md5 {
 public:
  Md5();
  ~Md5();
  Md5(Md5&&) noexcept;
  Md5& operator=(Md5&&) noexcept;
  void update(ByteView bytes);
  Md5Digest finish();

 private:
  void* context_;
};
class Sha1 {
 public:
  Sha1();
  ~Sha1();
  Sha1(Sha1&&) noexcept;
  Sha1& operator=(Sha1&&) noexcept;
  void update(ByteView bytes);
  Sha1Digest finish();

 private:
  void* context_;
};
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(ByteView bytes);
  Sha256Digest finish();

 private:
  void* context_;
};

Md5Digest md5(ByteView bytes);
Sha256Digest sha256(ByteView bytes);
/// Lower-case hex of SHA-256: how a token value becomes a Secret Access Key.
std::string sha256_hex(std::string_view text);
Sha256Digest hmac_sha256(ByteView key, ByteView message);

/// CRC-32 (zip), CRC-32C (Castagnoli) and CRC-64/NVME, continued from `crc` (0 at the start).
std::uint32_t crc32(std::uint32_t crc, ByteView bytes);
std::uint32_t crc32c(std::uint32_t crc, ByteView bytes);
std::uint64_t crc64nvme(std::uint64_t crc, ByteView bytes);

/// CRC of A followed by B, from CRC(A), CRC(B) and the length of B.
std::uint64_t crc64nvme_combine(std::uint64_t crc_a, std::uint64_t crc_b, std::uint64_t length_b);

}  // namespace coffer
