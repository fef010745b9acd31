#include "service_fixture.h"

namespace coffer::s3::test {
namespace {

/// Whoever tries credentials is slowed down, and nobody else is.
class FailuresTest : public ServiceTest {
 protected:
  FailuresTest() {
    limits_.burst = 2;
    limits_.delayed_max = 0;  // what would wait is refused at once, so that no test waits
    limiter_ = std::make_unique<auth::FailureLimiter>(limits_, clock_);
    service_ = make_service(Jurisdiction::Default, limiter_.get());
  }
  std::string list_as(const Keys& keys) { return send_as(keys, {.path = "/"}).code(); }

  auth::FailureLimits limits_;
  std::unique_ptr<auth::FailureLimiter> limiter_;
};

TEST_F(FailuresTest, SlowDownWhoTriesCredentialsAndNobodyElse) {
  const Keys mistyped{admin_.id, std::string(64, '0')};
  const Keys unknown{std::string(32, 'a'), std::string(64, '0')};
  EXPECT_EQ(list_as(mistyped), "403 SignatureDoesNotMatch");
  EXPECT_EQ(list_as(unknown), "401 Unauthorized");
  EXPECT_EQ(list_as(mistyped), "503 SlowDown");
  EXPECT_EQ(list_as(unknown), "503 SlowDown");
  // From the same address, with what is good; and what is good but not allowed is no guess.
  EXPECT_EQ(list_as(admin_), "200");
  const Keys reader = make_keys(auth::Preset::ObjectReadOnly);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(list_as(reader), "403 AccessDenied");
  clock_.advance(std::chrono::seconds(2));
  EXPECT_EQ(list_as(mistyped), "403 SignatureDoesNotMatch");
}

}  // namespace
}  // namespace coffer::s3::test
