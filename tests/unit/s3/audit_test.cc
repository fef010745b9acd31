#include "records/audit_record.h"
#include "service_fixture.h"

namespace coffer::s3::test {
namespace {

class AuditTest : public ServiceTest {
 protected:
  /// Newest first.
  std::vector<records::AuditEntry> log(meta::Engine& meta) {
    std::vector<records::AuditEntry> entries;
    meta::Visitor visit = [&entries](std::string_view, std::string_view value, meta::Version) {
      entries.push_back(records::decode_audit_entry(value).value());
      return meta::Step::next();
    };
    meta::Range range(meta::Family::Queue, records::audit_key_from(account_, std::nullopt),
                      records::audit_key_end(account_, std::nullopt));
    EXPECT_TRUE(run(meta.scan(store::audit_partition(), std::move(range), std::move(visit))));
    return entries;
  }
  std::vector<records::AuditEntry> log() { return log(*engines_.meta); }
};

TEST_F(AuditTest, TellsWhoCreatedAndDeletedABucket) {
  ASSERT_EQ(put("/photos",
                "<CreateBucketConfiguration><LocationConstraint>enam"
                "</LocationConstraint></CreateBucketConfiguration>")
                .status,
            200);
  const Timestamp created = clock_.now();
  clock_.advance(std::chrono::seconds(1));
  ASSERT_EQ(del("/photos").status, 204);

  const auto entries = log();
  ASSERT_EQ(entries.size(), 2u);
  const records::AuditEntry& creation = entries[1];
  EXPECT_EQ(creation.action, "CreateBucket");
  EXPECT_EQ(creation.time, created);
  EXPECT_EQ(creation.account, account_);
  EXPECT_EQ(creation.resource_type, "r2.bucket");
  EXPECT_EQ(creation.resource_id, "photos");
  EXPECT_EQ(creation.before, "");
  EXPECT_EQ(creation.after, R"({"jurisdiction":"default","location":"ENAM",)"
                            R"("storage_class":"Standard"})");
  EXPECT_EQ(creation.actor.kind, records::Actor::Kind::Token);
  EXPECT_EQ(creation.actor.token->hex(), admin_.id);
  EXPECT_FALSE(creation.actor.user);
  EXPECT_EQ(creation.actor.address, "192.0.2.7");
  EXPECT_EQ(creation.actor.interface, "S3");
  EXPECT_EQ(creation.actor.request_id, "00000000000000000000000000000001");
  EXPECT_EQ(entries[0].action, "DeleteBucket");
  EXPECT_EQ(entries[0].before, R"({"jurisdiction":"default"})");
  EXPECT_EQ(entries[0].after, "");
}

TEST_F(AuditTest, KnowsABucketThatAnUploadCreated) {
  const Headers create{{"cf-create-bucket-if-missing", "true"}};
  ASSERT_EQ(put("/made/k", "x", create).status, 200);
  clock_.advance(std::chrono::seconds(1));
  ASSERT_EQ(put("/made/l", "x", create).status, 200);
  const auto entries = log();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].action, "CreateBucket");
  EXPECT_EQ(entries[0].resource_id, "made");
}

TEST_F(AuditTest, KnowsNothingOfWhatWasRefused) {
  ASSERT_EQ(del("/photos").code(), "404 NoSuchBucket");
  const Keys reader = make_keys(auth::Preset::AdminReadOnly);
  ASSERT_EQ(send_as(reader, {.method = "PUT", .path = "/photos"}).code(), "403 AccessDenied");
  EXPECT_TRUE(log().empty());
}

TEST_F(AuditTest, IsKeptInTheBucketsJurisdiction) {
  const auto eu = make_service(Jurisdiction::Eu);
  ASSERT_EQ(send_as(admin_, {.method = "PUT", .path = "/photos"}, eu.get()).status, 200);
  EXPECT_TRUE(log().empty());
  ASSERT_EQ(log(*engines_.meta_eu).size(), 1u);
}

}  // namespace
}  // namespace coffer::s3::test
