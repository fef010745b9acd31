#include "base/codec.h"
#include "s3/headers_in.h"
#include "s3/headers_out.h"
#include "s3/page_token.h"
#include "s3/rfc2047.h"

#include <gtest/gtest.h>

#include <limits>

namespace coffer::s3 {
namespace {

HeaderList header(const std::string& name, const std::string& value) {
  HeaderList headers;
  headers.add(name, value);
  return headers;
}

const std::string kRangeForm =
    "InvalidArgument range must be in format 'bytes=start-end', 'bytes=start-' or "
    "'bytes=-suffix'.'";

std::string range_of(const std::string& value) {
  const auto range = read_range(header("Range", value));
  if (!range) return std::string(to_string(range.error().code())) + " " + range.error().message();
  if (!*range) return "none";
  const auto text = [](const std::optional<std::uint64_t>& n) {
    return n ? std::to_string(*n) : std::string("_");
  };
  return text((*range)->first) + ".." + text((*range)->last);
}

// r2-observed.md 5.2
TEST(Range, AcceptsExactlyThreeForms) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"", "none"},
      {"bytes=0-", "0.._"},
      {"bytes=5-9", "5..9"},
      {"bytes=5-5", "5..5"},
      {"bytes=-7", "_..7"},
      {"bytes=007-0008", "7..8"},
      {"bytes=99999999999999999999-", std::to_string(~std::uint64_t{0}) + ".._"},
      {"bytes=1-99999999999999999999", "1.." + std::to_string(~std::uint64_t{0})},
      {"bytes=9-5", "InvalidArgument range must be positive."},
      {"bytes=-0", "InvalidRange "},
      {"bytes=-000", "InvalidRange "},
      {"bytes=-", kRangeForm},
      {"bytes=", kRangeForm},
      {"bytes", kRangeForm},
      {"bytes=5", kRangeForm},
      {"Bytes=0-1", kRangeForm},
      {"items=0-1", kRangeForm},
      {"bytes=0-1,3-4", kRangeForm},
      {"bytes= 0-1", kRangeForm},
      {"bytes=0 -1", kRangeForm},
      {"bytes=0-1 ", kRangeForm},
      {"bytes=--1", kRangeForm},
      {"bytes=1--1", kRangeForm},
      {"bytes=+1-2", kRangeForm},
      {"bytes=a-b", kRangeForm},
      {"bytes=0x1-2", kRangeForm},
  };
  for (const auto& [value, expected] : rows) EXPECT_EQ(range_of(value), expected) << value;
}

// r2-observed.md section 7
TEST(CopyRange, IsClosedAndPositive) {
  struct Row {
    std::string value, expected;
  };
  const std::string invalid = "InvalidArgument Invalid x-amz-copy-source-range: ";
  for (const std::string bad :
       {"bytes=0-", "bytes=-5", "0-5", "bytes=a-b", "bytes=1-2,3-4", "", "bytes=", "bytes=5"}) {
    const auto range = read_copy_range(header("x-amz-copy-source-range", bad));
    ASSERT_FALSE(range) << bad;
    EXPECT_EQ(range.error().message(), "Invalid x-amz-copy-source-range: " + bad);
  }
  const auto inverted = read_copy_range(header("x-amz-copy-source-range", "bytes=9-5"));
  ASSERT_FALSE(inverted);
  EXPECT_EQ(inverted.error().message(), "x-amz-copy-source-range must be positive.");
  const auto good = read_copy_range(header("x-amz-copy-source-range", "bytes=5-9")).value();
  ASSERT_TRUE(good);
  EXPECT_EQ(good->first, 5U);
  EXPECT_EQ(good->last, 9U);
  EXPECT_FALSE(read_copy_range(HeaderList()).value());
}

// r2-observed.md section 7
TEST(CopySource, IsDecodedOnceAndSplitAtTheFirstSlash) {
  struct Row {
    std::string text, bucket, key;
  };
  const std::vector<Row> good{
      {"b/k", "b", "k"},
      {"/b/k", "b", "k"},
      {"b%2Fk", "b", "k"},
      {"b/a/b", "b", "a/b"},
      {"b/a%2Fb%2525", "b", "a/b%25"},
      {"b/a+b", "b", "a+b"},
      {"b/%C3%BC", "b", "\xC3\xBC"},
      {"b/\xC3\xBC", "b", "\xC3\xBC"},
      {"//b/k", "", "b/k"},
      {"b/k?versionId=1", "b", "k?versionId=1"},
  };
  for (const Row& row : good) {
    const auto source = parse_copy_source(row.text);
    ASSERT_TRUE(source) << row.text;
    EXPECT_EQ(source->bucket, row.bucket) << row.text;
    EXPECT_EQ(source->key.original(), row.key) << row.text;
  }
  for (const std::string bad : {"", "/", "b", "b/", "/b/", "b%2F"}) {
    const auto source = parse_copy_source(bad);
    ASSERT_FALSE(source) << bad;
    EXPECT_EQ(source.error().message(), "copy source bucket name") << bad;
  }
  EXPECT_EQ(parse_copy_source("b/%zz").error().code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(parse_copy_source("b/%FF").error().code(), ErrorCode::InvalidObjectName);
}

std::string tags_of(std::string_view text) {
  const store::ETagCondition condition = parse_etags(text);
  std::string out = condition.any ? "*" : "";
  for (const auto& tag : condition.tags) out += (tag.weak ? "[W/" : "[") + tag.text + "]";
  return out;
}

TEST(Conditions, ReadListsWeakTagsAndStars) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"\"a\"", "[a]"},
      {"\"a\", \"b\"", "[a][b]"},
      {"W/\"a\",\"b\"", "[W/a][b]"},
      {"*", "*"},
      {" * ", "*"},
      {"abc", "[abc]"},
      {"abc, def", "[abc][def]"},
      {"\"a,b\"", "[a,b]"},
      {"\"open", "[open]"},
      {"", ""},
      {", ,", ""},
      {"\"\"", "[]"},
      {"\"*\"", "[*]"},
      {"w/\"a\"", "[w/\"a\"]"},
  };
  for (const auto& [text, expected] : rows) EXPECT_EQ(tags_of(text), expected) << text;
}

