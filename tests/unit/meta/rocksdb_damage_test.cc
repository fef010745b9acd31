#include "rocksdb_fixture.h"

#include <map>
#include <random>

namespace coffer::meta::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// Damages the files of an index in every way that a test has time for. Whatever is done, an index
/// may refuse to open, or to read a key; if it does neither, the key is there as it was written.
class RocksDbDamage : public RocksDbTest {
 protected:
  RocksDbDamage() { open(); }

  /// What the process would leave if it was killed now; then it ends.
  void kill() {
    copy_to(directory_.path(), killed_.path());
    copy_is_intact_ = false;
    close();
  }

  /// Commits of all sizes, one of them over several blocks of the log; remembers each.
  void fill() {
    for (int i = 0; i < 12; ++i) {
      remember("k" + std::to_string(i), std::string(static_cast<std::size_t>(10 + 40 * i), 'v'));
    }
    remember("long", std::string(40'000, 'l'));
    remember("last", "the last one");
  }
  void remember(std::string key, std::string value) {
    put(key, value);
    order_.push_back(key);
    written_[std::move(key)] = std::move(value);
  }

  struct Report {
    std::optional<Error> refusal;  ///< of opening
    std::size_t unreadable = 0;    ///< keys whose reading ended in an error
    std::vector<std::string> lost;
  };
  /// It was not synced, so a loss of power may take it.
  void lose_note() {
    std::filesystem::remove(killed_.path() / "SYNCED");
    copy_is_intact_ = false;
  }
  /// Opens a copy of `killed_` whose file `name` has other bytes.
  Report open_damaged(const std::string& name, std::string_view bytes) {
    const auto copy = scratch_.path() / "copy";
    if (!copy_is_intact_) copy_to(killed_.path(), copy);
    const std::string original = read_file(killed_.path() / name);
    write_file(copy / name, bytes);
    Report report;
    auto opened = try_open(copy);
    copy_is_intact_ = false;
    if (!opened) {
      report.refusal = opened.error();
      // Found before RocksDB has touched anything, so the copy serves again.
      if (report.refusal->detail().find("acknowledged changes in") != std::string::npos) {
        write_file(copy / name, original);
        copy_is_intact_ = true;
      }
      return report;
    }
    engine_ = std::move(*opened);
    for (const auto& [key, value] : written_) {
      const auto read = run(engine_->get("p", record(key)));
      if (!read) {
        EXPECT_EQ(read.error().code(), ErrorCode::Corrupt) << read.error().describe();
        ++report.unreadable;
      } else if (text(read) != value) {
        EXPECT_EQ(text(read).size(), 0u) << "a wrong value of " << key;
        report.lost.push_back(key);
      }
    }
    close();
    return report;
  }
  /// Offsets that meet every kind of byte: all of them near the ends, and a sample between.
  static std::vector<std::size_t> places(std::size_t size, std::size_t near, std::size_t sample) {
    std::vector<std::size_t> out;
    std::mt19937 random(11);
    for (std::size_t at = 0; at < size; ++at) {
      if (at < near || at + near >= size || random() % sample == 0) out.push_back(at);
    }
    return out;
  }
  static std::string flipped(std::string bytes, std::size_t at, int mask) {
    bytes[at] = static_cast<char>(bytes[at] ^ mask);
    return bytes;
  }

  TemporaryDirectory scratch_{memory_directory()};
  TemporaryDirectory killed_{memory_directory()};
  bool copy_is_intact_ = false;
  std::map<std::string, std::string> written_;
  std::vector<std::string> order_;
};

TEST_F(RocksDbDamage, OfAnyByteOfTheLogOfAKilledProcessIsNoticed) {
  fill();
  kill();
  const auto log = files(killed_.path(), ".log").at(0);
  const std::string bytes = read_file(log);
  ASSERT_GT(bytes.size(), 40'000u);
  int opened = 0;
  int checked = 0;
  for (const std::size_t at : places(bytes.size(), 250, 500)) {
    for (const int mask : {0x04, 0x80}) {
      const Report report = open_damaged(log.filename(), flipped(bytes, at, mask));
      ++checked;
      if (report.refusal) {
        EXPECT_EQ(report.refusal->code(), ErrorCode::Corrupt);
        EXPECT_THAT(report.refusal->detail(),
                    AllOf(HasSubstr(log.filename().string()), HasSubstr("backup")));
      } else {
        // Padding between two blocks.
        ++opened;
        EXPECT_THAT(report.lost, ::testing::IsEmpty()) << at;
      }
    }
  }
  EXPECT_LT(opened, 20);
  EXPECT_GT(checked, 1000);
}

TEST_F(RocksDbDamage, OfTheLogAfterALossOfPowerCanHideInTheLastCommitOnly) {
  fill();
  kill();
  lose_note();
  const auto log = files(killed_.path(), ".log").at(0);
  const std::string bytes = read_file(log);
  int lost_last = 0;
  for (const std::size_t at : places(bytes.size(), 60, 1000)) {
    const Report report = open_damaged(log.filename(), flipped(bytes, at, 0x04));
    if (report.refusal) continue;
    if (!report.lost.empty()) {
      EXPECT_THAT(report.lost, ::testing::ElementsAre("last")) << at;
      ++lost_last;
    }
  }
  EXPECT_GT(lost_last, 0);
}

TEST_F(RocksDbDamage, ALogCutAnywhereHoldsAllBeforeTheCutOrIsRefused) {
  fill();
  kill();
  const auto log = files(killed_.path(), ".log").at(0);
  const std::string bytes = read_file(log);
  for (const bool note : {true, false}) {
    if (!note) lose_note();
    for (const std::size_t size : places(bytes.size(), 40, 2000)) {
      const Report report = open_damaged(log.filename(), bytes.substr(0, size));
      if (note) {
        ASSERT_TRUE(report.refusal) << size;
        EXPECT_EQ(report.refusal->code(), ErrorCode::Corrupt);
        continue;
      }
      ASSERT_FALSE(report.refusal) << report.refusal->describe();
      // What is lost is the newest, without a hole.
      const std::vector<std::string> newest(
          order_.end() - static_cast<std::ptrdiff_t>(report.lost.size()), order_.end());
      EXPECT_THAT(report.lost, ::testing::UnorderedElementsAreArray(newest)) << size;
    }
  }
}

TEST_F(RocksDbDamage, OfAnyOtherFileLosesNothingSilently) {
  fill();
  close();
  open();  // a second manifest, and a table
  remember("in the log", "x");
  kill();
  for (const auto& entry : std::filesystem::directory_iterator(killed_.path())) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".log")) continue;  // has tests of its own
    const std::string bytes = read_file(entry.path());
    for (const std::size_t at : places(bytes.size(), 64, 60)) {
      const Report report = open_damaged(name, flipped(bytes, at, at % 2 == 0 ? 0x01 : 0x40));
      EXPECT_THAT(report.lost, ::testing::IsEmpty()) << name << " at " << at;
      if (report.refusal) {
        EXPECT_EQ(report.refusal->code(), ErrorCode::Corrupt) << report.refusal->describe();
      }
    }
  }
}

