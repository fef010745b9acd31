#include "records/codec.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace coffer::records {
namespace {

using namespace std::string_literals;

std::string varint_of(std::uint64_t value) {
  Writer writer;
  writer.varint(value);
  return std::move(writer).take();
}

// The examples of https://en.wikipedia.org/wiki/LEB128 and the edges of each length.
TEST(Codec, VarintsAreShortestLeb128) {
  const struct {
    std::uint64_t value;
    std::string bytes;
  } rows[] = {
      {0, "\x00"s},
      {1, "\x01"s},
      {127, "\x7f"s},
      {128, "\x80\x01"s},
      {16383, "\xff\x7f"s},
      {16384, "\x80\x80\x01"s},
      {624485, "\xe5\x8e\x26"s},
      {std::numeric_limits<std::uint64_t>::max(), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(varint_of(row.value), row.bytes) << row.value;
    Reader reader(row.bytes);
    EXPECT_EQ(reader.varint(), row.value);
    EXPECT_TRUE(reader.finish("varint"));
  }
}

TEST(Codec, RefusesVarintsThatAreOverlongOrTooLarge) {
  const std::string rows[] = {
      ""s,
      "\x80"s,                                              // no last byte
      "\x80\x00"s,                                          // 0 in two bytes
      "\xff\x80\x00"s,                                      // 127 in three
      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"s,          // bit 64
      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"s,          //
      "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"s,      // eleven bytes
      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s,  //
  };
  for (const std::string& bytes : rows) {
    Reader reader(bytes);
    EXPECT_EQ(reader.varint(), 0U);
    EXPECT_FALSE(reader.ok());
  }
}

TEST(Codec, FixedNumbersAreBigEndian) {
  Writer writer;
  writer.u8(0x01);
  writer.u16(0x0203);
  writer.u32(0x04050607);
  writer.u64(0x08090a0b0c0d0e0f);
  const std::string bytes = std::move(writer).take();
  EXPECT_EQ(bytes, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"s);
  Reader reader(bytes);
  EXPECT_EQ(reader.u8(), 0x01);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.u32(), 0x04050607U);
  EXPECT_EQ(reader.u64(), 0x08090a0b0c0d0e0fU);
  EXPECT_TRUE(reader.finish("numbers"));
}

TEST(Codec, ReadsBackEveryKindOfField) {
  const auto id = TokenId::parse("000102030405060708090a0b0c0d0e0f").value();
  const Timestamp time{std::chrono::milliseconds(1'795'530'877'123)};
  Writer writer(7);
  writer.flag(true);
  writer.flag(false);
  writer.raw("raw");
  writer.bytes("with \0 inside"s);
  writer.bytes("");
  writer.id(id);
  writer.time(time);
  writer.time(Timestamp(std::chrono::milliseconds(-1)));
  writer.optional_time(std::nullopt);
  writer.optional_time(time);
  const std::string bytes = std::move(writer).take();

  Reader reader(bytes);
  EXPECT_EQ(reader.layout_version(7, "test").value(), 7);
  EXPECT_TRUE(reader.flag());
  EXPECT_FALSE(reader.flag());
  EXPECT_EQ(reader.raw(3), "raw");
  EXPECT_EQ(reader.bytes(), "with \0 inside"s);
  EXPECT_EQ(reader.bytes(), "");
  EXPECT_EQ(reader.id<TokenId>(), id);
  EXPECT_EQ(reader.time(), time);
  EXPECT_EQ(reader.time(), Timestamp(std::chrono::milliseconds(-1)));
  EXPECT_EQ(reader.optional_time(), std::nullopt);
  EXPECT_EQ(reader.optional_time(), time);
  EXPECT_TRUE(reader.finish("test"));
}

TEST(Codec, TimesAreClampedToWhatCanBePrinted) {
  for (const auto& [given, kept] :
       {std::pair(Timestamp::max(), kLastTime), std::pair(Timestamp::min(), kFirstTime),
        std::pair(kLastTime, kLastTime), std::pair(kFirstTime, kFirstTime)}) {
    Writer writer;
    writer.time(given);
    Reader reader(writer.text());
    EXPECT_EQ(reader.time(), kept);
    EXPECT_TRUE(reader.finish("time"));
  }
  Writer writer;
  writer.varint(std::numeric_limits<std::uint64_t>::max());
  Reader reader(writer.text());
  EXPECT_EQ(reader.time(), Timestamp());
  EXPECT_FALSE(reader.ok());
}

TEST(Codec, AFailedReaderStaysFailedAndReturnsDefaults) {
  const std::string bytes = "\x02" + std::string(40, '\x01');  // 2 is no flag
  Reader reader(bytes);
  EXPECT_FALSE(reader.flag());
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0);
  EXPECT_EQ(reader.u64(), 0U);
  EXPECT_EQ(reader.varint(), 0U);
  EXPECT_EQ(reader.raw(1), "");
  EXPECT_EQ(reader.bytes(), "");
  EXPECT_EQ(reader.id<TokenId>(), TokenId());
  EXPECT_EQ(reader.optional_time(), std::nullopt);
  EXPECT_EQ(reader.count(1), 0U);
  EXPECT_EQ(reader.remaining(), 0U);
  const auto finished = reader.finish("thing");
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code(), ErrorCode::Corrupt);
  EXPECT_EQ(finished.error().detail(), "thing cannot be decoded");
}

