#include "base/ids.h"

#include <gtest/gtest.h>

namespace coffer {
namespace {

using std::string_view_literals::operator""sv;

class CountingRandom final : public Random {
 public:
  void fill(MutableBytes out) override {
    for (std::byte& b : out) b = static_cast<std::byte>(next_++);
  }

 private:
  unsigned char next_ = 0;
};

TEST(Id128, ReadsLowerCaseHexOfExactLength) {
  const auto id = AccountId::parse("00112233445566778899aabbccddeeff");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->hex(), "00112233445566778899aabbccddeeff");
  for (const auto text :
       {""sv, "00112233445566778899aabbccddeef"sv, "00112233445566778899aabbccddeefff"sv,
        "00112233445566778899AABBCCDDEEFF"sv, "00112233445566778899aabbccddeefg"sv,
        "00112233-4455-6677-8899-aabbccdd"sv, "00112233445566778899aabbccddee\0f"sv}) {
    EXPECT_FALSE(AccountId::parse(text)) << text;
  }
}

TEST(Id128, ComesFromTheGivenRandomnessAndBackFromItsBytes) {
  CountingRandom random;
  const auto first = BlobId::make(random);
  const auto second = BlobId::make(random);
  EXPECT_EQ(first.hex(), "000102030405060708090a0b0c0d0e0f");
  EXPECT_LT(first, second);
  EXPECT_EQ(BlobId::from_bytes(second.bytes()), second);
  EXPECT_FALSE(BlobId::from_bytes("short"));
}

TEST(Jurisdiction, SurvivesRoundTrip) {
  for (const Jurisdiction jurisdiction : kJurisdictions) {
    EXPECT_EQ(parse_jurisdiction(to_string(jurisdiction)), jurisdiction);
  }
  EXPECT_FALSE(parse_jurisdiction("EU"));
  EXPECT_FALSE(parse_jurisdiction(""));
}

TEST(BucketName, FollowsTheRule) {
  for (const std::string& name :
       {std::string("abc"), std::string("a-b"), std::string("0--9"), std::string(63, 'a')}) {
    const auto parsed = BucketName::parse(name);
    ASSERT_TRUE(parsed) << name;
    EXPECT_EQ(parsed->text(), name);
  }
  for (const std::string& name :
       {std::string(), std::string("ab"), std::string(64, 'a'), std::string("-ab"),
        std::string("ab-"), std::string("Abc"), std::string("a.b"), std::string("a_b"),
        std::string("a b"), std::string("a/b"), std::string("ab\xc3\xa9"),
        std::string("ab\0", 3)}) {
    const auto parsed = BucketName::parse(name);
    ASSERT_FALSE(parsed) << name;
    EXPECT_EQ(parsed.error().code(), ErrorCode::InvalidBucketName);
  }
}

// Rows of https://www.unicode.org/Public/15.0.0/ucd/NormalizationTest.txt, but for the two with
// NUL.
TEST(Nfc, MatchesTheUnicodeConsortium) {
  const struct {
    std::string_view text;
    std::string_view nfc;
  } rows[] = {
      {"a/b.txt"sv, "a/b.txt"sv},
      {"e\xcc\x81"sv, "\xc3\xa9"sv},                                 // e + acute
      {"\xe2\x84\xab"sv, "\xc3\x85"sv},                              // angstrom sign
      {"D\xcc\x87\xcc\xa3"sv, "\xe1\xb8\x8c\xcc\x87"sv},             // marks are reordered
      {"\xe0\xa5\x98"sv, "\xe0\xa4\x95\xe0\xa4\xbc"sv},              // composition exclusion
      {"\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8"sv, "\xea\xb0\x81"sv},  // Hangul
      {"\xef\xac\x81"sv, "\xef\xac\x81"sv},                          // a ligature stays in NFC
      {"a\0b"sv, "a\0b"sv},
      {"e\xcc\x81\0e\xcc\x81"sv, "\xc3\xa9\0\xc3\xa9"sv},
      {""sv, ""sv},
  };
  for (const auto& row : rows) EXPECT_EQ(normalize_nfc(row.text), row.nfc) << row.text;
  for (const auto text : {"\xff"sv, "\xed\xa0\x80"sv, "\xc0\x80"sv, "a\xe2\x82"sv}) {
    EXPECT_EQ(normalize_nfc(text), std::nullopt);
  }
}

TEST(ObjectKey, ComparesByNfcAndShowsTheOriginal) {
  const auto composed = ObjectKey::parse("caf\xc3\xa9");
  const auto decomposed = ObjectKey::parse("cafe\xcc\x81");
  ASSERT_TRUE(composed && decomposed);
  EXPECT_EQ(*composed, *decomposed);
  EXPECT_EQ(decomposed->original(), "cafe\xcc\x81");
  EXPECT_EQ(decomposed->nfc(), "caf\xc3\xa9");
}

TEST(ObjectKey, LimitsTheOriginalBytes) {
  EXPECT_TRUE(ObjectKey::parse(std::string(1024, 'k')));
  EXPECT_TRUE(ObjectKey::parse("\0"sv));
  for (const std::string& text :
       {std::string(), std::string(1025, 'k'), std::string("\xff"), std::string("k\xed\xa0\x80")}) {
    const auto key = ObjectKey::parse(text);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code(), ErrorCode::InvalidObjectName);
  }
}

TEST(ObjectKey, AcceptsAKeyMadeOfCombiningMarks) {
  // Reordering is what a hostile key makes slow; 512 marks of alternating class.
  std::string text;
  while (text.size() + 4 <= ObjectKey::kMaxBytes) text += "\xcc\x81\xcc\xa3";
  const auto key = ObjectKey::parse(text);
  ASSERT_TRUE(key);
  EXPECT_EQ(normalize_nfc(key->nfc()), key->nfc());
}

TEST(SystemRandom, FillsEverything) {
  SystemRandom random;
  std::array<std::byte, 64> a{};
  std::array<std::byte, 64> b{};
  random.fill(a);
  random.fill(b);
  EXPECT_NE(a, b);
  EXPECT_NE(random.next_u64(), random.next_u64());
}

}  // namespace
}  // namespace coffer
