#include "app/welcome.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coffer::app {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Introduction example(bool token_made) {
  Introduction introduction;
  introduction.token_made = token_made;
  introduction.bootstrap.account_id = "acc0";
  introduction.bootstrap.api_token = "cofa_value";
  introduction.bootstrap.access_key_id = "ac7e55";
  introduction.bootstrap.secret_access_key = "5ec4e7";
  introduction.bootstrap.endpoints.s3 = "http://127.0.0.1:9000";
  introduction.bootstrap.endpoints.jurisdictions = {{"eu", "http://127.0.0.1:9010"}};
  introduction.bootstrap.endpoints.api = "http://127.0.0.1:9001/client/v4";
  return introduction;
}

TEST(Welcome, ShowsNewKeysOnATerminal) {
  const std::string text =
      welcome_text(example(true), true, "", "r2.localhost", "COMMAND", Dashboard());
  EXPECT_THAT(
      text, AllOf(HasSubstr("cofa_value"), HasSubstr("ac7e55"), HasSubstr("5ec4e7"),
                  HasSubstr("http://127.0.0.1:9010"),
                  HasSubstr("http://<bucket>.acc0.r2.localhost:9000"), Not(HasSubstr("COMMAND"))));
}

TEST(Welcome, ShowsNoKeysAnywhereElse) {
  for (const bool token_made : {false, true}) {
    for (const char* file : {"", "/run/b.json"}) {
      const std::string text =
          welcome_text(example(token_made), false, file, "", "COMMAND", Dashboard());
      EXPECT_THAT(text, AllOf(Not(HasSubstr("cofa_value")), Not(HasSubstr("5ec4e7"))));
    }
  }
}

TEST(Welcome, ShowsOldKeysNowhere) {
  const std::string text =
      welcome_text(example(false), true, "/run/b.json", "", "COMMAND", Dashboard());
  EXPECT_THAT(text, AllOf(Not(HasSubstr("5ec4e7")), HasSubstr("in /run/b.json")));
}

TEST(Welcome, SaysHowToGetKeysWhereNoneWereMade) {
  EXPECT_THAT(welcome_text(example(false), true, "", "", "COMMAND", Dashboard()),
              HasSubstr("COMMAND"));
}

TEST(Welcome, ShowsTheSetupLinkToATerminalOnly) {
  Dashboard dashboard;
  dashboard.url = "http://127.0.0.1:9001";
  dashboard.setup_link = "http://127.0.0.1:9001/setup#secret";
  const std::string shown = welcome_text(example(true), true, "", "", "COMMAND", dashboard);
  EXPECT_THAT(shown, HasSubstr("  Dashboard             http://127.0.0.1:9001\n"));
  EXPECT_THAT(shown, HasSubstr("http://127.0.0.1:9001/setup#secret\n"));
  const std::string piped = welcome_text(example(true), false, "", "", "COMMAND", dashboard);
  EXPECT_THAT(piped, HasSubstr("http://127.0.0.1:9001\n"));
  EXPECT_THAT(piped, Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace coffer::app