TEST(Codec, NeverReadsPastTheEnd) {
  Reader reader("abc");
  EXPECT_EQ(reader.raw(4), "");
  EXPECT_FALSE(reader.ok());

  Reader longer(
      "\x7f"
      "abc");
  EXPECT_EQ(longer.bytes(), "");
  EXPECT_FALSE(longer.ok());

  // A length near 2^64 must not wrap around.
  const std::string huge = varint_of(std::numeric_limits<std::uint64_t>::max()) + "abc";
  Reader wrapping(huge);
  EXPECT_EQ(wrapping.bytes(), "");
  EXPECT_FALSE(wrapping.ok());
}

TEST(Codec, LeftoverBytesAreCorrupt) {
  Reader reader("ab");
  reader.u8();
  EXPECT_EQ(reader.finish("thing").error().code(), ErrorCode::Corrupt);
}

TEST(Codec, CountsAreBoundedByTheBytesThatAreLeft) {
  const std::string bytes = varint_of(3) + std::string(12, 'x');
  Reader fits(bytes);
  EXPECT_EQ(fits.count(4), 3U);
  EXPECT_TRUE(fits.ok());
  Reader too_many(bytes);
  EXPECT_EQ(too_many.count(5), 0U);
  EXPECT_FALSE(too_many.ok());
  const std::string huge = varint_of(std::numeric_limits<std::uint64_t>::max());
  Reader lying(huge);
  EXPECT_EQ(lying.count(1), 0U);
  EXPECT_FALSE(lying.ok());
}

TEST(Codec, TellsANewerLayoutFromGarbage) {
  Reader current("\x02");
  EXPECT_EQ(current.layout_version(2, "thing").value(), 2);
  Reader newer("\x03");
  EXPECT_EQ(newer.layout_version(2, "thing").error().code(), ErrorCode::NewerFormat);
  Reader zero(std::string_view("\x00", 1));
  EXPECT_EQ(zero.layout_version(2, "thing").error().code(), ErrorCode::Corrupt);
  Reader empty("");
  EXPECT_EQ(empty.layout_version(2, "thing").error().code(), ErrorCode::Corrupt);
}

/// Reads fields in an order that the bytes themselves choose.
void read_anything(std::string_view bytes) {
  Reader reader(bytes);
  std::size_t taken = 0;
  while (reader.ok() && !reader.at_end()) {
    switch (reader.u8() % 7) {
      case 0:
        reader.varint();
        break;
      case 1:
        taken += reader.bytes().size();
        break;
      case 2:
        taken += reader.raw(5).size();
        break;
      case 3:
        reader.id<TokenId>();
        break;
      case 4:
        reader.optional_time();
        break;
      case 5:
        EXPECT_LE(reader.count(3), bytes.size() / 3);
        break;
      default:
        reader.u64();
    }
  }
  EXPECT_LE(taken, bytes.size());
}

TEST(Codec, SurvivesRandomBytes) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 64, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() & (random() % 2 ? 0xff : 0x07));
    read_anything(bytes);
  }
}

}  // namespace
}  // namespace coffer::records
