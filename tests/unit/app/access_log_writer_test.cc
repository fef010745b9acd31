#include "app/access_log_writer.h"

#include "temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace coffer::app {
namespace {

using test::read_file;
using test::TemporaryDirectory;
using test::write_file;

TEST(AccessLogWriter, AppendsWholeLines) {
  const TemporaryDirectory directory;
  write_file(directory / "log", "old\n");
  {
    const auto writer = AccessLogWriter::open(directory / "log");
    ASSERT_TRUE(writer);
    (*writer)->write("one");
    (*writer)->write("two");
  }
  EXPECT_EQ(read_file(directory / "log"), "old\none\ntwo\n");
}

TEST(AccessLogWriter, KeepsLinesOfManyThreadsApart) {
  const TemporaryDirectory directory;
  constexpr int kThreads = 4;
  constexpr int kLines = 500;
  {
    const auto writer = AccessLogWriter::open(directory / "log");
    ASSERT_TRUE(writer);
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&writer, t] {
        // Some longer than a piece.
        for (int i = 0; i < kLines; ++i) {
          (*writer)->write(std::string(i % 100 == 0 ? 9000 : 40, static_cast<char>('a' + t)));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ((*writer)->dropped(), 0U);
  }
  std::ifstream in(directory / "log");
  int count = 0;
  for (std::string line; std::getline(in, line); ++count) {
    EXPECT_EQ(line.find_first_not_of(line.front()), std::string::npos);
    EXPECT_TRUE(line.size() == 40 || line.size() == 9000) << line.size();
  }
  EXPECT_EQ(count, kThreads * kLines);
}

TEST(AccessLogWriter, GoesOnInANewFile) {
  const TemporaryDirectory directory;
  {
    const auto writer = AccessLogWriter::open(directory / "log");
    ASSERT_TRUE(writer);
    (*writer)->write("before");
    // The first line has surely gone to the old file once it is there.
    while (read_file(directory / "log").empty()) std::this_thread::yield();
    std::filesystem::rename(directory / "log", directory / "log.1");
    ASSERT_TRUE((*writer)->reopen());
    (*writer)->write("after");
  }
  EXPECT_EQ(read_file(directory / "log.1"), "before\n");
  EXPECT_EQ(read_file(directory / "log"), "after\n");
}

TEST(AccessLogWriter, KeepsTheOldFileWhenThereIsNoNewOne) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "folder");
  {
    const auto writer = AccessLogWriter::open(directory / "folder/log");
    ASSERT_TRUE(writer);
    std::filesystem::rename(directory / "folder", directory / "moved");
    const auto reopened = (*writer)->reopen();
    ASSERT_FALSE(reopened);
    EXPECT_EQ(reopened.error().code(), ErrorCode::IoError);
    (*writer)->write("line");
  }
  EXPECT_EQ(read_file(directory / "moved/log"), "line\n");
}

TEST(AccessLogWriter, NamesAFileThatCannotBeOpened) {
  const TemporaryDirectory directory;
  const auto writer = AccessLogWriter::open(directory / "no/log");
  ASSERT_FALSE(writer);
  EXPECT_THAT(writer.error().detail(), ::testing::HasSubstr("no/log: No such file or directory"));
}

/// A log into a pipe, whose reader reads when the test does.
class AccessLogPipe : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::mkfifo((directory_ / "pipe").c_str(), 0600), 0);
    reader_ = Descriptor(::open((directory_ / "pipe").c_str(), O_RDONLY | O_NONBLOCK));
    ASSERT_TRUE(reader_.is_open());
    auto writer = AccessLogWriter::open(directory_ / "pipe");
    ASSERT_TRUE(writer);
    writer_ = *std::move(writer);
  }

  const TemporaryDirectory directory_;
  Descriptor reader_{-1};
  std::unique_ptr<AccessLogWriter> writer_;
  const std::string line_ = std::string(100'000, 'x');  // more than the pipe holds
};

// A reader that does not read must cost lines, never the event loops' time or all memory.
TEST_F(AccessLogPipe, DropsWhatCannotBeWrittenAndEndsAllTheSame) {
  for (int i = 0; i < 200; ++i) writer_->write(line_);
  EXPECT_GT(writer_->dropped(), 100U);
  writer_.reset();
}

TEST_F(AccessLogPipe, WritesAllToAReaderThatReads) {
  constexpr std::size_t kLines = 10;
  for (std::size_t i = 0; i < kLines; ++i) writer_->write(line_);
  std::string seen;
  std::string piece(1 << 20, '\0');
  while (seen.size() < kLines * (line_.size() + 1)) {
    const ssize_t count = ::read(reader_.get(), piece.data(), piece.size());
    if (count > 0) seen.append(piece, 0, static_cast<std::size_t>(count));
    if (count < 0) std::this_thread::yield();
  }
  EXPECT_EQ(seen.size(), kLines * (line_.size() + 1));
  EXPECT_EQ(writer_->dropped(), 0U);
}

}  // namespace
}  // namespace coffer::app
