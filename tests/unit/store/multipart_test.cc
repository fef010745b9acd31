#include "store/checksum.h"
#include "store_fixture.h"

namespace coffer::store::test {
namespace {

class Multipart : public StoreTest {
 protected:
  Multipart() { make_bucket(); }

  static std::string big_endian(std::uint64_t value) { return crc64_bytes(value); }

  Result<PartInfo> copy_part(const ObjectAddress& from, const ObjectAddress& to, UploadId id,
                             std::uint32_t number, std::optional<PartRange> range = {}) {
    return run(store_->upload_part_copy(from, to, id, number, range, CommitGate()));
  }
};

TEST_F(Multipart, AssemblesPartsByNumberWhateverTheirOrder) {
  const UploadInfo upload = begin_upload(at("k"));
  const auto three = put_part(at("k"), upload.id, 7, "ccc").value();
  const auto one = put_part(at("k"), upload.id, 1, "aaaaa").value();
  const auto two = put_part(at("k"), upload.id, 3, "bbbbb").value();
  EXPECT_EQ(get(at("k")), "<NoSuchKey>");
  const auto info =
      complete(at("k"), upload.id, {completed(two), completed(one), completed(three)});
  // In request order the 5-byte minimum holds for all but the last.
  ASSERT_TRUE(info) << info.error().describe();
  EXPECT_EQ(get(at("k")), "aaaaabbbbbccc");
  EXPECT_EQ(info->parts_count, 3u);
  EXPECT_EQ(get_range(at("k"), 4, 10), "abbbbbc");
  EXPECT_EQ(usage().objects, 1);
  EXPECT_EQ(usage().bytes, 13);
  EXPECT_EQ(usage().uploads, 0);
}

// r2-s3.md 5.4: the parts' MD5 and the ETag of the whole.
TEST_F(Multipart, ETagIsMd5OfTheMd5sWithTheirNumber) {
  Md5 whole;
  for (const char* hex : {"bce6bf66aeb76c7040fdd5f4eccb78e6", "8165449fc15bbf43d3b674595cbcc406"}) {
    whole.update(as_bytes(*hex_decode(hex)));
  }
  EXPECT_EQ(hex_encode(whole.finish()), "f77dc0eecdebcd774a2a22cb393ad2ff");

  const ObjectInfo info = put_parts(at("k"), {"aaaaa", "bb"});
  Md5 expected;
  expected.update(md5(as_bytes(std::string_view("aaaaa"))));
  expected.update(md5(as_bytes(std::string_view("bb"))));
  EXPECT_EQ(info.etag.text(), hex_encode(expected.finish()) + "-2");
}

TEST_F(Multipart, CarriesWhatCreateGaveIt) {
  CreateUploadOptions options;
  options.metadata.user = {{"n", "v"}};
  options.storage_class = StorageClass::InfrequentAccess;
  const UploadInfo upload = begin_upload(at("e\xcc\x81"), options);
  const auto part = put_part(at("\xc3\xa9"), upload.id, 1, "x").value();
  ASSERT_TRUE(complete(at("\xc3\xa9"), upload.id, {completed(part)}));
  const ObjectInfo info = head(at("\xc3\xa9")).info;
  EXPECT_EQ(info.metadata.user, options.metadata.user);
  EXPECT_EQ(info.storage_class, StorageClass::InfrequentAccess);
  EXPECT_EQ(info.key.original(), "e\xcc\x81");
}

TEST_F(Multipart, CreateChecksMetadataAndConditions) {
  CreateUploadOptions options;
  options.metadata.user = {{"n", std::string(8192, 'v')}};
  EXPECT_EQ(code_of(run(store_->create_upload(at("k"), options))), ErrorCode::MetadataTooLarge);
  options = {};
  options.conditions = if_none_match_any();
  EXPECT_TRUE(run(store_->create_upload(at("k"), options)));
  ASSERT_TRUE(put(at("k"), "x"));
  EXPECT_EQ(code_of(run(store_->create_upload(at("k"), options))), ErrorCode::PreconditionFailed);
  EXPECT_EQ(code_of(run(store_->create_upload(at("k", "nowhere"), {}))), ErrorCode::NoSuchBucket);
}

TEST_F(Multipart, CompleteRefusesInTheObservedOrder) {
  const UploadInfo upload = begin_upload(at("k"));
  const auto five = completed(put_part(at("k"), upload.id, 1, "aaaaa").value());
  const auto six = completed(put_part(at("k"), upload.id, 2, "bbbbbb").value());
  const auto small = completed(put_part(at("k"), upload.id, 3, "ccc").value());
  const auto other = completed(put_part(at("k"), upload.id, 4, "ddddd").value());
  CompletedPart wrong = five;
  wrong.etag = six.etag;
  CompletedPart missing{9, five.etag, {}};
  CompletedPart upper = five;
  for (char& c : upper.etag) c = static_cast<char>(std::toupper(c));

  const std::string equal_sizes = "All non-trailing parts must have the same length.";
  struct Row {
    const char* name;
    std::vector<CompletedPart> parts;
    ErrorCode code;
    std::string message;
  };
  const std::vector<Row> rows{
      {"wrong ETag", {wrong}, ErrorCode::InvalidPart, ""},
      {"no such part", {five, missing}, ErrorCode::InvalidPart, ""},
      {"an unknown part comes before a small one", {small, missing}, ErrorCode::InvalidPart, ""},
      {"small, not last", {small, five}, ErrorCode::EntityTooSmall, ""},
      {"small in the middle by number", {other, five, small}, ErrorCode::InvalidPart, equal_sizes},
      {"unequal", {five, six, other}, ErrorCode::InvalidPart, equal_sizes},
      {"last larger", {five, six}, ErrorCode::InvalidPart, equal_sizes},
      {"twice",
       {five, five},
       ErrorCode::InvalidPart,
       "There was a problem with the multipart upload."},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto result = complete(at("k"), upload.id, row.parts);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), row.code);
    EXPECT_EQ(result.error().message(), row.message);
  }
  // None of this ended the upload; unlisted parts are then dropped.
  ASSERT_TRUE(complete(at("k"), upload.id, {upper, other}));
  EXPECT_EQ(get(at("k")), "aaaaaddddd");
  collect();
  EXPECT_EQ(blobs_held(), 2u);
}

