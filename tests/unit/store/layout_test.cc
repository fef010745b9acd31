#include "store/layout.h"

#include <gtest/gtest.h>

#include <random>

namespace coffer::store::layout {
namespace {

using namespace std::string_literals;

std::string random_key(std::mt19937& random) {
  // Few letters, so that prefixes and neighbours are common.
  static constexpr char kLetters[] = {'\0', '\x01', '\x02', 'a', '/', '\x7f', '\xc3', '\xbf'};
  std::string key(random() % 5, ' ');
  for (char& c : key) c = kLetters[random() % sizeof(kLetters)];
  return key;
}

TEST(Layout, GroupsSortAsTheirKeysAndRoundTrip) {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const std::string a = random_key(random);
    const std::string b = random_key(random);
    EXPECT_EQ(a < b, group_of(a) < group_of(b));
    EXPECT_EQ(key_of_group(group_of(a)), a);
    EXPECT_EQ(group_of(a).starts_with(group_of(b)), a == b);
  }
}

TEST(Layout, EscapedPrefixCoversExactlyTheKeysThatBeginWithIt) {
  std::mt19937 random(8);
  for (int i = 0; i < 20'000; ++i) {
    const std::string prefix = random_key(random);
    const std::string key = random_key(random);
    const std::string begin = escape(prefix);
    const std::string end = after_prefix(begin);
    const std::string group = group_of(key);
    const bool inside = group >= begin && (end.empty() || group < end);
    EXPECT_EQ(inside, key.starts_with(prefix));
  }
}

TEST(Layout, RefusesWhatIsNoGroup) {
  for (const std::string& text : {""s, "a"s, "a\0"s, "a\0\2"s, "a\0\1b"s, "\0\xff"s, "\0\xff\0"s}) {
    EXPECT_FALSE(key_of_group(text).has_value());
  }
}

TEST(Layout, TakesDerivedKeysApart) {
  const std::string group = group_of("k\0ey"s);
  const auto id = *UploadId::parse("000102030405060708090a0b0c0d0e0f");
  const auto ref = *RefId::parse("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");

  const meta::Key upload = upload_key(group, id);
  ASSERT_TRUE(split_upload_key(upload.bytes));
  EXPECT_EQ(split_upload_key(upload.bytes)->group, group);
  EXPECT_EQ(split_upload_key(upload.bytes)->id, id);

  const meta::Key part = part_key(group, id, 9'999);
  EXPECT_EQ(part_number_of(part.bytes), 9'999u);
  ASSERT_TRUE(split_detail_key(part.bytes));
  EXPECT_EQ(split_detail_key(part.bytes)->group, group);
  EXPECT_EQ(split_detail_key(part.bytes)->kind, kPart);
  EXPECT_EQ(split_detail_key(part.bytes)->id, id.bytes());

  const meta::Key reference = reference_key(group, data_id(id), ref);
  ASSERT_TRUE(split_detail_key(reference.bytes));
  EXPECT_EQ(split_detail_key(reference.bytes)->kind, kReference);
  EXPECT_EQ(split_detail_key(reference.bytes)->rest, ref.bytes());

  const meta::Key intent = intent_key(group, ref);
  ASSERT_TRUE(split_queue_key(intent.bytes));
  EXPECT_EQ(split_queue_key(intent.bytes)->group, group);
  EXPECT_EQ(split_queue_key(intent.bytes)->kind, kIntent);
  EXPECT_EQ(split_queue_key(intent.bytes)->id, ref.bytes());

  EXPECT_FALSE(split_upload_key("short"));
  EXPECT_FALSE(split_queue_key("short"));
  EXPECT_FALSE(split_detail_key("no terminator in here, however long it is"));
}

TEST(Layout, EveryKeyBeginsWithItsGroup) {
  const std::string group = group_of("key");
  const UploadId upload;
  const DataId data;
  const RefId ref;
  for (const meta::Key& key :
       {record_key(group), upload_key(group, upload), part_key(group, upload, 1),
        reference_key(group, data, ref), parked_key(group, data), body_key(group, BlobId()),
        garbage_key(group, data), unreference_key(group, ref), intent_key(group, ref)}) {
    EXPECT_TRUE(key.bytes.starts_with(group));
  }
}

TEST(Layout, AfterPrefixCarriesOverFullBytes) {
  EXPECT_EQ(after_prefix("a"), "b");
  EXPECT_EQ(after_prefix("a\xff"), "b");
  EXPECT_EQ(after_prefix("\xff\xff"), "");
  EXPECT_EQ(after_prefix(""), "");
}

}  // namespace
}  // namespace coffer::store::layout