TEST(Conditions, AreReadBehindEachPrefixAndIgnoreWhatIsNoDate) {
  for (const std::string prefix : {"", "x-amz-copy-source-", "cf-copy-destination-"}) {
    HeaderList headers;
    headers.add(prefix + "If-Match", "\"a\"");
    headers.add(prefix + "If-Match", "\"b\"");
    headers.add(prefix + "If-None-Match", "*");
    headers.add(prefix + "If-Modified-Since", "Tue, 24 Nov 2026 14:34:37 GMT");
    headers.add(prefix + "If-Unmodified-Since", "yesterday");
    const store::Conditions conditions = read_conditions(headers, prefix);
    ASSERT_TRUE(conditions.if_match);
    EXPECT_EQ(conditions.if_match->tags.size(), 2U);
    EXPECT_TRUE(conditions.if_none_match->any);
    EXPECT_EQ(conditions.if_modified_since->time_since_epoch().count(), 1'795'530'877);
    EXPECT_FALSE(conditions.if_unmodified_since);
  }
  EXPECT_TRUE(read_conditions(header("If-Match", "\"a\""), "x-amz-copy-source-").empty());
}

TEST(Metadata, TakesSystemAndUserHeaders) {
  HeaderList headers;
  headers.add("Content-Type", "text/plain");
  headers.add("Content-Encoding", "aws-chunked, gzip");
  headers.add("Content-Encoding", "AWS-Chunked");
  headers.add("Expires", "Tuesday, 24-Nov-26 14:34:37 GMT");
  headers.add("Cache-Control", "max-age=60");
  headers.add("X-Amz-Meta-Color", "blue");
  headers.add("x-amz-meta-color", "green");
  headers.add("x-amz-meta-caption", "=?UTF-8?Q?=C3=BC?=");
  headers.add("x-amz-metadata", "no");
  const store::Metadata metadata = read_metadata(headers);
  EXPECT_EQ(metadata.system.content_type, "text/plain");
  EXPECT_EQ(metadata.system.content_encoding, "gzip");
  EXPECT_EQ(metadata.system.expires, "Tue, 24 Nov 2026 14:34:37 GMT");
  EXPECT_EQ(metadata.system.cache_control, "max-age=60");
  const store::UserMetadata expected{{"color", "blue, green"}, {"caption", "\xC3\xBC"}};
  EXPECT_EQ(metadata.user, expected);
}

TEST(Metadata, CountsWhatNoHeaderCanCarry) {
  store::ObjectInfo info{.key = ObjectKey::parse("k").value(),
                         .etag = {},
                         .last_modified = {},
                         .version = {},
                         .metadata = {},
                         .checksum = {}};
  info.metadata.user = {{"fine", "\xC3\xBC"}, {"b\xC3\xBC", "1"}, {"a b", "2"}, {"", "3"}};
  http::Response response;
  add_object_headers(response, info);
  EXPECT_EQ(response.headers.find("x-amz-meta-fine"), "=?UTF-8?B?w7w=?=");
  EXPECT_EQ(response.headers.find("x-amz-missing-meta"), "3");
  EXPECT_EQ(response.headers.find("Content-Type"), "application/octet-stream");
}

TEST(Rfc2047, DecodesWordsAndLeavesTheRest) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"plain", "plain"},
      {"=?UTF-8?B?w7w=?=", "\xC3\xBC"},
      {"=?utf-8?q?a_=C3=BC=3F?=", "a \xC3\xBC?"},
      {"=?iso-8859-1?Q?=FC?=", "\xC3\xBC"},
      {"=?US-ASCII*en?Q?a?=", "a"},
      {"=?UTF-8?B?w7w=?= =?UTF-8?B?w7w=?=", "\xC3\xBC\xC3\xBC"},
      {"=?UTF-8?B?ww==?=  =?UTF-8?B?vA==?=", "\xC3\xBC"},
      {"a =?UTF-8?B?w7w=?= b", "a \xC3\xBC b"},
      {"=?koi8-r?B?w7w=?=", "=?koi8-r?B?w7w=?="},
      {"=?UTF-8?B?!!?=", "=?UTF-8?B?!!?="},
      {"=?UTF-8?X?a?=", "=?UTF-8?X?a?="},
      {"=?UTF-8?Q?=Z?=", "=?UTF-8?Q?=Z?="},
      {"=?UTF-8?Q?", "=?UTF-8?Q?"},
      {"=?", "=?"},
      {"raw \xC3\xBC", "raw \xC3\xBC"},
      {"latin \xFC", "latin \xC3\xBC"},
      {"=?UTF-8?B?/w==?=", "\xC3\xBF"},
      {"", ""},
  };
  for (const auto& [value, expected] : rows) EXPECT_EQ(decode_rfc2047(value), expected) << value;
}

