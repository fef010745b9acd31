#include "app/bootstrap.h"

#include "services_fixture.h"
#include "temporary_directory.h"

#include <gmock/gmock.h>

namespace coffer::app {
namespace {

using ::testing::HasSubstr;

class IntroduceTest : public test::ServicesTest {
 protected:
  Result<Introduction> introduce_at(std::optional<std::filesystem::path> file, bool can_show,
                                    const std::string& s3 = "http://127.0.0.1:1") {
    Endpoints endpoints;
    endpoints.s3 = s3;
    return run(introduce(*identity_, clock_.now(), std::move(file), can_show, endpoints));
  }
  std::vector<std::string> token_names() const {
    std::vector<std::string> out;
    for (const auto& token : identity_->tokens(account_)) out.push_back(token.name);
    return out;
  }

  test::TemporaryDirectory directory_;
  const std::filesystem::path file_ = directory_ / "b.json";
};

TEST_F(IntroduceTest, WritesTheFirstTokensKeys) {
  const auto made = introduce_at(file_, false);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->token_made);
  EXPECT_EQ(made->bootstrap.account_id, account_.hex());
  EXPECT_THAT(token_names(), ::testing::ElementsAre("bootstrap"));
  const auto written = read_bootstrap_file(file_);
  ASSERT_TRUE(written && *written);
  const auto entry = identity_->find(*TokenId::parse((*written)->access_key_id));
  ASSERT_TRUE(entry);
  EXPECT_EQ((*written)->secret_access_key, entry->secret_access_key);
  EXPECT_EQ((*written)->api_token, made->bootstrap.api_token);
}

TEST_F(IntroduceTest, RefreshesOnlyTheEndpointsOfAFile) {
  const auto made = introduce_at(file_, false);
  ASSERT_TRUE(made);
  const auto again = introduce_at(file_, false, "http://127.0.0.1:2");
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->token_made);
  const auto written = read_bootstrap_file(file_);
  ASSERT_TRUE(written && *written);
  EXPECT_EQ((*written)->endpoints.s3, "http://127.0.0.1:2");
  EXPECT_EQ((*written)->secret_access_key, made->bootstrap.secret_access_key);
  EXPECT_EQ(token_names().size(), 1U);
}

TEST_F(IntroduceTest, MakesAnotherTokenWhenTheFileIsGone) {
  const auto made = introduce_at(file_, false);
  ASSERT_TRUE(made);
  std::filesystem::remove(file_);
  const auto again = introduce_at(file_, false);
  ASSERT_TRUE(again);
  EXPECT_NE(again->bootstrap.access_key_id, made->bootstrap.access_key_id);
  const auto names = token_names();
  ASSERT_EQ(names.size(), 2U);
  EXPECT_THAT(names.back(), ::testing::MatchesRegex("bootstrap-[0-9]{8}T[0-9]{6}Z"));
}

TEST_F(IntroduceTest, KeepsAFileWhoseTokenWasRevoked) {
  const auto made = introduce_at(file_, false);
  ASSERT_TRUE(made);
  ASSERT_TRUE(run(identity_->revoke_token(*TokenId::parse(made->bootstrap.access_key_id))));
  const auto again = introduce_at(file_, false);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->token_made);
  EXPECT_TRUE(token_names().empty());
}

TEST_F(IntroduceTest, LeavesTheFileOfAnotherInstallation) {
  Bootstrap other;
  other.account_id = std::string(32, 'a');
  other.access_key_id = std::string(32, 'b');
  ASSERT_TRUE(write_bootstrap_file(file_, other));
  const std::string before = test::read_file(file_);
  const auto refused = introduce_at(file_, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::InvalidConfiguration);
  EXPECT_THAT(refused.error().detail(), HasSubstr("of another data directory"));
  EXPECT_EQ(test::read_file(file_), before);
  EXPECT_TRUE(token_names().empty());
}

TEST_F(IntroduceTest, LeavesNoTokenThatNobodyKnows) {
  const auto refused = introduce_at(directory_ / "no/b.json", false);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(token_names().empty());
}

TEST_F(IntroduceTest, MakesATokenForATerminalOnce) {
  const auto shown = introduce_at(std::nullopt, true);
  ASSERT_TRUE(shown);
  EXPECT_TRUE(shown->token_made);
  EXPECT_EQ(shown->bootstrap.secret_access_key.size(), 64U);
  const auto again = introduce_at(std::nullopt, true);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->token_made);
  EXPECT_EQ(again->bootstrap.secret_access_key, "");
  EXPECT_EQ(token_names().size(), 1U);
}

TEST_F(IntroduceTest, MakesNoTokenThatNobodyWouldSee) {
  const auto silent = introduce_at(std::nullopt, false);
  ASSERT_TRUE(silent);
  EXPECT_FALSE(silent->token_made);
  EXPECT_EQ(silent->bootstrap.account_id, account_.hex());
  EXPECT_TRUE(token_names().empty());
}

}  // namespace
}  // namespace coffer::app
