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

// Markers are exclusive by the order of keys; only what is exactly a common prefix skips a group.
TEST_F(ListingTest, AMarkerInsideAGroupShowsTheGroupWhileKeysAreLeft) {
  struct Row {
    std::string marker, first;
  };
  for (const Row& row : std::vector<Row>{{"a", "<Prefix>b/</Prefix>"},
                                         {"b/0", "<Prefix>b/</Prefix>"},
                                         {"b/1", "<Prefix>b/</Prefix>"},
                                         {"b/2", "<Key>c&apos;&amp;&quot;</Key>"},
                                         {"b/", "<Key>c&apos;&amp;&quot;</Key>"}}) {
    const std::string common = "delimiter=/&max-keys=1&";
    EXPECT_THAT(get("/bucket", common + "marker=" + row.marker).body, testing::HasSubstr(row.first))
        << row.marker;
    EXPECT_THAT(get("/bucket", common + "list-type=2&start-after=" + row.marker).body,
                testing::HasSubstr(row.first))
        << row.marker;
  }
}

TEST_F(ListingTest, PagingOfGroupsEndsWhereverItBegan) {
  const std::string common = "delimiter=/&max-keys=1&encoding-type=url&";
  const auto shown = [](const Reply& page) {
    return page.element("Key") + page.element("CommonPrefixes") + ";";
  };
  for (const std::string start : {"", "a", "b/0", "b/1", "b/2", "b/"}) {
    // V1: the client's next marker is what the page said. V2: it sends start-after again with each
    // token, also when that lies in the group that the page before ended with.
    std::string v1;
    std::string marker = start;
    for (int page = 0; page < 10; ++page) {
      const Reply listed = get("/bucket", common + "marker=" + marker);
      v1 += shown(listed);
      if (listed.element("IsTruncated") == "false") break;
      marker = listed.element("NextMarker");
    }
    std::string v2;
    std::string token;
    for (int page = 0; page < 10; ++page) {
      const Reply listed = get(
          "/bucket", common + "list-type=2&start-after=" + start + "&continuation-token=" + token);
      v2 += shown(listed);
      if (listed.element("IsTruncated") == "false") break;
      token = listed.element("NextContinuationToken");
    }
    EXPECT_EQ(v1, v2) << start;
    EXPECT_THAT(v2, testing::EndsWith(";d%20e<none>;")) << start;
    EXPECT_EQ(v2.find("<Prefix>b%2F"), v2.rfind("<Prefix>b%2F")) << start;
  }
}

// The query may be 16 KiB long, a header 64 KiB, a key of the index 8 KiB.
TEST_F(ListingTest, TakesPrefixesAndMarkersOfAnyLength) {
  for (const std::size_t size : {1'025U, 8'192U, 16'000U}) {
    for (const std::string unit : {"b", "%00", "%FF", "z"}) {
      std::string text;
      while (text.size() < size) text += unit;
      const bool utf8 = unit != "%FF";
      for (const std::string list : {"", "list-type=2&", "uploads&"}) {
        const Reply by_prefix = get("/bucket", list + "prefix=" + text);
        EXPECT_EQ(by_prefix.code(), utf8 ? "200" : "400 InvalidArgument");
        if (unit == "b") {
          EXPECT_EQ(by_prefix.element("Prefix"), text) << "echoed";
        }
        EXPECT_EQ(by_prefix.element("Key"), "<none>");
        const std::string marker = list.empty()         ? "marker="
                                   : list == "uploads&" ? "key-marker="
                                                        : "start-after=";
        const Reply by_marker = get("/bucket", list + "delimiter=/&" + marker + text);
        EXPECT_EQ(by_marker.code(), utf8 ? "200" : "400 InvalidArgument");
        if (list != "uploads&" && utf8) {
          const std::string first = unit == "b"   ? "c&apos;&amp;&quot;"
                                    : unit == "z" ? "<none>"
                                                  : "a";
          EXPECT_EQ(by_marker.element("Key"), first) << unit;
        }
        EXPECT_EQ(get("/bucket", list + "delimiter=" + text).status, utf8 ? 200 : 400);
      }
      for (const std::string name : {"prefix", "start-after"}) {
        EXPECT_EQ(get("/", name + "=" + text).status, 200);
        EXPECT_EQ(get("/", "", {{"cf-" + name, text}}).status, 200);
      }
      EXPECT_EQ(get("/", "prefix=" + text).element("Name"), "<none>");
      EXPECT_EQ(get("/", "start-after=" + text).element("Name"),
                unit == "b" || unit == "%00" ? "bucket" : "<none>");
    }
  }
  const std::string long_token = std::string(16'000, 'A');
  EXPECT_EQ(get("/bucket", "list-type=2&continuation-token=" + long_token).code(),
            "400 InvalidArgument");
  EXPECT_EQ(get("/", "continuation-token=" + long_token).code(), "400 InvalidArgument");
}

// One group, many spellings of its name (COMPATIBILITY.md, difference 13).
TEST_F(ListingTest, ShowsCommonPrefixesInNfcAndKeysAsUploaded) {
  put("/bucket/e%CC%81/1", "x");  // e and a combining acute
  put("/bucket/%C3%A9/2", "x");   // the composed letter
  const std::string composed = "<CommonPrefixes><Prefix>\xC3\xA9/</Prefix></CommonPrefixes>";
  for (const std::string prefix : {"e%CC%81", "%C3%A9"}) {
    const Reply grouped = get("/bucket", "delimiter=/&prefix=" + prefix);
    EXPECT_THAT(grouped.body, testing::HasSubstr(composed));
    EXPECT_EQ(grouped.body.find("<CommonPrefixes>"), grouped.body.rfind("<CommonPrefixes>"));
    EXPECT_THAT(grouped.body, testing::HasSubstr("<Prefix>" + uri_decode(prefix).value() +
                                                 "</Prefix><Delimiter>"))
        << "echoed as asked";
    const Reply keys = get("/bucket", "prefix=" + prefix);
    EXPECT_THAT(keys.body, testing::HasSubstr("<Key>e\xCC\x81/1</Key>"));
    EXPECT_THAT(keys.body, testing::HasSubstr("<Key>\xC3\xA9/2</Key>"));
    EXPECT_EQ(get("/bucket", "delimiter=/&prefix=" + prefix + "&marker=" + prefix + "/")
                  .body.find("<CommonPrefixes>"),
              std::string::npos)
        << "either spelling of the marker is past the group";
  }
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
