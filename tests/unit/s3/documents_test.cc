#include "s3/documents.h"

#include "base/codec.h"

#include <gtest/gtest.h>

namespace coffer::s3 {
namespace {

const std::string kMalformed = "MalformedXML";

template <class Document>
std::optional<Error> read(std::string_view text, Document& document) {
  XmlReader reader(document);
  Result<> result = reader.feed(text);
  if (result) result = reader.finish();
  if (!result) return result.error();
  return std::nullopt;
}

std::string keys_of(std::string_view text) {
  DeleteDocument document;
  if (const auto error = read(text, document)) return std::string(to_string(error->code()));
  const auto keys = document.take();
  if (!keys) return std::string(to_string(keys.error().code()));
  std::string out;
  for (const std::string& key : *keys) out += "[" + key + "]";
  return out;
}

std::string objects(std::size_t count) {
  std::string text = "<Delete>";
  for (std::size_t i = 0; i < count; ++i) text += "<Object><Key>k</Key></Object>";
  return text + "</Delete>";
}

// r2-observed.md 4.2
TEST(DeleteDocument, TakesKeysAsTheyStand) {
  EXPECT_EQ(keys_of("<Delete><Object><Key>a</Key></Object><Object><Key> b&amp;c </Key>"
                    "<VersionId>v</VersionId><ETag>e</ETag></Object></Delete>"),
            "[a][ b&c ]");
  EXPECT_EQ(keys_of("<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>"
                    "<Unknown><Deep>x</Deep></Unknown><Object><Key>a</Key></Object>"
                    "<Object><Key>a</Key></Object></Delete>"),
            "[a][a]");
  EXPECT_EQ(keys_of("<x:Delete xmlns:x=\"u\"><x:Object><x:Key/></x:Object></x:Delete>"), "[]");
}

TEST(DeleteDocument, RefusesEverythingElse) {
  for (const std::string& text : {
           std::string(""),
           std::string("<Delete></Delete>"),
           std::string("<delete><Object><Key>a</Key></Object></delete>"),
           std::string("<Delete><Object></Object></Delete>"),
           std::string("<Delete><Object><Key><b>a</b></Key></Object></Delete>"),
           std::string("<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>"),
           std::string("<Delete><Key>a</Key></Delete>"),
           std::string("<Delete><Object><Key>a</Key></Object><Quiet></Quiet></Delete>"),
           std::string("<Delete><Object><Key>a</Key></Object><Quiet>TRUE</Quiet></Delete>"),
           std::string("<Delete><Object><Key>a</Key></Object><Quiet>1</Quiet></Delete>"),
           objects(0),
           objects(1001),
       }) {
    EXPECT_EQ(keys_of(text), kMalformed) << text.substr(0, 80);
  }
  EXPECT_EQ(keys_of(objects(1000)).size(), 3000U);
}

std::string parts_of(std::string_view text) {
  CompleteDocument document;
  if (const auto error = read(text, document)) return std::string(to_string(error->code()));
  const auto parts = document.take();
  if (!parts) return std::string(to_string(parts.error().code())) + parts.error().message();
  std::string out;
  for (const auto& part : *parts) {
    out += std::to_string(part.number) + "=" + part.etag;
    if (!part.checksum.value.empty()) out += "+" + hex_encode(as_bytes(part.checksum.value));
    out += ";";
  }
  return out;
}

std::string part(const std::string& number, const std::string& rest = "<ETag>e</ETag>") {
  return "<Part><PartNumber>" + number + "</PartNumber>" + rest + "</Part>";
}
std::string complete(const std::string& parts) {
  return "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>";
}

// r2-observed.md section 8, rows 1 to 5
TEST(CompleteDocument, ReadsPartsInAnyOrder) {
  EXPECT_EQ(parts_of(complete(part("2", "<ETag>\"b\"</ETag>") +
                              part("1", "<ETag>&quot;a&quot;</ETag>") + part(" 1.0e", ""))),
            kMalformed);
  EXPECT_EQ(parts_of(complete(part("2", "<ETag>\"b\"</ETag>") +
                              part("1", "<ETag>&quot;a&quot;</ETag>") + part("10000"))),
            "2=b;1=a;10000=e;");
  EXPECT_EQ(parts_of(complete(part(" 7.00 "))), "7=e;");
  EXPECT_EQ(parts_of(complete(part("1", "<ChecksumCRC32>AAAAAQ==</ChecksumCRC32><ETag>e</ETag>"))),
            "1=e+00000001;");
}

TEST(CompleteDocument, RefusesInTheOrderOfTheDocument) {
  const std::string missing = "InvalidPart";
  const std::string twice = "InvalidPartThere was a problem with the multipart upload.";
  struct Row {
    std::string text, expected;
  };
  const std::vector<Row> rows{
      {"", kMalformed},
      {"<Other></Other>", kMalformed},
      {complete(""), kMalformed},
      {complete("<Part><ETag>e</ETag></Part>"), kMalformed},
      {complete(part("1", "")), kMalformed},
      {complete(part("abc")), kMalformed},
      {complete(part("1.5")), kMalformed},
      {complete(part("-")), kMalformed},
      {complete(part("")), missing},
      {complete(part("0")), missing},
      {complete(part("-1")), missing},
      {complete(part("10001")), missing},
      {complete(part("99999999999999999999")), missing},
      {complete(part("1") + part("1")), twice},
      {complete(part("10001") + part("abc")), missing},
      {complete(part("abc") + part("10001")), kMalformed},
      {complete(part("10001")) + "x", kMalformed},
      {complete(part("1", "<ETag>e</ETag><ChecksumCRC32>!</ChecksumCRC32>")), "InvalidDigest"},
      {complete(part("1",
                     "<ETag>e</ETag><ChecksumCRC32>AAAAAQ==</ChecksumCRC32>"
                     "<ChecksumCRC32C>AAAAAQ==</ChecksumCRC32C>")),
       "InvalidRequestYou can only specify one non-default checksum at a time."},
  };
  for (const Row& row : rows) EXPECT_EQ(parts_of(row.text), row.expected) << row.text;
}

TEST(CreateBucketDocument, FindsTheConstraint) {
  struct Row {
    std::string text, expected;
  };
  const std::vector<Row> rows{
      {"<CreateBucketConfiguration/>", ""},
      {"<CreateBucketConfiguration xmlns='u'><LocationConstraint> weur "
       "</LocationConstraint></CreateBucketConfiguration>",
       "weur"},
  };
  for (const Row& row : rows) {
    CreateBucketDocument document;
    EXPECT_FALSE(read(row.text, document)) << row.text;
    EXPECT_EQ(document.take(), row.expected);
  }
  CreateBucketDocument document;
  EXPECT_TRUE(read("<LocationConstraint>weur</LocationConstraint>", document));
}

}  // namespace
}  // namespace coffer::s3
