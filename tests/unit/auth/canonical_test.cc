#include "auth/canonical.h"

#include "auth/signing_key_cache.h"
#include "base/codec.h"

#include <gtest/gtest.h>

#include <thread>

namespace coffer::auth {
namespace {

constexpr std::string_view kEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

HeaderList headers_of(std::initializer_list<std::pair<std::string, std::string>> fields) {
  HeaderList headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  return headers;
}

std::string canonical_query(std::string_view raw, bool without_signature = false) {
  std::string out;
  append_canonical_query(out, raw, without_signature);
  return out;
}

/// One published request and the signature its publisher computed.
struct Vector {
  std::string name;
  std::string method;
  std::string path;  ///< the canonical URI: what a client that encodes once sends
  std::string query;
  HeaderList headers;
  std::string signed_headers;
  std::string payload_hash;
  std::string signature;
};

void check(const Vector& vector, std::string_view secret, std::string_view amz_date,
           std::string_view service, bool presigned) {
  const SignedHeaders signed_headers(vector.signed_headers);
  const auto canonical = canonical_request({.method = vector.method,
                                            .path = vector.path,
                                            .raw_query = vector.query,
                                            .headers = vector.headers,
                                            .signed_headers = signed_headers,
                                            .payload_hash = vector.payload_hash,
                                            .presigned = presigned});
  ASSERT_TRUE(canonical) << vector.name;
  const std::string date(amz_date.substr(0, 8));
  const std::string scope = date + "/us-east-1/" + std::string(service) + "/aws4_request";
  const SigningKey key = derive_signing_key(secret, date, "us-east-1", service);
  EXPECT_EQ(hex_encode(key.hmac.mac(string_to_sign(amz_date, scope, *canonical))), vector.signature)
      << vector.name << "\n"
      << *canonical;
}

// https://github.com/awslabs/aws-c-auth/tree/main/tests/aws-signing-test-suite/v4, the folder of
// each row's name: key AKIDEXAMPLE, service `service`. Paths stand here as the suite's canonical
// URI has them, because S3 signs the path verbatim.
TEST(CanonicalRequest, ReproducesTheSignaturesOfTheAwsTestSuite) {
  constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  constexpr std::string_view kDate = "20150830T123600Z";
  const auto with_base = [&](std::initializer_list<std::pair<std::string, std::string>> more) {
    HeaderList headers =
        headers_of({{"Host", "example.amazonaws.com"}, {"X-Amz-Date", std::string(kDate)}});
    for (const auto& [name, value] : more) headers.add(name, value);
    return headers;
  };
  const std::string base = "host;x-amz-date";
  const std::string none(kEmptyHash);
  const std::vector<Vector> vectors = {
      {"get-vanilla", "GET", "/", "", with_base({}), base, none,
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-vanilla-with-session-token", "GET", "/", "",
       with_base({{"X-Amz-Security-Token",
                   "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"}}),
       "host;x-amz-date;x-amz-security-token", none,
       "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"},
      {"get-vanilla-query-order-key-case", "GET", "/", "Param2=value2&Param1=value1", with_base({}),
       base, none, "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-vanilla-query-order-encoded", "GET", "/",
       "Param-3=Value3&Param=Value2&%E1%88%B4=Value1", with_base({}), base, none,
       "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
      {"get-vanilla-utf8-query", "GET", "/", "\xE1\x88\xB4=bar", with_base({}), base, none,
       "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
      {"get-utf8", "GET", "/%E1%88%B4", "", with_base({}), base, none,
       "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
      {"get-unreserved", "GET",
       "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "", with_base({}),
       base, none, "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
      {"get-header-value-trim", "GET", "/", "",
       with_base({{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}}),
       "host;my-header1;my-header2;x-amz-date", none,
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
      {"get-header-key-duplicate", "GET", "/", "",
       with_base({{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}}),
       "host;my-header1;x-amz-date", none,
       "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
      {"get-header-value-order", "GET", "/", "",
       with_base({{"My-Header1", "value4"},
                  {"My-Header1", "value1"},
                  {"My-Header1", "value3"},
                  {"My-Header1", "value2"}}),
       "host;my-header1;x-amz-date", none,
       "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
      {"post-vanilla", "POST", "/", "", with_base({}), base, none,
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"post-x-www-form-urlencoded", "POST", "/", "",
       with_base({{"Content-Type", "application/x-www-form-urlencoded"}}),
       "content-type;host;x-amz-date",
       "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
       "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
  };
  for (const Vector& vector : vectors) check(vector, kSecret, kDate, "service", false);
}

constexpr std::string_view kS3Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr std::string_view kS3Date = "20130524T000000Z";

// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
TEST(CanonicalRequest, ReproducesTheSignaturesOfS3sHeaderExamples) {
  const auto with_base = [&](std::string_view hash,
                             std::initializer_list<std::pair<std::string, std::string>> more) {
    HeaderList headers = headers_of({{"Host", "examplebucket.s3.amazonaws.com"},
                                     {"x-amz-content-sha256", std::string(hash)},
                                     {"x-amz-date", std::string(kS3Date)}});
    for (const auto& [name, value] : more) headers.add(name, value);
    return headers;
  };
  const std::string none(kEmptyHash);
  const std::string body = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
  const std::vector<Vector> vectors = {
      {"GET Object", "GET", "/test.txt", "", with_base(none, {{"Range", "bytes=0-9"}}),
       "host;range;x-amz-content-sha256;x-amz-date", none,
       "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
      {"PUT Object", "PUT", "/test%24file.text", "",
       with_base(body, {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                        {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}),
       "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class", body,
       "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
      {"GET Bucket Lifecycle", "GET", "/", "lifecycle", with_base(none, {}),
       "host;x-amz-content-sha256;x-amz-date", none,
       "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
      {"Get Bucket (List Objects)", "GET", "/", "prefix=J&max-keys=2", with_base(none, {}),
       "host;x-amz-content-sha256;x-amz-date", none,
       "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
  };
  for (const Vector& vector : vectors) check(vector, kS3Secret, kS3Date, "s3", false);
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
TEST(CanonicalRequest, ReproducesTheSignatureOfS3sPresignedExample) {
  const std::string signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
  check({"presigned GET", "GET", "/test.txt",
         "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2F"
         "us-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&"
         "X-Amz-SignedHeaders=host&X-Amz-Signature=" +
             signature,
         headers_of({{"Host", "examplebucket.s3.amazonaws.com"}}), "host", "UNSIGNED-PAYLOAD",
         signature},
        kS3Secret, kS3Date, "s3", true);
}

TEST(CanonicalRequest, TakesThePathVerbatim) {
  const SignedHeaders signed_headers("host");
  const HeaderList headers = headers_of({{"host", "h"}});
  for (const std::string path : {"/a//b/../c", "/a%2fb", "/a+b|{}^", "/\xff\xfe", "/%zz"}) {
    const auto canonical = canonical_request({.method = "GET",
                                              .path = path,
                                              .raw_query = "",
                                              .headers = headers,
                                              .signed_headers = signed_headers,
                                              .payload_hash = "P"});
    ASSERT_TRUE(canonical);
    EXPECT_EQ(*canonical, "GET\n" + path + "\n\nhost:h\n\nhost\nP");
  }
}

TEST(CanonicalQuery, DecodesByFormRulesEncodesByRfc3986AndSorts) {
  struct Row {
    std::string raw, canonical;
  };
  const std::vector<Row> rows = {
      {"", ""},
      {"lifecycle", "lifecycle="},
      {"lifecycle=", "lifecycle="},
      {"=", "="},
      {"=v", "=v"},
      {"&&a=1&&", "a=1"},
      {"b=2&a=1", "a=1&b=2"},
      {"a=2&a=1&a=10", "a=1&a=10&a=2"},
      {"a=1=2", "a=1%3D2"},
      {"a=x+y", "a=x%20y"},
      {"a=x%20y", "a=x%20y"},
      {"a=x%2By", "a=x%2By"},
      {"a=/", "a=%2F"},
      {"a=%2f", "a=%2F"},
      {"a=%7e~%7E", "a=~~~"},
      {"a=%41", "a=A"},
      {"a=!'()*", "a=%21%27%28%29%2A"},
      {"a=%", "a=%25"},
      {"a=%4", "a=%254"},
      {"a=%zz%41", "a=%25zzA"},
      {"a=%00", "a=%00"},
      {"\xc3\xa9=\xff", "%C3%A9=%FF"},
      // The name's encoded form decides, so "a-" comes before "a=" with its value.
      {"a=1&a-=2&a%20=3", "a=1&a%20=3&a-=2"},
  };
  for (const Row& row : rows) EXPECT_EQ(canonical_query(row.raw), row.canonical) << row.raw;
}

TEST(CanonicalQuery, LeavesOutEverySignatureWhenPresignedOnly) {
  const std::string raw =
      "X-Amz-Signature=1&a=b&X-Amz-Signature=2&X%2DAmz-Signature=3&x-amz-signature=4";
  EXPECT_EQ(canonical_query(raw, true), "a=b&x-amz-signature=4");
  EXPECT_EQ(canonical_query(raw, false),
            "X-Amz-Signature=1&X-Amz-Signature=2&X-Amz-Signature=3&a=b&x-amz-signature=4");
}

TEST(CanonicalHeaders, KeepTheClientsOrderAndCountAbsentOnesAsEmpty) {
  const HeaderList headers =
      headers_of({{"HOST", "h"}, {"B", "  two   words "}, {"b", "x"}, {"C", "\tt\t"}});
  std::string out;
  ASSERT_TRUE(append_canonical_headers(out, headers, SignedHeaders("Host;b;absent;C")));
  EXPECT_EQ(out, "host:h\nb:two words,x\nabsent:\nc:t\n");
}

TEST(CanonicalHeaders, RefuseAListThatWouldMultiplyTheRequest) {
  const HeaderList headers = headers_of({{"a", std::string(60000, 'x')}});
  std::string list = "host";
  for (int i = 0; i < 20; ++i) list += ";a";
  std::string out;
  EXPECT_FALSE(append_canonical_headers(out, headers, SignedHeaders(list)));
  EXPECT_LT(out.size(), kCanonicalHeadersMaxBytes + 70000);

  std::string many = "host";
  for (std::size_t i = 0; i < kSignedHeadersMax; ++i) many += ";";
  out.clear();
  EXPECT_FALSE(append_canonical_headers(out, headers, SignedHeaders(many)));
}

TEST(SignedHeaders, FindsANameInAnyPlaceAndOnlyWhole) {
  EXPECT_TRUE(SignedHeaders("host").contains("host"));
  EXPECT_TRUE(SignedHeaders("a;HOST;b").contains("host"));
  EXPECT_FALSE(SignedHeaders("hosts;xhost; host").contains("host"));
  EXPECT_FALSE(SignedHeaders("").contains("host"));
}

// RFC 4231 section 4, cases 1, 2 and 6 (a key longer than a block).
TEST(HmacKey, ReproducesRfc4231) {
  EXPECT_EQ(hex_encode(HmacKey(std::string(20, '\x0b')).mac("Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex_encode(HmacKey(std::string_view("Jefe")).mac("what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex_encode(HmacKey(std::string(131, '\xaa'))
                           .mac("Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  for (std::size_t size : {0U, 1U, 63U, 64U, 65U, 200U}) {
    const std::string message(size, 'm');
    EXPECT_EQ(HmacKey(std::string_view("k")).mac(message),
              hmac_sha256(as_bytes("k"), as_bytes(message)));
    EXPECT_EQ(short_sha256({message, "", "tail"}), sha256(as_bytes(message + "tail")));
  }
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
// (an earlier edition's example of key derivation)
TEST(SigningKey, ReproducesThePublishedDerivation) {
  EXPECT_EQ(hex_encode(derive_signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20120215",
                                          "us-east-1", "iam")
                           .bytes),
            "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
}

TEST(SigningKeyCache, GivesTheRightKeyHoweverManyAreInUse) {
  SigningKeyCache cache;
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < SigningKeyCache::kEntries + 1000; i += round == 0 ? 1 : 7) {
      const std::string secret = "secret-" + std::to_string(i);
      const SigningKey key = cache.get(secret, "20261124", "auto");
      const SigningKey again = cache.get(secret, "20261124", "auto");
      ASSERT_EQ(key.bytes, again.bytes);
      ASSERT_EQ(key.hmac.mac("x"), again.hmac.mac("x"));
      if (i % 97 == 0) {
        ASSERT_EQ(key.bytes, derive_signing_key(secret, "20261124", "auto", "s3").bytes);
      }
    }
  }
}

TEST(SigningKeyCache, GivesTheRightKeysToManyThreadsAtOnce) {
  SigningKeyCache cache;
  std::vector<SigningKey> expected;
  for (int i = 0; i < 8; ++i) {
    expected.push_back(derive_signing_key("secret-" + std::to_string(i), "20261124", "auto", "s3"));
  }
  std::array<int, 4> wrong{};
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&cache, &expected, &count] {
      for (std::size_t round = 0; round < 2000; ++round) {
        const std::size_t i = round % expected.size();
        const SigningKey key = cache.get("secret-" + std::to_string(i), "20261124", "auto");
        if (key.bytes != expected[i].bytes || key.hmac.mac("m") != expected[i].hmac.mac("m"))
          ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, (std::array<int, 4>{}));
}

TEST(SigningKeyCache, KeepsSecretDateAndRegionApart) {
  SigningKeyCache cache;
  const auto bytes = [&](std::string_view secret, std::string_view date, std::string_view region) {
    return cache.get(secret, date, region).bytes;
  };
  const Sha256Digest key = bytes("s", "20261124", "auto");
  EXPECT_NE(key, bytes("t", "20261124", "auto"));
  EXPECT_NE(key, bytes("s", "20261125", "auto"));
  EXPECT_NE(key, bytes("s", "20261124", ""));
  EXPECT_NE(key, bytes("autos", "20261124", ""));
  EXPECT_EQ(key, bytes("s", "20261124", "auto"));
}

}  // namespace
}  // namespace coffer::auth
