#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coffer {
namespace {

std::string logged(LogLevel level, std::string_view message) {
  testing::internal::CaptureStderr();
  log(level, message);
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

}  // namespace
}  // namespace coffer