TEST_F(Multipart, ALoneSmallOrEmptyPartIsFine) {
  put_parts(at("k"), {"x"});
  EXPECT_EQ(get(at("k")), "x");
  const ObjectInfo info = put_parts(at("e"), {""});
  EXPECT_EQ(info.etag.parts, 1u);
  EXPECT_EQ(get(at("e")), "");
  put_parts(at("t"), {"aaaaa", ""});
  EXPECT_EQ(get(at("t")), "aaaaa");
  EXPECT_EQ(get_range(at("t"), 4, 4), "a");
  EXPECT_EQ(get_range(at("t"), 5, std::nullopt), "<InvalidRange>");
}

TEST_F(Multipart, EndsWithCompletion) {
  const UploadInfo upload = begin_upload(at("k"));
  const auto part = put_part(at("k"), upload.id, 1, "x").value();
  ASSERT_TRUE(complete(at("k"), upload.id, {completed(part)}));
  EXPECT_EQ(code_of(complete(at("k"), upload.id, {completed(part)})), ErrorCode::NoSuchUpload);
  EXPECT_EQ(code_of(put_part(at("k"), upload.id, 1, "y")), ErrorCode::NoSuchUpload);
  EXPECT_EQ(code_of(run(store_->list_parts(at("k"), upload.id, 0, 10))), ErrorCode::NoSuchUpload);
  EXPECT_TRUE(run(store_->abort_upload(at("k"), upload.id)));  // finished once: success
  EXPECT_EQ(get(at("k")), "x");
  collect();
  EXPECT_EQ(get(at("k")), "x");
}

