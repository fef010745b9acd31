#include "store/usage.h"

#include "store_fixture.h"

namespace coffer::store::test {
namespace {

using Usage = StoreTest;

std::string text_of(const ClassUsage& usage) {
  return std::to_string(usage.objects) + " objects " + std::to_string(usage.bytes) + " bytes " +
         std::to_string(usage.parts) + " parts " + std::to_string(usage.part_bytes) + " bytes";
}

PutOptions infrequent() {
  PutOptions options;
  options.storage_class = StorageClass::InfrequentAccess;
  return options;
}

TEST_F(Usage, IsCountedByClass) {
  make_bucket();
  ASSERT_TRUE(put(at("a"), std::string(10, 'x')));
  ASSERT_TRUE(put(at("b"), std::string(100, 'x'), infrequent()));
  EXPECT_EQ(usage().objects, 2);
  EXPECT_EQ(usage().bytes, 110);
  EXPECT_EQ(text_of(usage().standard), "1 objects 10 bytes 0 parts 0 bytes");
  EXPECT_EQ(text_of(usage().infrequent_access), "1 objects 100 bytes 0 parts 0 bytes");

  // From one class to the other, by overwriting and by a copy.
  ASSERT_TRUE(put(at("b"), std::string(90, 'y')));
  EXPECT_EQ(text_of(usage().standard), "2 objects 100 bytes 0 parts 0 bytes");
  EXPECT_EQ(text_of(usage().infrequent_access), "0 objects 0 bytes 0 parts 0 bytes");
  CopyOptions options;
  options.storage_class = StorageClass::InfrequentAccess;
  ASSERT_TRUE(copy(at("b"), at("b"), options));
  EXPECT_EQ(text_of(usage().standard), "1 objects 10 bytes 0 parts 0 bytes");
  EXPECT_EQ(text_of(usage().infrequent_access), "1 objects 90 bytes 0 parts 0 bytes");
  EXPECT_EQ(usage().bytes, 100);

  ASSERT_TRUE(run(store_->delete_object(at("b"))));
  EXPECT_EQ(text_of(usage().infrequent_access), "0 objects 0 bytes 0 parts 0 bytes");
  EXPECT_EQ(usage().infrequent_access.metadata_bytes, 0);
}

TEST_F(Usage, CountsMetadataAsEncoded) {
  make_bucket();
  PutOptions options;
  options.metadata.system.content_type = "text/plain";
  options.metadata.user = {{"name", "value"}};
  ASSERT_TRUE(put(at("k"), "x", options));
  // Six system fields and a count, each with one byte of length, and two texts with one each.
  constexpr std::int64_t kBytes = 7 + 10 + 2 + 4 + 5;
  EXPECT_EQ(metadata_bytes(options.metadata), static_cast<std::uint64_t>(kBytes));
  EXPECT_EQ(usage().standard.metadata_bytes, kBytes);
  ASSERT_TRUE(copy(at("k"), at("l")));
  EXPECT_EQ(usage().standard.metadata_bytes, 2 * kBytes);
  ASSERT_TRUE(put(at("k"), "x"));
  EXPECT_EQ(usage().standard.metadata_bytes, kBytes + 7);
  ASSERT_TRUE(run(store_->delete_object(at("l"))));
  ASSERT_TRUE(run(store_->delete_object(at("k"))));
  EXPECT_EQ(usage().standard.metadata_bytes, 0);
}

TEST_F(Usage, CountsTheParts) {
  make_bucket();
  CreateUploadOptions options;
  options.storage_class = StorageClass::InfrequentAccess;
  const UploadInfo upload = begin_upload(at("k"), options);
  const auto one = put_part(at("k"), upload.id, 1, "12345").value();
  ASSERT_TRUE(put_part(at("k"), upload.id, 2, "1234567"));
  const auto two = put_part(at("k"), upload.id, 2, "123").value();  // replaces it
  ASSERT_TRUE(put_part(at("k"), upload.id, 7, "unlisted"));
  EXPECT_EQ(usage().uploads, 1);
  EXPECT_EQ(usage().bytes, 0);
  EXPECT_EQ(text_of(usage().infrequent_access), "0 objects 0 bytes 3 parts 16 bytes");

  ASSERT_TRUE(complete(at("k"), upload.id, {completed(one), completed(two)}));
  EXPECT_EQ(usage().uploads, 0);
  EXPECT_EQ(text_of(usage().infrequent_access), "1 objects 8 bytes 0 parts 0 bytes");

  const UploadInfo other = begin_upload(at("k"));
  ASSERT_TRUE(put_part(at("k"), other.id, 3, "12345"));
  ASSERT_TRUE(
      run(store_->upload_part_copy(at("k"), at("k"), other.id, 4, PartRange{0, 3}, CommitGate())));
  EXPECT_EQ(text_of(usage().standard), "0 objects 0 bytes 2 parts 9 bytes");
  ASSERT_TRUE(run(store_->abort_upload(at("k"), other.id)));
  EXPECT_EQ(text_of(usage().standard), "0 objects 0 bytes 0 parts 0 bytes");
  collect();
  EXPECT_EQ(text_of(usage().standard), "0 objects 0 bytes 0 parts 0 bytes");
}

TEST_F(Usage, EndsWithAnUploadWhoseConditionFailed) {
  make_bucket();
  const UploadInfo upload = begin_upload(at("k"));
  const auto part = put_part(at("k"), upload.id, 1, "12345").value();
  ASSERT_TRUE(put(at("k"), "x"));
  EXPECT_EQ(code_of(complete(at("k"), upload.id, {completed(part)}, if_none_match_any())),
            ErrorCode::PreconditionFailed);
  EXPECT_EQ(text_of(usage().standard), "1 objects 1 bytes 0 parts 0 bytes");
}

TEST_F(Usage, APartThatArrivesWhileItsUploadIsAbortedIsNotLostFromTheCount) {
  make_bucket();
  const UploadInfo upload = begin_upload(at("k"));
  ASSERT_TRUE(put_part(at("k"), upload.id, 1, "12345"));
  TextBody body("123456");
  meta_.before_commit = [&]() -> Task<> {
    EXPECT_TRUE(co_await store_->upload_part(at("k"), upload.id, 2, body));
  };
  ASSERT_TRUE(run(store_->abort_upload(at("k"), upload.id)));
  EXPECT_EQ(text_of(usage().standard), "0 objects 0 bytes 0 parts 0 bytes");
  collect();
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Usage, OfAnAccountIsThatOfItsBuckets) {
  for (const char* name : {"one-1", "two-2", "three"}) {
    make_bucket(name);
    ASSERT_TRUE(put(at("k", name), "12345"));
  }
  const BucketAddress foreign(AccountId::make(random_), Jurisdiction::Default,
                              BucketName::parse("foreign").value());
  ASSERT_TRUE(run(store_->create_bucket(foreign, {})));
  const UploadInfo upload = begin_upload(at("k", "three"));
  ASSERT_TRUE(put_part(at("k", "three"), upload.id, 1, "1234567"));

  const auto sum = run(store_->account_usage(account_, Jurisdiction::Default)).value();
  EXPECT_EQ(sum.buckets, 3);
  EXPECT_EQ(sum.total.objects, 3);
  EXPECT_EQ(sum.total.bytes, 15);
  EXPECT_EQ(sum.total.uploads, 1);
  EXPECT_EQ(text_of(sum.total.standard), "3 objects 15 bytes 1 parts 7 bytes");
  EXPECT_EQ(run(store_->account_usage(account_, Jurisdiction::Eu)).value().buckets, 0);
}

TEST_F(Usage, OfAnAccountWithManyBucketsIsReadPageByPage) {
  for (int i = 0; i < 1'030; ++i) make_bucket("bucket-" + std::to_string(i));
  ASSERT_TRUE(put(at("k", "bucket-1029"), "12345"));
  ASSERT_TRUE(run(store_->delete_bucket(bucket("bucket-7"))));
  const auto sum = run(store_->account_usage(account_, Jurisdiction::Default)).value();
  EXPECT_EQ(sum.buckets, 1'029);
  EXPECT_EQ(sum.total.bytes, 5);
}

}  // namespace
}  // namespace coffer::store::test
