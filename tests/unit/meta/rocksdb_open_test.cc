#include "meta/key_codec.h"
#include "rocksdb_fixture.h"

#include <rocksdb/db.h>

#include <thread>

namespace coffer::meta::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class RocksDbOpen : public RocksDbTest {
 protected:
  /// Changes keys behind the engine's back.
  void overwrite(const std::string& key, const std::string& value) {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, directory_.path().string(), &db).ok());
    const std::unique_ptr<rocksdb::DB> owner(db);
    ASSERT_TRUE(db->Put({}, key, value).ok());
  }
  Error failure() {
    auto opened = try_open(directory_.path());
    return opened ? Error(ErrorCode::Busy, "it opened") : opened.error();
  }
};

TEST_F(RocksDbOpen, KeepsEverythingAcrossAReopening) {
  open();
  const Version version = put("k", "v");
  Commit more("p", "");
  more.puts.emplace_back(Key{Family::Body, "b"}, "body");
  more.adds.emplace_back("n", -3);
  EXPECT_TRUE(run(engine_->commit(std::move(more)))->committed());
  EXPECT_TRUE(run(engine_->commit(removing("gone")))->committed());
  EXPECT_TRUE(run(engine_->drop("q")));
  close();
  // A clean stop leaves no log to be read or damaged.
  for (const auto& log : files(directory_.path(), ".log")) {
    EXPECT_EQ(std::filesystem::file_size(log), 0u) << log;
  }
  open();
  EXPECT_EQ(run(engine_->get("p", record("k")))->value().version, version);
  EXPECT_EQ(get("k"), "v");
  EXPECT_EQ(text(run(engine_->get("p", Key{Family::Body, "b"}))), "body");
  EXPECT_EQ(counter("n"), -3);
}

TEST_F(RocksDbOpen, VersionsAreNeverGivenTwice) {
  Version last = 0;
  for (int round = 0; round < 3; ++round) {
    open();
    for (int i = 0; i < 3; ++i) {
      const Version next = put("k", "v");
      EXPECT_GT(next, last);
      last = next;
    }
    // Nothing that is stored tells this version.
    Commit counts("p", "");
    counts.adds.emplace_back("n", 1);
    last = run(engine_->commit(std::move(counts)))->version;
    last = run(engine_->commit(removing("k")))->version;
    close();
  }
}

TEST_F(RocksDbOpen, AKilledProcessLosesNothing) {
  open();
  for (int i = 0; i < 50; ++i) put("k" + std::to_string(i), std::string(1000, 'v'));
  const Version last = put("last", "v");
  TemporaryDirectory killed;
  copy_to(directory_.path(), killed.path());
  close();
  engine_ = try_open(killed.path()).value();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(get("k" + std::to_string(i)), std::string(1000, 'v'));
  EXPECT_EQ(get("last"), "v");
  EXPECT_GT(put("next", "v"), last);
  close();
}

TEST_F(RocksDbOpen, AnUnfinishedWriteIsCutOff) {
  open();
  put("k", "v");
  TemporaryDirectory killed;
  copy_to(directory_.path(), killed.path());
  const auto log = files(killed.path(), ".log").at(0);
  const std::string whole = read_file(log);
  put("unfinished", std::string(50'000, 'u'));
  const std::string more = read_file(files(directory_.path(), ".log").at(0));
  close();
  for (const std::size_t size : {whole.size() + 1, whole.size() + 30, std::size_t{40'000}}) {
    TemporaryDirectory torn;
    copy_to(killed.path(), torn.path());
    write_file(torn.path() / log.filename(), more.substr(0, size));
    for (int again = 0; again < 2; ++again) {
      auto opened = try_open(torn.path());
      ASSERT_TRUE(opened) << opened.error().describe();
      engine_ = std::move(*opened);
      EXPECT_EQ(get("k"), "v");
      EXPECT_EQ(get("unfinished"), "");
      put("new", "x");
      close();
    }
  }
}

TEST_F(RocksDbOpen, RefusesANewerFormat) {
  open();
  put("k", "v");
  close();
  overwrite(format_key(), std::string(1, static_cast<char>(kFormat + 1)));
  const Error error = failure();
  EXPECT_EQ(error.code(), ErrorCode::NewerFormat);
  EXPECT_THAT(error.detail(), AllOf(HasSubstr(directory_.path().string()), HasSubstr("layout 2"),
                                    HasSubstr("up to 1"), HasSubstr("release")));
  overwrite(format_key(), std::string(1, static_cast<char>(kFormat)));
  open();
  EXPECT_EQ(get("k"), "v");
}

TEST_F(RocksDbOpen, RefusesWhatIsNoIndexOfOurs) {
  overwrite("some", "thing");
  EXPECT_EQ(failure().code(), ErrorCode::Corrupt);
  overwrite(format_key(), "");
  EXPECT_EQ(failure().code(), ErrorCode::Corrupt);
  overwrite(format_key(), "\x01 and more");
  EXPECT_EQ(failure().code(), ErrorCode::Corrupt);
  overwrite(format_key(), std::string(1, static_cast<char>(kFormat)));
  overwrite(last_version_key(), "short");
  EXPECT_EQ(failure().code(), ErrorCode::Corrupt);
}

TEST_F(RocksDbOpen, RefusesADirectoryInUse) {
  open();
  put("k", "v");
  const Error error = failure();
  EXPECT_EQ(error.code(), ErrorCode::Locked);
  EXPECT_THAT(error.detail(), HasSubstr(directory_.path().string()));
  put("k", "w");
}

TEST_F(RocksDbOpen, SaysWhenThereIsNoDirectory) {
  const auto opened = try_open(directory_.path() / "missing");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::IoError);
}

TEST_F(RocksDbOpen, AnInterruptedCreationIsBegunAgain) {
  // RocksDB writes the manifest first and names it in CURRENT last.
  write_file(directory_.path() / "MANIFEST-000001", "half a rec");
  write_file(directory_.path() / "LOCK", "");
  open();
  put("k", "v");
  EXPECT_EQ(get("k"), "v");
}

TEST_F(RocksDbOpen, SeveralOpenAtOnce) {
  TemporaryDirectory directories[4];
  std::vector<std::unique_ptr<Engine>> engines(4);
  const auto cache = make_block_cache(1024 * 1024);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      RocksDbOptions options;
      options.path = directories[i].path();
      options.block_cache = cache;
      engines[i] = open_rocksdb(std::move(options), pool_).value();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_TRUE(run(engines[i]->commit(putting("k", std::to_string(i))))->committed());
    EXPECT_EQ(text(run(engines[i]->get("p", record("k")))), std::to_string(i));
  }
}

}  // namespace
}  // namespace coffer::meta::test
