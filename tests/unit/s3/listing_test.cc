#include "service_fixture.h"

namespace coffer::s3::test {
namespace {

class ListingTest : public ServiceTest {
 protected:
  ListingTest() {
    put("/bucket");
    for (const std::string key : {"a", "b%2F1", "b%2F2", "c'%26%22", "d%20e"}) {
      put("/bucket/" + key, "x");
    }
  }
  static std::string contents(const std::string& key, const std::string& owner = "") {
    return "<Contents><Key>" + key +
           "</Key><Size>1</Size><LastModified>2026-11-24T14:34:37.123Z</LastModified><ETag>&quot;" +
           md5_of("x") + "&quot;</ETag><StorageClass>STANDARD</StorageClass>" + owner +
           "</Contents>";
  }
  std::string owner() const {
    return "<Owner><ID>" + account_.hex() + "</ID><DisplayName>" + account_.hex() +
           "</DisplayName></Owner>";
  }
};

// r2-observed.md section 6: element order
TEST_F(ListingTest, V2HasR2sElementsInR2sOrder) {
  EXPECT_EQ(get("/bucket", "list-type=2&delimiter=/&start-after=a").body,
            xml("ListBucketResult",
                "<Name>bucket</Name>" + contents("c&apos;&amp;&quot;") + contents("d e") +
                    "<IsTruncated>false</IsTruncated><CommonPrefixes><Prefix>b/</Prefix>"
                    "</CommonPrefixes><Prefix></Prefix><Delimiter>/</Delimiter>"
                    "<StartAfter>a</StartAfter><MaxKeys>1000</MaxKeys><KeyCount>3</KeyCount>"));
  EXPECT_EQ(get("/bucket", "list-type=2&prefix=d&fetch-owner=true&encoding-type=url").body,
            xml("ListBucketResult", "<Name>bucket</Name>" + contents("d%20e", owner()) +
                                        "<IsTruncated>false</IsTruncated><Prefix>d</Prefix>"
                                        "<MaxKeys>1000</MaxKeys><KeyCount>1</KeyCount>"
                                        "<EncodingType>url</EncodingType>"));
}

TEST_F(ListingTest, V1HasR2sElementsInR2sOrder) {
  EXPECT_EQ(get("/bucket", "delimiter=/&max-keys=2").body,
            xml("ListBucketResult",
                "<Name>bucket</Name>" + contents("a", owner()) +
                    "<IsTruncated>true</IsTruncated><CommonPrefixes><Prefix>b/</Prefix>"
                    "</CommonPrefixes><Prefix></Prefix><Delimiter>/</Delimiter>"
                    "<Marker></Marker><NextMarker>b/</NextMarker><MaxKeys>2</MaxKeys>"));
  // The group is not repeated (section 11.3: R2's local emulator repeats it forever).
  EXPECT_EQ(get("/bucket", "delimiter=/&marker=b/&max-keys=1").body,
            xml("ListBucketResult",
                "<Name>bucket</Name>" + contents("c&apos;&amp;&quot;", owner()) +
                    "<IsTruncated>true</IsTruncated><Prefix></Prefix><Delimiter>/</Delimiter>"
                    "<Marker>b/</Marker><NextMarker>c&apos;&amp;&quot;</NextMarker>"
                    "<MaxKeys>1</MaxKeys>"));
}

TEST_F(ListingTest, PagesByToken) {
  std::string token;
  std::string seen;
  for (int page = 0; page < 10; ++page) {
    const Reply listed = get("/bucket", "list-type=2&max-keys=2&continuation-token=" + token);
    for (std::size_t at = listed.body.find("<Key>"); at != std::string::npos;
         at = listed.body.find("<Key>", at + 1)) {
      seen += listed.body.substr(at + 5, listed.body.find("</Key>", at) - at - 5) + ";";
    }
    if (listed.element("IsTruncated") == "false") break;
    token = listed.element("NextContinuationToken");
    EXPECT_EQ(token.find('%'), std::string::npos);
  }
  EXPECT_EQ(seen, "a;b/1;b/2;c&apos;&amp;&quot;;d e;");
  for (const std::string& bad : std::vector<std::string>{"x", "AAAA", "%00", token + "A"}) {
    EXPECT_EQ(get("/bucket", "list-type=2&continuation-token=" + bad).code(), "400 InvalidArgument")
        << bad;
  }
  EXPECT_EQ(get("/bucket", "list-type=2&prefix=b&continuation-token=" + token).code(),
            "400 InvalidArgument")
      << "another prefix";
}

TEST_F(ListingTest, ChecksParametersInOrder) {
  EXPECT_EQ(get("/bucket", "encoding-type=x&max-keys=x").element("Message"),
            "Unrecognized encoding-type &quot;x&quot; not implemented");
  EXPECT_EQ(get("/bucket", "encoding-type=").code(), "501 NotImplemented");
  EXPECT_EQ(get("/missing", "max-keys=x").code(), "400 InvalidMaxKeys");
  EXPECT_EQ(get("/missing").code(), "404 NoSuchBucket");
  EXPECT_EQ(get("/bucket", "prefix=%ff").code(), "400 InvalidArgument");
}

TEST_F(ListingTest, EchoesTheLimitAsked) {
  EXPECT_EQ(get("/bucket", "max-keys=5000").element("MaxKeys"), "5000");
  EXPECT_EQ(get("/bucket", "max-keys=2.9").element("MaxKeys"), "2");
  const Reply none = get("/bucket", "list-type=2&max-keys=0");
  EXPECT_EQ(none.element("IsTruncated"), "true");
  EXPECT_EQ(none.element("KeyCount"), "0");
  EXPECT_EQ(none.element("NextContinuationToken"), "<none>");
  EXPECT_EQ(get("/bucket", "max-keys=0&prefix=zzz").element("IsTruncated"), "false");
  EXPECT_EQ(get("/bucket", "delimiter=").body.find("<Delimiter></Delimiter>") == std::string::npos,
            false);
}

TEST_F(ListingTest, StaysReadableWithAnyKey) {
  put("/bucket/z%01%0D", "x");
  EXPECT_EQ(get("/bucket", "prefix=z").element("Key"), "z\xEF\xBF\xBD&#xD;");
  EXPECT_EQ(get("/bucket", "prefix=z&encoding-type=url").element("Key"), "z%01%0D");
}

}  // namespace
}  // namespace coffer::s3::test
