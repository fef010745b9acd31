#include "auth/unsigned_headers.h"

#include <gtest/gtest.h>

namespace coffer::auth {
namespace {

/// The names that are refused, or "-".
std::string refused(const std::vector<std::string>& names, std::string_view signed_names,
                    bool strict) {
  HeaderList headers;
  for (const std::string& name : names) headers.add(name, "value");
  const auto result = refuse_unsigned_headers(headers, SignedHeaders(signed_names), strict);
  if (result) return "-";
  EXPECT_EQ(result.error().code(), ErrorCode::AccessDenied);
  EXPECT_EQ(result.error().message(),
            "There were headers present in the request which were not signed");
  EXPECT_EQ(result.error().fields().size(), 1U);
  EXPECT_EQ(result.error().fields()[0].first, "HeadersNotSigned");
  return result.error().fields()[0].second;
}

TEST(UnsignedHeaders, AreRefusedWhenTheyChangeWhatIsDone) {
  struct Row {
    std::string name;
    bool extended;  ///< refused there
    bool strict;
  };
  const std::vector<Row> rows{
      {"x-amz-copy-source", true, true},
      {"cf-create-bucket-if-missing", true, true},
      {"x-amz-copy-source-range", true, false},
      {"x-amz-metadata-directive", true, false},
      {"x-amz-meta-color", true, false},
      {"x-amz-storage-class", true, false},
      {"x-amz-acl", true, false},
      {"x-amz-checksum-crc32", true, false},
      {"x-amz-bypass-governance-retention", true, false},
      {"x-amz-anything-of-the-future", true, false},
      {"cf-copy-destination-if-match", true, false},
      {"cf-copy-destination-if-none-match", true, false},
      {"cf-copy-destination-if-modified-since", true, false},
      {"cf-copy-destination-if-unmodified-since", true, false},
      {"cf-prefix", true, false},
      {"cf-start-after", true, false},
      {"cf-continuation-token", true, false},
      {"cf-max-keys", true, false},
      // What clients and proxies add.
      {"x-amz-date", false, false},
      {"x-amz-content-sha256", false, false},
      {"x-amz-checksum-mode", false, false},
      {"x-amz-user-agent", false, false},
      {"x-amz-cf-id", false, false},
      {"amz-sdk-invocation-id", false, false},
      {"amz-sdk-request", false, false},
      {"x-amzn-trace-id", false, false},
      {"cf-ray", false, false},
      {"cf-connecting-ip", false, false},
      {"cf-visitor", false, false},
      {"cf-ipcountry", false, false},
      // HTTP's own are R2's to act on.
      {"content-type", false, false},
      {"content-md5", false, false},
      {"if-none-match", false, false},
      {"range", false, false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(refused({row.name}, "host", false), row.extended ? row.name : "-") << row.name;
    EXPECT_EQ(refused({row.name}, "host", true), row.strict ? row.name : "-") << row.name;
    EXPECT_EQ(refused({row.name}, "host;" + row.name, false), "-") << row.name;
    EXPECT_EQ(refused({row.name}, "host;" + row.name, true), "-") << row.name;
  }
}

TEST(UnsignedHeaders, AreNamedOnceInTheirOrderWhateverTheirCase) {
  EXPECT_EQ(
      refused({"Host", "X-Amz-Meta-B", "x-amz-date", "x-amz-meta-b", "X-AMZ-ACL"}, "host", false),
      "x-amz-meta-b, x-amz-acl");
  EXPECT_EQ(refused({"X-Amz-Meta-B", "X-Amz-Copy-Source"}, "HOST;X-Amz-Meta-B", false),
            "x-amz-copy-source");
  // A name that only begins like a signed one is another name.
  EXPECT_EQ(refused({"x-amz-copy-source"}, "host;x-amz-copy-source-range", false),
            "x-amz-copy-source");
}

}  // namespace
}  // namespace coffer::auth