TEST(Rfc2047, EncodesWhatAHeaderCannotCarryAndComesBack) {
  EXPECT_EQ(encode_rfc2047("plain text"), "plain text");
  EXPECT_EQ(encode_rfc2047(""), "");
  EXPECT_EQ(encode_rfc2047("tabs\tinside"), "tabs\tinside");
  EXPECT_EQ(encode_rfc2047("\xC3\xBC"), "=?UTF-8?B?w7w=?=");
  std::string long_text;
  for (int i = 0; i < 100; ++i) long_text += "\xE5\x90\x8D";
  for (const std::string& value :
       {std::string("a\r\nSet-Cookie: b"), std::string(" edges "), std::string("=?UTF-8?B?w7w=?="),
        std::string("a\0b", 3), long_text}) {
    const std::string encoded = encode_rfc2047(value);
    EXPECT_EQ(decode_rfc2047(encoded), value);
    for (const char c : encoded) EXPECT_TRUE(c >= ' ' && c < '\x7f');
    for (std::size_t at = 0; at < encoded.size();) {
      const std::size_t end = std::min(encoded.find(' ', at), encoded.size());
      EXPECT_LE(end - at, 75U);
      at = end + 1;
    }
  }
}

TEST(Values, StorageClassDirectiveDigestAndPartNumber) {
  EXPECT_FALSE(read_storage_class(HeaderList()).value());
  EXPECT_EQ(read_storage_class(header("x-amz-storage-class", "STANDARD_IA")).value(),
            store::StorageClass::InfrequentAccess);
  for (const std::string bad : {"", "standard", "GLACIER"}) {
    EXPECT_EQ(read_storage_class(header("x-amz-storage-class", bad)).error().code(),
              ErrorCode::InvalidStorageClass);
  }
  EXPECT_EQ(read_directive(HeaderList()).value(), store::CopyOptions::Directive::Copy);
  EXPECT_EQ(read_directive(header("x-amz-metadata-directive", "MERGE")).value(),
            store::CopyOptions::Directive::Merge);
  EXPECT_EQ(read_directive(header("x-amz-metadata-directive", "copy")).error().message(),
            "metadata directive copy.");
  for (const std::string bad : {"", "x", "AAAA", "1B2M2Y8AsgTpgAmY7PhCfg"}) {
    EXPECT_EQ(read_content_md5(header("Content-MD5", bad)).error().code(),
              ErrorCode::InvalidDigest);
  }
  EXPECT_TRUE(read_content_md5(header("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")).value());
  for (const std::string good : {"1", "01", " 10000"}) EXPECT_TRUE(parse_part_number(good));
  for (const std::string bad : {"", "0", "-1", "10001", "99999999999999999999"}) {
    const auto number = parse_part_number(bad);
    ASSERT_FALSE(number) << bad;
    EXPECT_EQ(number.error().message(),
              "Part number must be an integer between 1 and 10000, inclusive.");
  }
}

TEST(PageLimit, DropsFractionsAndRefusesTheRest) {
  EXPECT_EQ(parse_page_limit("0"), 0U);
  EXPECT_EQ(parse_page_limit("10.9"), 10U);
  EXPECT_EQ(parse_page_limit("5000"), 5000U);
  for (const std::string bad : {"", "-1", "a", "Infinity", "1e1", "0x2", ".", "1.", ".5", "1.a"}) {
    EXPECT_FALSE(parse_page_limit(bad)) << bad;
  }
}

TEST(PageToken, ComesBackForItsScopeOnly) {
  for (const std::string& position :
       {std::string("a/b"), std::string(), std::string("\xC3\xBC\0x", 4)}) {
    const std::string token = encode_page_token("b/p", position);
    EXPECT_EQ(decode_page_token("b/p", token), position);
    EXPECT_FALSE(decode_page_token("b/q", token));
    EXPECT_EQ(token.find_first_of("+/= &"), std::string::npos);
  }
  std::string token = encode_page_token("b", "key");
  token[token.size() - 1] = token.back() == 'A' ? 'B' : 'A';
  EXPECT_FALSE(decode_page_token("b", token));
  for (const std::string bad : {"", "x", "AQ", "!!!!", "AQAAAAAA"}) {
    EXPECT_FALSE(decode_page_token("b", bad)) << bad;
  }
}

}  // namespace
}  // namespace coffer::s3