TEST_F(RocksDbDamage, AManifestCutAnywhereIsRefusedBeforeAnythingChanges) {
  fill();
  close();
  open();
  kill();
  std::string name = read_file(killed_.path() / "CURRENT");
  name.pop_back();  // its newline
  const auto manifest = killed_.path() / name;
  const std::string bytes = read_file(manifest);
  ASSERT_GT(bytes.size(), 50u);
  int refused = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Report report = open_damaged(manifest.filename(), bytes.substr(0, size));
    EXPECT_THAT(report.lost, ::testing::IsEmpty()) << size;
    if (!report.refusal) continue;
    ++refused;
    EXPECT_EQ(report.refusal->code(), ErrorCode::Corrupt);
    // Who puts the manifest back has everything again.
    const auto copy = scratch_.path() / "copy";
    write_file(copy / manifest.filename(), bytes);
    engine_ = try_open(copy).value();
    EXPECT_EQ(get("last"), written_["last"]) << size;
    close();
  }
  EXPECT_GT(refused, 0);
}

TEST_F(RocksDbDamage, AnyMissingFileIsNoticed) {
  fill();
  close();
  open();
  remember("in the log", "x");
  kill();
  const auto remove_and_open = [this](const std::string& name) {
    const auto copy = scratch_.path() / "copy";
    copy_to(killed_.path(), copy);
    std::filesystem::remove(copy / name);
    const auto opened = try_open(copy);
    return opened ? ErrorCode::Busy : opened.error().code();
  };
  for (const auto& entry : std::filesystem::directory_iterator(killed_.path())) {
    const std::string name = entry.path().filename();
    const bool matters = name == "CURRENT" || name.starts_with("MANIFEST") ||
                         name.ends_with(".sst") ||
                         (name.ends_with(".log") && entry.file_size() > 0);
    EXPECT_EQ(remove_and_open(name), matters ? ErrorCode::Corrupt : ErrorCode::Busy) << name;
  }
}

}  // namespace
}  // namespace coffer::meta::test
