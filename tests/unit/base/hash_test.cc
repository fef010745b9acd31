#include "base/hash.h"

#include "base/codec.h"
#include "base/crc64nvme.h"

#include <gtest/gtest.h>

#include <random>

namespace coffer {
namespace {

template <class Hash>
std::string hex_of(std::string_view text) {
  Hash hash;
  hash.update(as_bytes(text.substr(0, text.size() / 3)));
  hash.update(as_bytes(text.substr(text.size() / 3)));
  return hex_encode(hash.finish());
}

// RFC 1321 A.5.
TEST(Md5, MatchesTheRfc) {
  EXPECT_EQ(hex_of<Md5>(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(hex_of<Md5>("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(hex_encode(md5(as_bytes("abc"))), "900150983cd24fb0d6963f7d28e17f72");
}

// FIPS 180-4's examples:
// https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
TEST(Sha, MatchesNist) {
  EXPECT_EQ(hex_of<Sha1>("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex_of<Sha256>("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Hash, MovesWithItsState) {
  Sha256 first;
  first.update(as_bytes("a"));
  Sha256 second(std::move(first));
  second.update(as_bytes("b"));
  Sha256 third;
  third = std::move(second);
  third.update(as_bytes("c"));
  EXPECT_EQ(hex_encode(third.finish()), sha256_hex("abc"));
}

// RFC 4231 4.2, 4.3 and 4.7 (a key longer than a block).
TEST(HmacSha256, MatchesTheRfc) {
  const std::string key1(20, '\x0b');
  EXPECT_EQ(hex_encode(hmac_sha256(as_bytes(key1), as_bytes("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex_encode(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const std::string key6(131, '\xaa');
  EXPECT_EQ(
      hex_encode(hmac_sha256(as_bytes(key6),
                             as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

std::string ascending(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i);
  return bytes;
}

// The check values of https://reveng.sourceforge.io/crc-catalogue/17plus.htm; for CRC-32C also RFC
// 3720 B.4; for CRC-64/NVME also the NVM Command Set specification 1.0, figure 121.
TEST(Crc, MatchesPublishedValues) {
  EXPECT_EQ(crc32(0, as_bytes("123456789")), 0xCBF43926U);
  EXPECT_EQ(crc32c(0, as_bytes("123456789")), 0xE3069283U);
  EXPECT_EQ(crc32c(0, as_bytes(std::string(32, '\0'))), 0x8A9136AAU);
  EXPECT_EQ(crc32c(0, as_bytes(std::string(32, '\xff'))), 0x62A8AB43U);
  EXPECT_EQ(crc32c(0, as_bytes(ascending(32))), 0x46DD794EU);
  EXPECT_EQ(crc64nvme(0, as_bytes("123456789")), 0xAE8B14860A799888U);
  EXPECT_EQ(crc64nvme(0, as_bytes(std::string(4096, '\0'))), 0x6482D367EB22B64EU);
  EXPECT_EQ(crc64nvme(0, as_bytes(std::string(4096, '\xff'))), 0xC0DDBA7302ECA3ACU);
  EXPECT_EQ(crc64nvme(0, as_bytes(ascending(4096))), 0x3E729F5F6750449CU);
}

TEST(Crc, OfNothingChangesNothing) {
  EXPECT_EQ(crc32(7, {}), 7U);
  EXPECT_EQ(crc32c(7, {}), 7U);
  EXPECT_EQ(crc64nvme(7, {}), 7U);
  EXPECT_EQ(crc64nvme_combine(7, 0, 0), 7U);
}

TEST(Crc, ContinuesAndCombinesAtEverySplit) {
  std::mt19937_64 random(1);
  std::string text(1500, '\0');
  for (char& c : text) c = static_cast<char>(random());
  const ByteView all = as_bytes(text);
  for (std::size_t split = 0; split <= all.size(); ++split) {
    const ByteView a = all.first(split);
    const ByteView b = all.subspan(split);
    ASSERT_EQ(crc32(crc32(0, a), b), crc32(0, all)) << split;
    ASSERT_EQ(crc32c(crc32c(0, a), b), crc32c(0, all)) << split;
    ASSERT_EQ(crc64nvme(crc64nvme(0, a), b), crc64nvme(0, all)) << split;
    ASSERT_EQ(crc64nvme_combine(crc64nvme(0, a), crc64nvme(0, b), b.size()), crc64nvme(0, all))
        << split;
    ASSERT_EQ(crc64nvme(3, b), detail::crc64nvme_by_tables(3, b)) << split;
  }
}

TEST(Crc, CombinesOverLengthsThatNobodyHashes) {
  // B of 2^40 zero bytes, built by combining: CRC(Z + Z) from CRC(Z), forty times.
  std::uint64_t zeros = crc64nvme(0, as_bytes(std::string(1, '\0')));
  for (unsigned k = 0; k < 40; ++k) {
    zeros = crc64nvme_combine(zeros, zeros, std::uint64_t{1} << k);
  }
  const std::uint64_t a = crc64nvme(0, as_bytes("123456789"));
  std::uint64_t stepwise = a;
  std::uint64_t half = crc64nvme(0, as_bytes(std::string(1, '\0')));
  for (unsigned k = 0; k < 39; ++k) half = crc64nvme_combine(half, half, std::uint64_t{1} << k);
  for (int i = 0; i < 2; ++i) {
    stepwise = crc64nvme_combine(stepwise, half, std::uint64_t{1} << 39);
  }
  EXPECT_EQ(crc64nvme_combine(a, zeros, std::uint64_t{1} << 40), stepwise);
}

}  // namespace
}  // namespace coffer
