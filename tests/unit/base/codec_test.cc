#include "base/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coffer {
namespace {

using std::string_view_literals::operator""sv;

TEST(Hex, EncodesLowerAndDecodesBothCases) {
  EXPECT_EQ(hex_encode(as_bytes("\x00\x7f\xff\xa0"sv)), "007fffa0");
  EXPECT_EQ(hex_decode("007FffA0"), "\x00\x7f\xff\xa0"sv);
  EXPECT_EQ(hex_decode(""), "");
  for (const auto text : {"0"sv, "0g"sv, "g0"sv, " 0"sv, "0x"sv, "00\0"sv, "\xff\xff"sv}) {
    EXPECT_EQ(hex_decode(text), std::nullopt) << text;
  }
}

// RFC 4648 section 10.
TEST(Base64, MatchesTheVectorsOfRfc4648) {
  const struct {
    const char* plain;
    const char* encoded;
  } rows[] = {{"", ""},
              {"f", "Zg=="},
              {"fo", "Zm8="},
              {"foo", "Zm9v"},
              {"foob", "Zm9vYg=="},
              {"fooba", "Zm9vYmE="},
              {"foobar", "Zm9vYmFy"}};
  for (const auto& row : rows) {
    EXPECT_EQ(base64_encode(as_bytes(row.plain)), row.encoded);
    EXPECT_EQ(base64_decode(row.encoded), row.plain);
  }
}

TEST(Base64, GivesOneSpellingToOneValue) {
  for (const auto text :
       {"Zg"sv, "Zg="sv, "Zg==="sv, "Zg==Zg=="sv, "Zh=="sv, "Zm9="sv, "Z"sv, "===="sv, "=Zg="sv,
        "Zm9v\n"sv, " Zm9v"sv, "Zm-_"sv, "Zm9vZ==="sv, "Zm\0v"sv, "="sv}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

TEST(Base64Url, UsesItsAlphabetWithoutPadding) {
  EXPECT_EQ(base64url_encode(as_bytes("\xfb\xff\xfe"sv)), "-__-");
  EXPECT_EQ(base64url_encode(as_bytes("f")), "Zg");
  EXPECT_EQ(base64url_decode("-__-"), "\xfb\xff\xfe"sv);
  EXPECT_EQ(base64url_decode("Zg"), "f");
  for (const auto text : {"Zg=="sv, "+//+"sv, "Z"sv, "Zh"sv, "Zm9vZ"sv}) {
    EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
  }
}

TEST(Base64, SurvivesRoundTripOfEveryLengthAndByte) {
  std::string bytes;
  for (int i = 0; i < 600; ++i) {
    EXPECT_EQ(base64_decode(base64_encode(as_bytes(bytes))), bytes);
    EXPECT_EQ(base64url_decode(base64url_encode(as_bytes(bytes))), bytes);
    EXPECT_EQ(hex_decode(hex_encode(as_bytes(bytes))), bytes);
    EXPECT_EQ(uri_decode(uri_encode(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

// RFC 3986 2.3 names the unreserved characters.
TEST(Uri, EncodesAllButUnreserved) {
  EXPECT_EQ(uri_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(uri_encode("a b/c+d*e'\xc3\xa9"), "a%20b%2Fc%2Bd%2Ae%27%C3%A9");
  EXPECT_EQ(uri_encode("a b/c", true), "a%20b/c");
  EXPECT_EQ(uri_encode("\0"sv), "%00");
}

TEST(Uri, DecodesOnceAndRefusesMalformedEscapes) {
  EXPECT_EQ(uri_decode("a%2Fb+c%252F"), "a/b+c%2F");
  EXPECT_EQ(uri_decode("%00%fF"), "\0\xff"sv);
  for (const auto text : {"%"sv, "a%2"sv, "%g0"sv, "%0g"sv, "%%41"sv}) {
    EXPECT_EQ(uri_decode(text), std::nullopt) << text;
  }
}

TEST(Query, SplitsAndDecodesByFormRules) {
  const auto parameters =
      parse_query("&list-type=2&&prefix=a+b%2F%c3%A9&uploads&x=1=2&=v&bad=%zz%4&");
  std::vector<std::pair<std::string, std::string>> pairs;
  pairs.reserve(parameters.size());
  for (const auto& p : parameters) pairs.emplace_back(p.name, p.value);
  using testing::Pair;
  EXPECT_THAT(pairs, testing::ElementsAre(Pair("list-type", "2"), Pair("prefix", "a b/\xc3\xa9"),
                                          Pair("uploads", ""), Pair("x", "1=2"), Pair("", "v"),
                                          Pair("bad", "%zz%4")));
  EXPECT_THAT(parse_query(""), testing::IsEmpty());
}

// Unicode 15.0, table 3-7, and its examples of ill-formed sequences (3.9).
TEST(Utf8, AcceptsWellFormedOnly) {
  for (const auto text :
       {""sv, "plain ascii, longer than eight bytes"sv, "\0"sv, "\xc2\x80"sv, "\xdf\xbf"sv,
        "\xe0\xa0\x80"sv, "\xed\x9f\xbf"sv, "\xee\x80\x80"sv, "\xef\xbf\xbf"sv,
        "\xf0\x90\x80\x80"sv, "\xf4\x8f\xbf\xbf"sv, "1234567\xc3\xa9z"sv}) {
    EXPECT_TRUE(is_valid_utf8(text)) << hex_encode(as_bytes(text));
  }
  for (const auto text : {"\x80"sv, "\xc0\xaf"sv, "\xc1\xbf"sv, "\xe0\x9f\xbf"sv, "\xed\xa0\x80"sv,
                          "\xf0\x8f\xbf\xbf"sv, "\xf4\x90\x80\x80"sv, "\xf5\x80\x80\x80"sv,
                          "\xff"sv, "\xc3"sv, "\xe2\x82"sv, "\xf0\x9f\x92"sv, "\xc3\x28"sv,
                          "12345678\xbf"sv, "\xe2\x28\xa1"sv, "\xf8\x88\x80\x80\x80"sv}) {
    EXPECT_FALSE(is_valid_utf8(text)) << hex_encode(as_bytes(text));
  }
}

TEST(ConstantTimeEquals, ComparesLengthAndContent) {
  EXPECT_TRUE(constant_time_equals("", ""));
  EXPECT_TRUE(constant_time_equals("a\0b"sv, "a\0b"sv));
  EXPECT_FALSE(constant_time_equals("a\0b"sv, "a\0c"sv));
  EXPECT_FALSE(constant_time_equals("a", "ab"));
}

}  // namespace
}  // namespace coffer