TEST_F(Multipart, AbortTellsFinishedFromNeverIssued) {
  const UploadInfo upload = begin_upload(at("k"));
  ASSERT_TRUE(put_part(at("k"), upload.id, 1, "xxxxxxxx"));
  EXPECT_EQ(code_of(run(store_->abort_upload(at("other"), upload.id))), ErrorCode::NoSuchUpload);
  EXPECT_EQ(code_of(run(store_->abort_upload(at("k"), UploadId::make(random_)))),
            ErrorCode::NoSuchUpload);
  make_bucket("second");
  EXPECT_EQ(code_of(run(store_->abort_upload(at("k", "second"), upload.id))),
            ErrorCode::NoSuchUpload);
  EXPECT_TRUE(run(store_->abort_upload(at("k"), upload.id)));
  EXPECT_TRUE(run(store_->abort_upload(at("k"), upload.id)));
  EXPECT_EQ(usage().uploads, 0);
  collect();
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Multipart, APartUploadedAgainReplacesTheFirst) {
  const UploadInfo upload = begin_upload(at("k"));
  const auto first = put_part(at("k"), upload.id, 1, "first").value();
  const auto second = put_part(at("k"), upload.id, 1, "again").value();
  collect();
  EXPECT_EQ(blobs_held(), 1u);
  EXPECT_EQ(code_of(complete(at("k"), upload.id, {completed(first)})), ErrorCode::InvalidPart);
  ASSERT_TRUE(complete(at("k"), upload.id, {completed(second)}));
  EXPECT_EQ(get(at("k")), "again");
}

