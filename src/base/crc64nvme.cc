// CRC-64/NVME (NVM Express Command Set specification 1.0, 5.2.1.3.4): polynomial
// 0xAD93D23594C93659, bits reflected, register and answer inverted.
//
// A register of 64 bits is a polynomial over GF(2) with the highest power in bit 0. A message is
// folded 128 bytes at a time: moving a block of 16 bytes d bits towards the end of the message
// multiplies it by x^d, and modulo P that is two carry-less multiplications by constants which the
// compiler works out below. What remains after folding is 16 bytes long and goes through the
// tables. The method: Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
// Instruction", Intel, 2009.

#include "base/crc64nvme.h"

#include "base/hash.h"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace coffer {
namespace {

constexpr std::uint64_t kPolynomial = 0x9A6C9329AC4BC9B5;  // 0xAD93D23594C93659 reflected
constexpr std::uint64_t kOne = std::uint64_t{1} << 63;     // the polynomial 1

constexpr std::uint64_t times_x(std::uint64_t a) {
  return a >> 1 ^ ((a & 1) != 0 ? kPolynomial : 0);
}

constexpr std::uint64_t multiply(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  for (; b != 0; b <<= 1, a = times_x(a)) {
    if ((b & kOne) != 0) product ^= a;
  }
  return product;
}

constexpr std::uint64_t power_of_x(unsigned exponent) {
  std::uint64_t power = kOne;
  for (unsigned i = 0; i < exponent; ++i) power = times_x(power);
  return power;
}

// Slicing by 8: table k answers for a byte that k more bytes follow.
using Tables = std::array<std::array<std::uint64_t, 256>, 8>;
constexpr Tables make_tables() {
  Tables tables{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    std::uint64_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = times_x(crc);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      const std::uint64_t before = tables[k - 1][byte];
      tables[k][byte] = before >> 8 ^ tables[0][before & 0xff];
    }
  }
  return tables;
}
constexpr Tables kTables = make_tables();

/// Carries the register, not inverted, over `size` bytes.
std::uint64_t by_tables(std::uint64_t crc, const std::byte* data, std::size_t size) {
  static_assert(std::endian::native == std::endian::little);
  for (; size >= 8; data += 8, size -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, data, sizeof word);
    word ^= crc;
    crc = 0;
    for (std::size_t i = 0; i < 8; ++i) crc ^= kTables[7 - i][word >> (8 * i) & 0xff];
  }
  for (; size > 0; ++data, --size) {
    crc = crc >> 8 ^ kTables[0][(crc ^ std::to_integer<std::uint64_t>(*data)) & 0xff];
  }
  return crc;
}

#if defined(__x86_64__)

constexpr std::size_t kBlockBytes = 16;
constexpr std::size_t kLanes = 8;  // enough to hide the multiplier's latency

/// What moves a block by `bits`: its first eight bytes stand 64 powers above the others, and a
/// product of two reflected numbers comes out one power too high.
struct FoldConstants {
  std::uint64_t for_first;
  std::uint64_t for_second;
};
constexpr FoldConstants fold_constants(unsigned bits) {
  return {power_of_x(bits + 64 - 1), power_of_x(bits - 1)};
}
constexpr FoldConstants kFoldStride = fold_constants(kLanes * kBlockBytes * 8);
constexpr FoldConstants kFoldBlock = fold_constants(kBlockBytes * 8);

__attribute__((target("pclmul,sse2"))) inline __m128i constants(FoldConstants c) {
  return _mm_set_epi64x(static_cast<long long>(c.for_second), static_cast<long long>(c.for_first));
}

__attribute__((target("pclmul,sse2"))) inline __m128i load(const std::byte* data) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(data));
}

/// `block` moved by the distance of `by`, plus `next`.
__attribute__((target("pclmul,sse2"))) inline __m128i fold(__m128i block, __m128i by,
                                                           __m128i next) {
  return _mm_xor_si128(next, _mm_xor_si128(_mm_clmulepi64_si128(block, by, 0x00),
                                           _mm_clmulepi64_si128(block, by, 0x11)));
}

/// As by_tables. At least kLanes blocks.
__attribute__((target("pclmul,sse2"))) std::uint64_t by_folding(std::uint64_t crc,
                                                                const std::byte* data,
                                                                std::size_t size) {
  __m128i lanes[kLanes];
  for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = load(data + i * kBlockBytes);
  // The register before a message adds to the message's first eight bytes.
  lanes[0] = _mm_xor_si128(lanes[0], _mm_set_epi64x(0, static_cast<long long>(crc)));
  data += sizeof lanes;
  size -= sizeof lanes;

  const __m128i by_stride = constants(kFoldStride);
  for (; size >= sizeof lanes; data += sizeof lanes, size -= sizeof lanes) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      lanes[i] = fold(lanes[i], by_stride, load(data + i * kBlockBytes));
    }
  }
  const __m128i by_block = constants(kFoldBlock);
  __m128i block = lanes[0];
  for (std::size_t i = 1; i < kLanes; ++i) block = fold(block, by_block, lanes[i]);
  for (; size >= kBlockBytes; data += kBlockBytes, size -= kBlockBytes) {
    block = fold(block, by_block, load(data));
  }
  std::array<std::byte, kBlockBytes> rest{};
  _mm_storeu_si128(reinterpret_cast<__m128i*>(rest.data()), block);
  return by_tables(by_tables(0, rest.data(), rest.size()), data, size);
}

bool can_fold() {
  static const bool supported =
      __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("sse2") != 0;
  return supported;
}

#endif

/// powers[k] is x^(8 * 2^k): what 2^k bytes after a message multiply its CRC by.
using BytePowers = std::array<std::uint64_t, 64>;
constexpr BytePowers make_byte_powers() {
  BytePowers powers{};
  powers[0] = power_of_x(8);
  for (std::size_t k = 1; k < powers.size(); ++k) {
    powers[k] = multiply(powers[k - 1], powers[k - 1]);
  }
  return powers;
}
constexpr BytePowers kBytePowers = make_byte_powers();

}  // namespace

namespace detail {

std::uint64_t crc64nvme_by_tables(std::uint64_t crc, ByteView bytes) {
  return ~by_tables(~crc, bytes.data(), bytes.size());
}

}  // namespace detail

std::uint64_t crc64nvme(std::uint64_t crc, ByteView bytes) {
#if defined(__x86_64__)
  if (bytes.size() >= kLanes * kBlockBytes && can_fold()) {
    return ~by_folding(~crc, bytes.data(), bytes.size());
  }
#endif
  return detail::crc64nvme_by_tables(crc, bytes);
}

std::uint64_t crc64nvme_combine(std::uint64_t crc_a, std::uint64_t crc_b, std::uint64_t length_b) {
  // The inversions of both cancel, so only A's move to the front of B remains.
  for (std::size_t k = 0; length_b != 0; length_b >>= 1, ++k) {
    if ((length_b & 1) != 0) crc_a = multiply(crc_a, kBytePowers[k]);
  }
  return crc_a ^ crc_b;
}

}  // namespace coffer
