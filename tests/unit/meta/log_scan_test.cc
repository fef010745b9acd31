#include "meta/log_scan.h"

#include "base/bytes.h"
#include "base/hash.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace coffer::meta {
namespace {

constexpr std::size_t kBlock = 32 * 1024;
constexpr std::size_t kHeader = 7;

std::string little_endian(std::uint64_t value, int width) {
  std::string out;
  for (; width > 0; --width, value >>= 8) out.push_back(static_cast<char>(value & 0xff));
  return out;
}

/// Writes logs as RocksDB's log::Writer does.
class LogBuilder {
 public:
  void record(std::string_view payload) {
    bool first = true;
    do {
      if (kBlock - text_.size() % kBlock < kHeader) text_.resize(round_up(text_.size()));
      const std::size_t room = kBlock - text_.size() % kBlock - kHeader;
      const std::string_view piece = payload.substr(0, room);
      payload.remove_prefix(piece.size());
      const bool last = payload.empty();
      fragment(first ? (last ? 1 : 2) : (last ? 4 : 3), piece);
      first = false;
    } while (!payload.empty());
    ends_.push_back(text_.size());
  }
  /// A write batch of `count` changes that takes `bytes`.
  void batch(std::uint32_t count, std::size_t bytes) {
    std::string payload = little_endian(sequence_, 8) + little_endian(count, 4);
    sequence_ += count;
    while (payload.size() < bytes) payload.push_back(static_cast<char>(random_()));
    record(payload);
  }
  void skip_sequence(std::uint64_t count) { sequence_ += count; }

  const std::string& text() const { return text_; }
  /// Where each record ends.
  const std::vector<std::size_t>& ends() const { return ends_; }
  std::uint64_t next_sequence() const { return sequence_; }

 private:
  static std::size_t round_up(std::size_t size) { return (size + kBlock - 1) / kBlock * kBlock; }
  void fragment(int type, std::string_view payload) {
    std::string covered(1, static_cast<char>(type));
    covered += payload;
    const std::uint32_t crc = crc32c(0, as_bytes(covered));
    const std::uint32_t masked = ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
    text_ += little_endian(masked, 4) + little_endian(payload.size(), 2) + covered;
  }