TEST_F(Multipart, PartNumbersHaveBounds) {
  const UploadInfo upload = begin_upload(at("k"));
  for (const std::uint32_t number : {0u, 10'001u, 70'000u}) {
    EXPECT_EQ(code_of(put_part(at("k"), upload.id, number, "x")), ErrorCode::InvalidArgument);
    EXPECT_EQ(code_of(copy_part(at("k"), at("k"), upload.id, number)), ErrorCode::InvalidArgument);
  }
  EXPECT_TRUE(put_part(at("k"), upload.id, 10'000, "x"));
}

TEST_F(Multipart, ABadDigestComesBeforeAMissingUpload) {
  TextBody body("hello");
  body.refuse = ErrorCode::BadDigest;
  const UploadId never = UploadId::make(random_);
  EXPECT_EQ(code_of(run(store_->upload_part(at("k"), never, 1, body))), ErrorCode::BadDigest);
  EXPECT_EQ(code_of(put_part(at("k"), never, 1, "x")), ErrorCode::NoSuchUpload);
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Multipart, AFailedConditionEndsTheUpload) {
  const UploadInfo upload = begin_upload(at("k"));
  const auto part = put_part(at("k"), upload.id, 1, "xxxxxxxx").value();
  ASSERT_TRUE(put(at("k"), "there"));
  EXPECT_EQ(code_of(complete(at("k"), upload.id, {completed(part)}, if_none_match_any())),
            ErrorCode::PreconditionFailed);
  EXPECT_EQ(code_of(complete(at("k"), upload.id, {completed(part)})), ErrorCode::NoSuchUpload);
  EXPECT_EQ(get(at("k")), "there");
  EXPECT_EQ(usage().uploads, 0);
  collect();
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Multipart, APartThatArrivesDuringCompletionIsNotLost) {
  // Unlisted: before, between and behind the listed ones.
  for (const std::uint32_t number : {1u, 3u, 9u}) {
    SCOPED_TRACE(number);
    const UploadInfo upload = begin_upload(at("k"));
    const auto two = put_part(at("k"), upload.id, 2, "aaaaa").value();
    const auto four = put_part(at("k"), upload.id, 4, "bbbbb").value();
    TextBody late("late!");
    meta_.before_commit = [&]() -> Task<> {
      EXPECT_TRUE(co_await store_->upload_part(at("k"), upload.id, number, late));
    };
    // The first attempt sees its check fail; the second drops the late part as unlisted.
    ASSERT_TRUE(complete(at("k"), upload.id, {completed(two), completed(four)}));
    EXPECT_EQ(get(at("k")), "aaaaabbbbb");
    collect();
    EXPECT_EQ(blobs_held(), 2u);
  }
  // In place of a listed one.
  const UploadInfo upload = begin_upload(at("n"));
  const auto first = put_part(at("n"), upload.id, 1, "first").value();
  TextBody other("other");
  meta_.before_commit = [&]() -> Task<> {
    EXPECT_TRUE(co_await store_->upload_part(at("n"), upload.id, 1, other));
  };
  EXPECT_EQ(code_of(complete(at("n"), upload.id, {completed(first)})), ErrorCode::InvalidPart);
}

TEST_F(Multipart, ListsPartsByPage) {
  const UploadInfo upload = begin_upload(at("k"));
  for (const std::uint32_t number : {5u, 1u, 300u, 2u}) {
    ASSERT_TRUE(put_part(at("k"), upload.id, number, std::string(number, 'x')));
  }
  const auto numbers = [&](std::uint32_t after, std::size_t limit) {
    const auto page = run(store_->list_parts(at("k"), upload.id, after, limit)).value();
    std::string text;
    for (const PartInfo& part : page.parts) {
      EXPECT_EQ(part.size_bytes, part.number);
      text += std::to_string(part.number) + " ";
    }
    return text + (page.truncated ? "..." : ".");
  };
  EXPECT_EQ(numbers(0, 1000), "1 2 5 300 .");
  EXPECT_EQ(numbers(0, 2), "1 2 ...");
  EXPECT_EQ(numbers(2, 2), "5 300 .");
  EXPECT_EQ(numbers(300, 2), ".");
  EXPECT_EQ(numbers(UINT32_MAX, 2), ".");
  EXPECT_EQ(numbers(0, 0), "...");
}

TEST_F(Multipart, ReadsAnyRangeOfTenThousandPartsWithoutReadingTheirList) {
  const UploadInfo upload = begin_upload(at("k"));
  const UploadInfo gapped = begin_upload(at("gaps"));
  std::vector<CompletedPart> parts;
  std::vector<CompletedPart> gapped_parts;
  std::string text;
  std::string gapped_text;
  for (std::uint32_t number = 1; number <= 10'000; ++number) {
    std::string body = std::to_string(100'000 + number);
    text += body;
    parts.push_back(completed(put_part(at("k"), upload.id, number, body).value()));
    if (number % 7 == 3 || number == 1) {
      gapped_text += body;
      gapped_parts.push_back(completed(put_part(at("gaps"), gapped.id, number, body).value()));
    }
  }
  ASSERT_TRUE(complete(at("k"), upload.id, parts));
  ASSERT_TRUE(complete(at("gaps"), gapped.id, gapped_parts));
  EXPECT_EQ(get(at("gaps")), gapped_text);

  for (const std::uint64_t first : {0u, 5u, 6u, 29'999u, 30'000u, 59'990u, 59'999u}) {
    for (const std::uint64_t length : {1u, 6u, 7u, 20u}) {
      const std::uint64_t last = std::min<std::uint64_t>(first + length - 1, text.size() - 1);
      meta_.visited = 0;
      EXPECT_EQ(get_range(at("k"), first, last), text.substr(first, last - first + 1));
      EXPECT_LE(meta_.visited, 40u);
      if (last < gapped_text.size()) {
        EXPECT_EQ(get_range(at("gaps"), first, last), gapped_text.substr(first, last - first + 1));
      }
    }
  }
  meta_.visited = 0;
  EXPECT_EQ(head(at("k")).info.parts_count, 10'000u);
  EXPECT_EQ(run(store_->list_objects(bucket(), {})).value().objects.size(), 2u);
  EXPECT_EQ(meta_.visited, 2u);
  ReadOptions options;
  options.part_number = 7'777;
  EXPECT_EQ(get(at("k"), options), "107777");
  options.part_number = 10'001;
  EXPECT_EQ(get(at("k"), options), "<InvalidRange>");
}

TEST_F(Multipart, CombinesChecksums) {
  // CRC64NVME of the whole from those of the parts.
  CreateUploadOptions options;
  options.checksum_algorithm = ChecksumAlgorithm::Crc64nvme;
  options.checksum_type = ChecksumType::FullObject;
  UploadInfo upload = begin_upload(at("k"), options);
  std::vector<CompletedPart> parts;
  std::uint32_t number = 0;
  for (const char* text : {"aaaaa", "bbbbb", "c"}) {
    TextBody body(text);
    body.checksum = Checksum{ChecksumAlgorithm::Crc64nvme, ChecksumType::FullObject,
                             crc64_bytes(crc64nvme(0, as_bytes(std::string_view(text))))};
    parts.push_back(
        completed(run(store_->upload_part(at("k"), upload.id, ++number, body)).value()));
  }
  const std::string expected = crc64_bytes(crc64nvme(0, as_bytes(std::string_view("aaaaabbbbbc"))));
  CompleteOptions complete_options;
  complete_options.parts = parts;
  complete_options.expected =
      Checksum{ChecksumAlgorithm::Crc64nvme, ChecksumType::FullObject, "12345678"};
  const auto refused = run(store_->complete_upload(at("k"), upload.id, complete_options, {}));
  EXPECT_EQ(code_of(refused), ErrorCode::BadDigest);
  // As the one of a body (r2-observed.md section 9).
  EXPECT_EQ(refused.error().message(),
            "The CRC64NVME checksum you specified did not match what we received.\n"
            "You provided a CRC64NVME checksum with value: 3132333435363738\n"
            "Actual CRC64NVME was: " +
                hex_encode(as_bytes(expected)));
  complete_options.expected.algorithm = ChecksumAlgorithm::Crc32;
  const auto other = run(store_->complete_upload(at("k"), upload.id, complete_options, {}));
  EXPECT_EQ(code_of(other), ErrorCode::InvalidRequest);
  EXPECT_EQ(other.error().message(),
            "Checksum Type mismatch occurred, expected checksum Type: "
            "crc64nvme, actual checksum Type: crc32");
  complete_options.expected.algorithm = ChecksumAlgorithm::Crc64nvme;
  complete_options.expected.value = expected;
  complete_options.expected_size_bytes = 12;
  EXPECT_EQ(code_of(run(store_->complete_upload(at("k"), upload.id, complete_options, {}))),
            ErrorCode::InvalidRequest);
  complete_options.expected_size_bytes = 11;
  const auto info = run(store_->complete_upload(at("k"), upload.id, complete_options, {}));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->checksum.value, expected);
  EXPECT_EQ(info->checksum.type, ChecksumType::FullObject);

  // Composite: a digest of the parts' digests.
  options.checksum_algorithm = ChecksumAlgorithm::Sha256;
  options.checksum_type = ChecksumType::Composite;
  upload = begin_upload(at("s"), options);
  std::string digests;
  parts.clear();
  for (const std::uint32_t each : {1u, 2u}) {
    const std::string text(5, static_cast<char>('a' + each));
    TextBody body(text);
    const Sha256Digest digest = sha256(as_bytes(text));
    body.checksum =
        Checksum{ChecksumAlgorithm::Sha256, ChecksumType::FullObject, std::string(as_text(digest))};
    digests += as_text(digest);
    parts.push_back(completed(run(store_->upload_part(at("s"), upload.id, each, body)).value()));
    parts.back().checksum = body.checksum;
  }
  std::vector<CompletedPart> wrong = parts;
  wrong[0].checksum.value = "x";
  EXPECT_EQ(code_of(complete(at("s"), upload.id, wrong)), ErrorCode::InvalidPart);
  const auto composite = complete(at("s"), upload.id, parts);
  ASSERT_TRUE(composite);
  const Sha256Digest of_digests = sha256(as_bytes(digests));
  EXPECT_EQ(composite->checksum.value, as_text(of_digests));
  EXPECT_EQ(composite->checksum.type, ChecksumType::Composite);
}

TEST_F(Multipart, APartHasTheChecksumItsUploadDeclared) {
  struct Case {
    ChecksumAlgorithm declared;
    ChecksumAlgorithm given;
    std::string message;
  };
  const std::string mismatch = "Checksum Type mismatch occurred, expected checksum Type: ";
  const std::vector<Case> rows{
      {ChecksumAlgorithm::None, ChecksumAlgorithm::Sha1, ""},
      {ChecksumAlgorithm::Crc32, ChecksumAlgorithm::None, ""},
      {ChecksumAlgorithm::Crc32, ChecksumAlgorithm::Crc32, ""},
      {ChecksumAlgorithm::Crc32, ChecksumAlgorithm::Sha1,
       mismatch + "crc32, actual checksum Type: sha1"},
      {ChecksumAlgorithm::Sha256, ChecksumAlgorithm::Crc64nvme,
       mismatch + "sha256, actual checksum Type: crc64nvme"},
  };
  for (const Case& row : rows) {
    CreateUploadOptions options;
    options.checksum_algorithm = row.declared;
    const UploadInfo upload = begin_upload(at("k"), options);
    TextBody body("a part with more than sixteen bytes");
    body.checksum = Checksum{row.given, ChecksumType::FullObject, "v"};
    const auto result = run(store_->upload_part(at("k"), upload.id, 1, body));
    EXPECT_EQ(result.has_value(), row.message.empty()) << row.message;
    if (!result) {
      EXPECT_EQ(result.error().code(), ErrorCode::InvalidRequest);
      EXPECT_EQ(result.error().message(), row.message);
    }
    // What was refused left no bytes.
    EXPECT_EQ(blobs_held(), row.message.empty() ? 1u : 0u);
    ASSERT_TRUE(run(store_->abort_upload(at("k"), upload.id)));
    collect();
  }
}

TEST_F(Multipart, UnlistedPartsOfEveryKindAreDropped) {
  put_parts(at("source"), {"0123456789", "abcdefghij", "ABC"});
  ASSERT_TRUE(put(at("blob"), "the quick brown fox"));
  const std::size_t before = blobs_held();
  const UploadInfo upload = begin_upload(at("k"));
  std::vector<CompletedPart> listed;
  // Listed: one uploaded, one of many slices. Unlisted: the same, in front, between and behind.
  const std::vector<bool> keep{false, true, false, true, false};
  for (std::uint32_t number = 1; number <= 5; ++number) {
    const bool copied = number % 2 == 0 || number == 3;
    const auto part = copied ? copy_part(at("source"), at("k"), upload.id, number, PartRange{5, 21})
                             : put_part(at("k"), upload.id, number, std::string(17, 'u'));
    ASSERT_TRUE(part);
    if (keep[number - 1]) listed.push_back(completed(*part));
  }
  ASSERT_TRUE(complete(at("k"), upload.id, listed));
  EXPECT_EQ(get(at("k")), "56789abcdefghijAB56789abcdefghijAB");
  collect();
  EXPECT_EQ(blobs_held(), before) << "the two uploaded parts are gone";
  ASSERT_TRUE(run(store_->delete_object(at("source"))));
  collect();
  EXPECT_EQ(get(at("k")), "56789abcdefghijAB56789abcdefghijAB");
  ASSERT_TRUE(run(store_->delete_object(at("k"))));
  collect();
  EXPECT_EQ(blobs_held(), 1u) << "no reference to the source is left";
}

class SmallObjects : public Multipart {
 protected:
  SmallObjects() {
    limits_.object_bytes_max = 14;
    open_store();
  }
};

TEST_F(SmallObjects, AreTheLargestThatPartsMake) {
  const UploadInfo upload = begin_upload(at("k"));
  std::vector<CompletedPart> parts;
  for (const std::uint32_t number : {1u, 2u, 3u}) {
    parts.push_back(completed(put_part(at("k"), upload.id, number, "aaaaa").value()));
  }
  EXPECT_EQ(code_of(complete(at("k"), upload.id, parts)), ErrorCode::EntityTooLarge);
  parts.back() = completed(put_part(at("k"), upload.id, 3, "aaaa").value());
  EXPECT_TRUE(complete(at("k"), upload.id, parts)) << "the limit itself";
}

TEST_F(Multipart, PartCopyRefersToBytesOfEveryKindOfSource) {
  const std::string text = "0123456789abcdefghijklmnopqrstuvwxyz";
  ASSERT_TRUE(put(at("blob"), text));
  ASSERT_TRUE(put(at("inline"), text.substr(0, 10)));
  ASSERT_TRUE(put(at("empty"), ""));
  put_parts(at("parts"), {text.substr(0, 15), text.substr(15, 15), text.substr(30)});
  const UploadInfo upload = begin_upload(at("k"));
  const auto check = [&](const char* from, std::optional<PartRange> range,
                         const std::string& expected) {
    SCOPED_TRACE(from);
    const auto part = copy_part(at(from), at("k"), upload.id, 1, range);
    ASSERT_TRUE(part) << part.error().describe();
    EXPECT_EQ(part->size_bytes, expected.size());
    EXPECT_EQ(hex_encode(part->md5), hex_encode(md5(as_bytes(expected))));
  };
  check("blob", std::nullopt, text);
  check("blob", PartRange{5, 7}, text.substr(5, 3));
  check("blob", PartRange{30, 1000}, text.substr(30));
  check("parts", std::nullopt, text);
  check("parts", PartRange{15, 29}, text.substr(15, 15));  // a whole part, whose MD5 is known
  check("parts", PartRange{14, 30}, text.substr(14, 17));
  check("inline", PartRange{2, 3}, "23");
  check("empty", std::nullopt, "");
  EXPECT_EQ(code_of(copy_part(at("blob"), at("k"), upload.id, 1, PartRange{36, 40})),
            ErrorCode::InvalidRange);
  EXPECT_EQ(code_of(copy_part(at("empty"), at("k"), upload.id, 1, PartRange{0, 0})),
            ErrorCode::InvalidRange);
  const UploadId never = UploadId::make(random_);
  EXPECT_EQ(code_of(copy_part(at("missing"), at("k"), never, 1)), ErrorCode::NoSuchKey);
  EXPECT_EQ(code_of(copy_part(at("blob"), at("k"), never, 1)), ErrorCode::NoSuchUpload);
}

TEST_F(Multipart, CopiedPartsOutliveTheirSources) {
  put_parts(at("parts"), {"0123456789", "abcdefghij", "ABC"});
  ASSERT_TRUE(put(at("blob"), "the quick brown fox"));
  const std::size_t before = blobs_held();
  const UploadInfo upload = begin_upload(at("k"));
  std::vector<CompletedPart> parts;
  parts.push_back(
      completed(copy_part(at("parts"), at("k"), upload.id, 1, PartRange{5, 21}).value()));
  parts.push_back(
      completed(copy_part(at("blob"), at("k"), upload.id, 2, PartRange{0, 16}).value()));
  parts.push_back(
      completed(copy_part(at("parts"), at("k"), upload.id, 3, PartRange{10, 19}).value()));
  EXPECT_EQ(blobs_held(), before);  // no bytes moved
  ASSERT_TRUE(run(store_->delete_object(at("parts"))));
  ASSERT_TRUE(run(store_->delete_object(at("blob"))));
  collect();
  EXPECT_EQ(blobs_held(), before);
  ASSERT_TRUE(complete(at("k"), upload.id, parts));
  const std::string expected = "56789abcdefghijABthe quick brown fabcdefghij";
  EXPECT_EQ(get(at("k")), expected);
  for (std::uint64_t first = 0; first < expected.size(); ++first) {
    EXPECT_EQ(get_range(at("k"), first, first + 8), expected.substr(first, 9));
  }
  // Copies of copies hold on to the manifest, which holds on to its sources.
  ASSERT_TRUE(copy(at("k"), at("second")));
  ASSERT_TRUE(run(store_->delete_object(at("k"))));
  collect();
  EXPECT_EQ(get(at("second")), expected);
  ASSERT_TRUE(run(store_->delete_object(at("second"))));
  collect();
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Multipart, PartCopyFallsBackToRewritingManySlices) {
  std::vector<std::string> texts(300, "12345");
  put_parts(at("parts"), texts);
  const std::size_t before = blobs_held();
  const UploadInfo upload = begin_upload(at("k"));
  const auto part = copy_part(at("parts"), at("k"), upload.id, 1).value();
  EXPECT_EQ(blobs_held(), before + 1);
  ASSERT_TRUE(complete(at("k"), upload.id, {completed(part)}));
  EXPECT_EQ(get(at("k")), get(at("parts")));
}

TEST_F(Multipart, PartCopyComputesTheChecksumOfItsUpload) {
  ASSERT_TRUE(put(at("blob"), "the quick brown fox"));
  CreateUploadOptions options;
  options.checksum_algorithm = ChecksumAlgorithm::Crc64nvme;
  options.checksum_type = ChecksumType::FullObject;
  const UploadInfo upload = begin_upload(at("k"), options);
  const auto part = copy_part(at("blob"), at("k"), upload.id, 1).value();
  const auto info = complete(at("k"), upload.id, {completed(part)});
  ASSERT_TRUE(info);
  EXPECT_EQ(info->checksum.value,
            crc64_bytes(crc64nvme(0, as_bytes(std::string_view("the quick brown fox")))));
}

}  // namespace
}  // namespace coffer::store::test
