#include "s3/checksums.h"

#include "base/codec.h"
#include "store/checksum.h"

#include <gtest/gtest.h>

namespace coffer::s3 {
namespace {

using store::ChecksumAlgorithm;
using store::ChecksumType;

HeaderList headers_of(const std::vector<std::pair<std::string, std::string>>& fields) {
  HeaderList headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  return headers;
}

std::string declared(const std::vector<std::pair<std::string, std::string>>& fields,
                     const std::string& raw_query = "", bool presigned = false,
                     auth::PayloadMode mode = auth::PayloadMode::Unsigned, bool strict = false) {
  auth::Authenticated who;
  who.presigned = presigned;
  who.payload = mode;
  const auto result = declared_checksum(headers_of(fields), Query(raw_query), who, strict);
  if (!result) return std::string(to_string(result.error().code())) + result.error().message();
  std::string text(checksum_name(result->algorithm));
  return text + (result->value ? "=" + hex_encode(as_bytes(*result->value)) : "");
}

const std::string kTwo = "InvalidRequestYou can only specify one non-default checksum at a time.";

TEST(DeclaredChecksum, ComesFromHeaderTrailerOrPresignedQuery) {
  constexpr auto kTrailer = auth::PayloadMode::UnsignedTrailer;
  EXPECT_EQ(declared({}), "");
  EXPECT_EQ(declared({{"x-amz-checksum-crc32", "AAAAAQ=="}}), "CRC32=00000001");
  EXPECT_EQ(declared({{"X-Amz-Checksum-CRC64NVME", "AAAAAAAAAAE="}}), "CRC64NVME=0000000000000001");
  EXPECT_EQ(declared({{"x-amz-trailer", "x-amz-checksum-crc32c, other"}}, "", false, kTrailer),
            "CRC32C");
  EXPECT_EQ(declared({{"x-amz-trailer", "x-amz-checksum-crc32c"}}), "") << "no trailers come";
  EXPECT_EQ(
      declared({{"x-amz-trailer", "x-amz-checksum-crc32"}, {"x-amz-checksum-crc32", "AAAAAQ=="}},
               "", false, kTrailer),
      "CRC32=00000001");
  const std::string query = "x-amz-checksum-crc32=AAAAAQ%3D%3D&x-amz-sdk-checksum-algorithm=CRC32";
  EXPECT_EQ(declared({}, query, true), "CRC32=00000001");
  EXPECT_EQ(declared({}, query, false), "") << "unsigned requests have no query of that meaning";
  // SDKs name the algorithm beside the value, or alone.
  EXPECT_EQ(declared({{"x-amz-sdk-checksum-algorithm", "CRC32"}}), "");
}

TEST(DeclaredChecksum, OfNothingInAQueryHoldsInStrictModeOnly) {
  const std::string query = "x-amz-checksum-crc32=AAAAAA%3D%3D";
  const auto unsigned_payload = auth::PayloadMode::Unsigned;
  EXPECT_EQ(declared({}, query, true, unsigned_payload, false), "");
  EXPECT_EQ(declared({}, query, true, unsigned_payload, true), "CRC32=00000000");
  EXPECT_EQ(declared({{"x-amz-checksum-crc32", "AAAAAA=="}}), "CRC32=00000000");
}

TEST(DeclaredChecksum, IsOneAndWellFormed) {
  EXPECT_EQ(declared({{"x-amz-checksum-crc32", "AAAAAQ=="}, {"x-amz-checksum-crc32c", "AAAAAQ=="}}),
            kTwo);
  EXPECT_EQ(
      declared({{"x-amz-checksum-crc32", "AAAAAQ=="}, {"x-amz-trailer", "x-amz-checksum-sha1"}}, "",
               false, auth::PayloadMode::UnsignedTrailer),
      kTwo);
  for (const std::string bad : {"", "!", "AAAA", "AAAAAAAAAAE="}) {
    EXPECT_EQ(declared({{"x-amz-checksum-crc32", bad}}), "InvalidDigest") << bad;
  }
}

TEST(UploadChecksum, HasOneTypeAnAlgorithm) {
  struct Row {
    std::string algorithm, type, expected;
  };
  const std::vector<Row> rows{
      {"CRC32", "", "COMPOSITE"},
      {"crc32c", "COMPOSITE", "COMPOSITE"},
      {"SHA1", "", "COMPOSITE"},
      {"SHA256", "", "COMPOSITE"},
      {"CRC64NVME", "", "FULL_OBJECT"},
      {"CRC64NVME", "FULL_OBJECT", "FULL_OBJECT"},
      {"CRC64NVME", "COMPOSITE", "InvalidRequest"},
      {"CRC32", "FULL_OBJECT", "InvalidRequest"},
      {"CRC32C", "FULL_OBJECT", "InvalidRequest"},
      {"SHA256", "FULL_OBJECT", "InvalidRequest"},
      {"CRC32", "OTHER", "InvalidRequest"},
      {"MD4", "", "InvalidRequest"},
      {"", "FULL_OBJECT", "InvalidRequest"},
  };
  for (const Row& row : rows) {
    HeaderList headers;
    if (!row.algorithm.empty()) headers.add("x-amz-checksum-algorithm", row.algorithm);
    if (!row.type.empty()) headers.add("x-amz-checksum-type", row.type);
    const auto checksum = upload_checksum(headers);
    const std::string text = checksum ? std::string(checksum_type_name(checksum->type))
                                      : std::string(to_string(checksum.error().code()));
    EXPECT_EQ(text, row.expected) << row.algorithm << " " << row.type;
  }
  EXPECT_EQ(upload_checksum(HeaderList()).value().algorithm, ChecksumAlgorithm::None);
}

TEST(ExpectedChecksum, MayCarryTheNumberOfParts) {
  auto expected = expected_checksum(headers_of({{"x-amz-checksum-crc32", "AAAAAQ==-3"}}));
  ASSERT_TRUE(expected);
  EXPECT_EQ(expected->type, ChecksumType::Composite);
  EXPECT_EQ(hex_encode(as_bytes(expected->value)), "00000001");
  expected = expected_checksum(headers_of(
      {{"x-amz-checksum-crc64nvme", "AAAAAAAAAAE="}, {"x-amz-checksum-type", "FULL_OBJECT"}}));
  ASSERT_TRUE(expected);
  EXPECT_EQ(expected->type, ChecksumType::FullObject);
  EXPECT_FALSE(expected_checksum(
      headers_of({{"x-amz-checksum-crc32", "AAAAAQ=="}, {"x-amz-checksum-type", "FULL_OBJECT"}})));
  EXPECT_EQ(expected_checksum(HeaderList()).value().algorithm, ChecksumAlgorithm::None);
}

TEST(ChecksumText, ShowsPartsOfCompositesOnly) {
  store::Checksum checksum;
  checksum.algorithm = ChecksumAlgorithm::Crc32;
  checksum.value = std::string("\0\0\0\1", 4);
  EXPECT_EQ(checksum_text(checksum, 3), "AAAAAQ==");
  checksum.type = ChecksumType::Composite;
  EXPECT_EQ(checksum_text(checksum, 3), "AAAAAQ==-3");
}

// r2-observed.md section 9
TEST(BadDigest, IsThreeLines) {
  EXPECT_EQ(store::bad_digest("MD5", "\x01\x02", "\xAB\xCD").message(),
            "The MD5 checksum you specified did not match what we received.\n"
            "You provided a MD5 checksum with value: 0102\nActual MD5 was: abcd");
}

}  // namespace
}  // namespace coffer::s3
