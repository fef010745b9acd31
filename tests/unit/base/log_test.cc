#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace coffer {
namespace {

std::string logged(LogLevel level, std::string_view message) {
  testing::internal::CaptureStderr();
  log(level, message);
  EXPECT_TRUE(flush_log());
  return testing::internal::GetCapturedStderr();
}

TEST(Log, WritesOneLineAnEventWithUtcTimeAndLevel) {
  EXPECT_THAT(
      logged(LogLevel::Warn, "listener=s3 {} %s address in use"),
      testing::MatchesRegex("....-..-..T..:..:......Z warning listener=s3 .. %s address in use\n"));
}

TEST(Log, EscapesWhatWouldStartAnotherLineOrSteerATerminal) {
  EXPECT_THAT(logged(LogLevel::Error, std::string_view("key=a\nb\x1b[2J\0c\x7f\xc3\xa9", 16)),
              testing::EndsWith("error key=a\\x0ab\\x1b[2J\\x00c\\x7f\xc3\xa9\n"));
}

TEST(Log, KeepsBelowItsLevelSilent) {
  set_log_level(LogLevel::Warn);
  EXPECT_EQ(logged(LogLevel::Info, "quiet"), "");
  EXPECT_NE(logged(LogLevel::Error, "loud"), "");
  set_log_level(LogLevel::Debug);
  EXPECT_NE(logged(LogLevel::Debug, "loud"), "");
  set_log_level(LogLevel::Info);
}

TEST(Log, CutsLinesWhereAPipeWouldTearThem) {
  for (const std::size_t size : {3'900U, 4'000U, 4'100U, 100'000U}) {
    for (const std::string unit : {"x", "\xc3\xa9", "\n"}) {
      std::string message;
      while (message.size() < size) message += unit;
      const std::string line = logged(LogLevel::Error, message);
      EXPECT_LE(line.size(), kLogLineBytesMax);
      EXPECT_EQ(line.find('\n'), line.size() - 1);
      const bool cut = line.size() < size;
      EXPECT_EQ(line.ends_with("...\n"), cut || unit == "\n") << unit << size;
      if (unit.size() == 2) {
        EXPECT_TRUE(line.ends_with(cut ? "\xa9...\n" : "\xa9\n"));
      }
    }
  }
}

/// stderr as a pipe while it lives.
class StderrPipe {
 public:
  StderrPipe() : saved_(::dup(STDERR_FILENO)) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    reading_ = ends[0];
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[1]);
  }
  /// Puts stderr back, which ends the pipe.
  void restore() { ::dup2(saved_, STDERR_FILENO); }
  ~StderrPipe() {
    ::close(saved_);
    ::close(reading_);
  }
  /// To the pipe's end.
  std::vector<std::string> read_lines() const {
    std::string text;
    char piece[4096];
    for (ssize_t count; (count = ::read(reading_, piece, sizeof piece)) > 0;) {
      text.append(piece, static_cast<std::size_t>(count));
    }
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      lines.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return lines;
  }

 private:
  int saved_;
  int reading_ = -1;
};

TEST(Log, NobodyWaitsForAStuckPipeAndTheLossIsReported) {
  constexpr int kLines = 20'000;
  EXPECT_TRUE(flush_log());
  StderrPipe pipe;
  // More than the pipe and the queue hold, with nobody at the other end.
  for (int i = 0; i < kLines; ++i) log(LogLevel::Info, "line " + std::to_string(i));
  EXPECT_FALSE(flush_log()) << "it gives up";

  std::vector<std::string> lines;
  std::thread reader([&] { lines = pipe.read_lines(); });
  while (!flush_log()) {
  }
  pipe.restore();
  reader.join();

  int seen = 0;
  int lost = 0;
  int last = -1;
  for (const std::string& line : lines) {
    const std::string text = line.substr(line.find(' ', 25) + 1);
    if (text.starts_with("line ")) {
      const int number = std::stoi(text.substr(5));
      EXPECT_GT(number, last) << "in order";
      last = number;
      ++seen;
    } else {
      EXPECT_THAT(line, testing::HasSubstr(" warning "));
      EXPECT_THAT(line, testing::HasSubstr(" lines of the log were lost"));
      lost += std::stoi(text);
    }
  }
  EXPECT_EQ(last, kLines - 1) << "the oldest give way";
  EXPECT_GT(lost, 0);
  EXPECT_EQ(seen + lost, kLines) << "each is written or counted";
}

TEST(LogDeathTest, WritesWhatWaitsAtExitAndInTerminate) {
  // Starts the program anew: the log's thread is in no forked child.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto log_much = [] {
    for (int i = 0; i < 1'000; ++i) log(LogLevel::Info, "line " + std::to_string(i) + ";");
  };
  EXPECT_EXIT(
      {
        log_much();
        std::exit(0);
      },
      testing::ExitedWithCode(0), "line 0;.*line 999;");
  EXPECT_DEATH(
      {
        log_much();
        std::terminate();
      },
      "line 0;.*line 999;");
}

}  // namespace
}  // namespace coffer