  std::string text_;
  std::vector<std::size_t> ends_;
  std::uint64_t sequence_ = 1000;
  std::mt19937 random_{1};
};

/// Records of all shapes: in one fragment, over several blocks, and ending so near to a block's end
/// that the next begins with an empty fragment, or behind a trailer.
LogBuilder example() {
  LogBuilder log;
  log.batch(1, 40);
  log.batch(3, 100);
  log.batch(2, 3 * kBlock);
  log.batch(1, 13);
  const auto fill_block_but = [&log](std::size_t left) {
    const std::size_t used = log.text().size() % kBlock;
    log.batch(1, kBlock - used - kHeader - left);
  };
  fill_block_but(kHeader);
  log.batch(1, 50);
  fill_block_but(kHeader - 1);
  log.batch(1, 50);
  fill_block_but(kHeader + 5);
  log.batch(4, 200);
  fill_block_but(0);
  log.batch(1, 60);
  return log;
}

TEST(LogScan, ReadsWholeLogsToTheirEnd) {
  LogBuilder empty;
  EXPECT_EQ(scan_log(empty.text(), LogKind::WriteAhead).whole_bytes, 0u);
  const LogBuilder log = example();
  const LogScan scan = scan_log(log.text(), LogKind::WriteAhead);
  EXPECT_EQ(scan.whole_bytes, log.text().size());
  EXPECT_EQ(scan.resumes_at, std::nullopt);
  EXPECT_EQ(scan.next_sequence, log.next_sequence());
  LogBuilder manifest;
  for (std::size_t i = 0; i < 100; ++i) manifest.record(std::string(1 + 17 * i, 'm'));
  EXPECT_EQ(scan_log(manifest.text(), LogKind::Manifest).whole_bytes, manifest.text().size());
}

TEST(LogScan, TakesACutForAnUnfinishedWriteWhereverItIs) {
  const LogBuilder log = example();
  std::vector<std::size_t> cuts;
  for (const std::size_t end : log.ends()) {
    for (std::size_t near = end < 20 ? 0 : end - 20; near < end + 20; ++near) cuts.push_back(near);
  }
  for (std::size_t cut = 0; cut < log.text().size(); cut += 1009) cuts.push_back(cut);
  for (const std::size_t cut : cuts) {
    if (cut > log.text().size()) continue;
    const LogScan scan = scan_log(std::string_view(log.text()).substr(0, cut), LogKind::WriteAhead);
    EXPECT_EQ(scan.resumes_at, std::nullopt) << cut;
    std::size_t whole = 0;
    for (const std::size_t end : log.ends()) {
      if (end <= cut) whole = end;
    }
    // Up to the last record, and the padding behind it.
    EXPECT_GE(scan.whole_bytes, whole) << cut;
    EXPECT_LT(scan.whole_bytes, whole + kHeader) << cut;
  }
}

TEST(LogScan, FindsEveryFlippedByteBeforeTheLastRecord) {
  const LogBuilder log = example();
  std::string text = log.text();
  const std::size_t last_begins = log.ends()[log.ends().size() - 2];
  std::vector<std::size_t> places;
  for (const std::size_t end : log.ends()) {
    for (std::size_t near = end < 16 ? 0 : end - 16; near < end + 16; ++near)
      places.push_back(near);
  }
  for (std::size_t at = 0; at < text.size(); at += 1501) places.push_back(at);
  for (const std::size_t at : places) {
    if (at >= last_begins) continue;
    for (const int mask : {0x01, 0x04, 0x80, 0xff}) {
      text[at] = static_cast<char>(text[at] ^ mask);
      const LogScan scan = scan_log(text, LogKind::WriteAhead);
      // Only the padding of blocks may change unseen.
      if (scan.whole_bytes == text.size()) {
        EXPECT_EQ(scan.next_sequence, log.next_sequence()) << at;
      } else {
        EXPECT_NE(scan.resumes_at, std::nullopt) << at;
      }
      text[at] = static_cast<char>(text[at] ^ mask);
    }
  }
}

TEST(LogScan, CannotTellADamagedLastRecordFromAnUnfinishedOne) {
  const LogBuilder log = example();
  std::string text = log.text();
  const std::size_t last_begins = log.ends()[log.ends().size() - 2];
  for (std::size_t at = last_begins; at < text.size(); ++at) {
    text[at] = static_cast<char>(text[at] ^ 0x10);
    const LogScan scan = scan_log(text, LogKind::WriteAhead);
    EXPECT_EQ(scan.whole_bytes, last_begins) << at;
    EXPECT_EQ(scan.resumes_at, std::nullopt) << at;
    text[at] = static_cast<char>(text[at] ^ 0x10);
  }
}

TEST(LogScan, ZeroedSectorsAreDamageOnlyWhenRecordsFollow) {
  const LogBuilder log = example();
  constexpr std::size_t kSector = 512;
  const std::size_t last_begins = log.ends()[log.ends().size() - 2];
  for (std::size_t at = 0; at + kSector < last_begins; at += kSector) {
    std::string text = log.text();
    text.replace(at, kSector, kSector, '\0');
    EXPECT_NE(scan_log(text, LogKind::WriteAhead).resumes_at, std::nullopt) << at;
  }
  const std::string padded = log.text() + std::string(3 * kBlock, '\0');
  const LogScan scan = scan_log(padded, LogKind::WriteAhead);
  EXPECT_EQ(scan.whole_bytes, log.text().size());
  EXPECT_EQ(scan.resumes_at, std::nullopt);
}

TEST(LogScan, PiecesOfOneUnfinishedWriteMayReachTheDiskInAnyOrder) {
  // The last write covers several blocks; a crash may leave any of its pages and lose the others.
  LogBuilder log;
  log.batch(1, 1000);
  const std::size_t whole = log.text().size();
  log.batch(50, 5 * kBlock);
  constexpr std::size_t kPage = 4096;
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::string text = log.text();
    bool lost = false;
    for (std::size_t page = kPage; page < text.size(); page += kPage) {
      if (random() % 2 == 0) continue;
      const std::size_t size = std::min(kPage, text.size() - page);
      text.replace(page, size, size, '\0');
      lost = true;
    }
    const LogScan scan = scan_log(text, LogKind::WriteAhead);
    EXPECT_EQ(scan.resumes_at, std::nullopt);
    EXPECT_EQ(scan.whole_bytes, lost ? whole : text.size());
  }
}

TEST(LogScan, AMissingRecordIsDamage) {
  LogBuilder log;
  log.batch(1, 100);
  log.skip_sequence(1);
  const std::size_t whole = log.text().size();
  log.batch(1, 100);
  const LogScan scan = scan_log(log.text(), LogKind::WriteAhead);
  EXPECT_EQ(scan.whole_bytes, whole);
  EXPECT_EQ(scan.resumes_at, whole);
}

TEST(LogScan, SurvivesAnyBytes) {
  std::mt19937 random(5);
  for (int round = 0; round < 50; ++round) {
    std::string text(random() % (2 * kBlock), '\0');
    // Few different bytes, so that types and short lengths are common.
    for (char& byte : text) byte = static_cast<char>(random() % (round % 2 == 0 ? 4 : 256));
    for (const LogKind kind : {LogKind::WriteAhead, LogKind::Manifest}) {
      EXPECT_LE(scan_log(text, kind).whole_bytes, text.size());
    }
  }
}

}  // namespace
}  // namespace coffer::meta
