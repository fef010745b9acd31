#include "meta/key_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace coffer::meta {
namespace {

using namespace std::string_literals;

TEST(KeyCodec, WritesTheDocumentedBytes) {
  EXPECT_EQ(stored_key("ab", Family::Record, "key"),
            "\x02"
            "ab"
            "\x02"
            "key"s);
  EXPECT_EQ(stored_key("", Family::Header, ""), "\0\x01"s);
  EXPECT_EQ(stored_counter_key("ab", "n"),
            "\x02"
            "ab"
            "\x80"
            "n"s);
  EXPECT_EQ(format_key(), "\0\0format"s);
  EXPECT_EQ(last_version_key(), "\0\0last-version"s);
  EXPECT_EQ(stored_key(std::string(255, 'p'), Family::Queue, "").substr(0, 2), "\xffp");
  EXPECT_EQ(stored_value(0x0102030405060708, "v"), "\x01\x02\x03\x04\x05\x06\x07\x08v");
  EXPECT_EQ(stored_number(static_cast<std::uint64_t>(-2)), "\xff\xff\xff\xff\xff\xff\xff\xfe");
}

TEST(KeyCodec, RangesEndWhereTheFamilyDoes) {
  const StoredRange all = stored_range("p", Range(Family::Detail, "", ""));
  EXPECT_EQ(all.begin, "\x01p\x04"s);
  EXPECT_EQ(all.end, "\x01p\x05"s);
  const StoredRange some = stored_range("p", Range(Family::Detail, "a", "b"));
  EXPECT_EQ(some.begin,
            "\x01p\x04"
            "a"s);
  EXPECT_EQ(some.end,
            "\x01p\x04"
            "b"s);
  const StoredRange whole = stored_partition("p");
  EXPECT_EQ(whole.begin, "\x01p\x01"s);
  EXPECT_EQ(whole.end, "\x01p\x81"s);
}

TEST(KeyCodec, APartitionHoldsItsKeysAndNoOthers) {
  const std::string names[] = {"",
                               "\0"s,
                               "a",
                               "aa",
                               "a\x01",
                               "\x01"s,
                               "\x01"
                               "a"s,
                               "\xff"};
  for (const std::string& name : names) {
    const StoredRange whole = stored_partition(name);
    for (const std::string& other : names) {
      for (const std::string& key :
           {stored_key(other, Family::Header, ""), stored_key(other, Family::Queue, "\xff\xff"),
            stored_counter_key(other, "\xff")}) {
        EXPECT_EQ(whole.begin <= key && key < whole.end, name == other);
      }
    }
    EXPECT_FALSE(whole.begin <= format_key() && format_key() < whole.end);
    EXPECT_FALSE(whole.begin <= last_version_key() && last_version_key() < whole.end);
  }
}

TEST(KeyCodec, KeepsTheOrderOfKeys) {
  std::mt19937 random(1);
  std::vector<std::string> keys;
  for (int i = 0; i < 200; ++i) {
    std::string key(random() % 6, '\0');
    for (char& byte : key) byte = "\0\x01\x7f\x80\xff"[random() % 5];
    keys.push_back(std::move(key));
  }
  std::sort(keys.begin(), keys.end());
  for (std::size_t i = 1; i < keys.size(); ++i) {
    EXPECT_LE(stored_key("p", Family::Record, keys[i - 1]),
              stored_key("p", Family::Record, keys[i]));
    EXPECT_LT(stored_key("p", Family::Record, keys[i]),
              stored_key("p", Family::Upload, keys[i - 1]));
  }
}

TEST(KeyCodec, ReadsItsValuesBack) {
  for (const Version version : {Version{1}, Version{0x123456789abcdef0}, ~Version{0}}) {
    const std::string stored = stored_value(version, "value");
    EXPECT_EQ(version_of_stored(stored).value(), version);
    EXPECT_EQ(stored.substr(kVersionBytes), "value");
    EXPECT_EQ(number_of_stored(stored_number(version)).value(), version);
  }
}

TEST(KeyCodec, RefusesWhatItCannotHaveWritten) {
  // Too short for a version, a version without a value, version 0.
  for (std::size_t size = 0; size <= kVersionBytes; ++size) {
    const auto version = version_of_stored(std::string(size, 'x'));
    ASSERT_FALSE(version) << size;
    EXPECT_EQ(version.error().code(), ErrorCode::Corrupt);
  }
  EXPECT_FALSE(version_of_stored(std::string(8, '\0') + "value"));
  for (const std::size_t size : {0U, 1U, 7U, 9U, 100U}) {
    const auto number = number_of_stored(std::string(size, 'x'));
    ASSERT_FALSE(number) << size;
    EXPECT_EQ(number.error().code(), ErrorCode::Corrupt);
  }
}

}  // namespace
}  // namespace coffer::meta
