#include "store_fixture.h"

#include <algorithm>
#include <set>

namespace coffer::store::test {
namespace {

using namespace std::string_literals;

class Listing : public StoreTest {
 protected:
  Listing() { make_bucket(); }

  void put_all(const std::vector<std::string>& keys) {
    for (const std::string& text : keys) ASSERT_TRUE(put(at(text), "x"));
  }
  /// "key key prefix* ... [next]", in the order of the page's two lists.
  std::string list(ListObjectsQuery query) {
    const auto page = run(store_->list_objects(bucket(), std::move(query))).value();
    std::string text;
    for (const ListedObject& object : page.objects) text += object.key + " ";
    for (const std::string& prefix : page.common_prefixes) text += prefix + "* ";
    return text + (page.truncated ? "... [" + page.next + "]" : ".");
  }
  static ListObjectsQuery query(std::string prefix, std::string delimiter, std::string after,
                                std::size_t limit = 1000) {
    return {std::move(prefix), std::move(delimiter), std::move(after), limit};
  }
};

struct Row {
  const char* name;
  ListObjectsQuery query;
  std::string expected;
};

TEST_F(Listing, FollowsTheTable) {
  put_all({"a", "b/1", "b/2", "b/c/3", "b0", "c//x", "d/"});
  const std::vector<Row> rows{
      {"all", query("", "", ""), "a b/1 b/2 b/c/3 b0 c//x d/ ."},
      {"grouped", query("", "/", ""), "a b0 b/* c/* d/* ."},
      {"inside a group", query("b/", "/", ""), "b/1 b/2 b/c/* ."},
      {"double delimiter", query("c/", "/", ""), "c//* ."},
      {"prefix of no key", query("zz", "/", ""), "."},
      {"prefix in the middle of a name", query("b", "/", ""), "b0 b/* ."},
      {"page of one", query("", "/", "", 1), "a ... [a]"},
      {"next is a prefix", query("", "/", "a", 1), "b/* ... [b/]"},
      {"after a prefix", query("", "/", "b/", 1), "b0 ... [b0]"},
      {"after a key inside a group", query("", "/", "b/1", 1), "b/* ... [b/]"},
      {"between keys of a group", query("", "/", "b/zz", 1), "b0 ... [b0]"},
      {"after the last key of a group", query("", "/", "b/c/3", 1), "b0 ... [b0]"},
      {"after a group inside a group", query("", "/", "b/c/", 1), "b/* ... [b/]"},
      {"before the keys of a group", query("", "/", "b/0", 1), "b/* ... [b/]"},
      {"after a group, without delimiter", query("", "", "b/", 2), "b/1 b/2 ... [b/2]"},
      {"after a prefix that is asked for", query("b/", "/", "b/"), "b/1 b/2 b/c/* ."},
      {"after a sub-group", query("b/", "/", "b/c/"), "."},
      {"last page", query("", "/", "c/", 1), "d/* ."},
      {"after before the prefix", query("b/", "", "a"), "b/1 b/2 b/c/3 ."},
      {"after behind the prefix", query("b/", "", "c"), "."},
      {"limit 0, something there", query("b/", "", "", 0), "... []"},
      {"limit 0, nothing there", query("zz", "", "", 0), "."},
      {"limit 0, nothing after", query("", "", "d/", 0), "."},
      {"delimiter of several characters", query("", "/c", ""), "a b/1 b/2 b0 c//x d/ b/c* ."},
      {"delimiter in the prefix only", query("b/c", "b/", ""), "b/c/3 ."},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(list(row.query), row.expected);
  }
}

TEST_F(Listing, ShowsKeysAsUploadedAndOrdersByNfc) {
  // U+00E9 in two encodings; "f" sorts before both forms of e-acute by NFC bytes.
  put_all({"e\xcc\x81/1", "f", "\xc3\xa9/2"});
  EXPECT_EQ(list(query("", "", "")), "f e\xcc\x81/1 \xc3\xa9/2 .");
  EXPECT_EQ(list(query("", "/", "")), "f \xc3\xa9/* .");
  EXPECT_EQ(list(query("\xc3\xa9", "", "")), "e\xcc\x81/1 \xc3\xa9/2 .");
}

TEST_F(Listing, CarriesWhatAListingShows) {
  TextBody body(std::string(100, 'x'));
  body.checksum = Checksum{ChecksumAlgorithm::Sha256, ChecksumType::FullObject, "v"};
  PutOptions options;
  options.storage_class = StorageClass::InfrequentAccess;
  const auto info = run(store_->put_object(at("k"), options, body)).value();
  const auto page = run(store_->list_objects(bucket(), {})).value();
  ASSERT_EQ(page.objects.size(), 1u);
  const ListedObject& object = page.objects[0];
  EXPECT_EQ(object.size_bytes, 100u);
  EXPECT_EQ(object.etag, info.etag);
  EXPECT_EQ(object.last_modified, info.last_modified);
  EXPECT_EQ(object.storage_class, StorageClass::InfrequentAccess);
  EXPECT_EQ(object.checksum_algorithm, ChecksumAlgorithm::Sha256);
  EXPECT_EQ(code_of(run(store_->list_objects(bucket("missing"), {}))), ErrorCode::NoSuchBucket);
}

/// What a listing means, written as plainly as possible.
ObjectPage model(const std::set<std::string>& keys, const ListObjectsQuery& query) {
  struct Item {
    std::string text;
    bool is_prefix;
  };
  std::vector<Item> items;
  for (const std::string& key : keys) {
    if (!key.starts_with(query.prefix)) continue;
    std::string shown = key;
    bool is_prefix = false;
    if (!query.delimiter.empty()) {
      const std::size_t found = key.find(query.delimiter, query.prefix.size());
      if (found != std::string::npos) {
        shown = key.substr(0, found + query.delimiter.size());
        is_prefix = true;
      }
    }
    // Keys up to the marker are past; a marker that is a group's own name is past all of it.
    const auto past = [&](const std::string& marker) {
      return !marker.empty() && (marker >= key || (is_prefix && marker == shown));
    };
    if (past(query.start_after) || past(query.continuation)) continue;
    if (!items.empty() && items.back().is_prefix && items.back().text == shown) continue;
    items.push_back({shown, is_prefix});
  }
  ObjectPage page;
  const std::size_t limit = std::min<std::size_t>(query.limit, 1000);
  page.truncated = items.size() > limit;
  items.resize(std::min(items.size(), limit), Item{"", false});
  for (const Item& item : items) {
    page.next = item.text;
    if (item.is_prefix) {
      page.common_prefixes.push_back(item.text);
    } else {
      ListedObject object;
      object.key = item.text;
      page.objects.push_back(std::move(object));
    }
  }
  return page;
}

TEST_F(Listing, AgreesWithANaiveModel) {
  std::mt19937 random(5);
  const auto word = [&random](std::size_t longest) {
    static constexpr char kLetters[] = {'a', 'b', '/', '\0', '\x01', '\x7f'};
    std::string text(random() % (longest + 1), ' ');
    for (char& c : text) c = kLetters[random() % sizeof(kLetters)];
    return text;
  };
  std::set<std::string> keys;
  for (int i = 0; i < 250; ++i) {
    const std::string text = word(6);
    if (!text.empty()) keys.insert(text);
  }
  put_all({keys.begin(), keys.end()});
  for (int i = 0; i < 4'000; ++i) {
    const ListObjectsQuery asked{word(2), word(2), random() % 3 == 0 ? "" : word(5), random() % 12,
                                 random() % 2 == 0 ? "" : word(5)};
    const ObjectPage expected = model(keys, asked);
    const ObjectPage page = run(store_->list_objects(bucket(), asked)).value();
    ASSERT_EQ(page.truncated, expected.truncated);
    ASSERT_EQ(page.next, expected.next);
    ASSERT_EQ(page.common_prefixes, expected.common_prefixes);
    ASSERT_EQ(page.objects.size(), expected.objects.size());
    for (std::size_t k = 0; k < page.objects.size(); ++k) {
      ASSERT_EQ(page.objects[k].key, expected.objects[k].key);
    }
  }
}

TEST_F(Listing, PagesJoinWithoutGapsOrRepeats) {
  put_all({"a/1", "a/2", "b", "c/1", "d", "d/1", "d0", "e/1"});
  struct Start {
    const char* start_after;
    bool by_marker;  ///< the client carries `next` itself, as V1 does
    std::vector<std::string> expected;
  };
  const std::vector<Start> rows{
      {"", true, {"a/", "b", "c/", "d", "d/", "d0", "e/"}},
      {"", false, {"a/", "b", "c/", "d", "d/", "d0", "e/"}},
      // It is sent again with every page, and lies in the group that the first page ends with.
      {"a/1", false, {"a/", "b", "c/", "d", "d/", "d0", "e/"}},
      {"d", false, {"d/", "d0", "e/"}},
  };
  for (const Start& row : rows) {
    for (std::size_t limit = 1; limit < 9; ++limit) {
      SCOPED_TRACE(std::string(row.start_after) + " by " + std::to_string(limit));
      std::vector<std::string> seen;
      ListObjectsQuery asked = query("", "/", row.start_after, limit);
      for (;;) {
        const auto page = run(store_->list_objects(bucket(), asked)).value();
        ASSERT_LE(page.objects.size() + page.common_prefixes.size(), limit);
        for (const auto& object : page.objects) seen.push_back(object.key);
        for (const auto& prefix : page.common_prefixes) seen.push_back(prefix);
        ASSERT_LE(seen.size(), row.expected.size());
        if (!page.truncated) break;
        (row.by_marker ? asked.start_after : asked.continuation) = page.next;
      }
      std::sort(seen.begin(), seen.end());
      EXPECT_EQ(seen, row.expected);
    }
  }
}

// A request's query is up to 16 KiB long, a key of the index 8 KiB.
TEST_F(Listing, TakesPrefixesAndMarkersOfAnyLength) {
  // U+1D160 has four bytes, its NFC twelve: with 256 of them a key is as long as a key can be.
  std::string longest_original;
  std::string longest;
  for (int i = 0; i < 256; ++i) longest_original += "\xf0\x9d\x85\xa0";
  for (int i = 0; i < 256; ++i) longest += "\xf0\x9d\x85\x98\xf0\x9d\x85\xa5\xf0\x9d\x85\xae";
  const std::string nuls(1024, '\0');
  const std::string letters(1024, 'm');
  put_all({longest_original, nuls, letters, "a", "z"});
  ASSERT_EQ(longest.size(), 3072u);
  ASSERT_TRUE(begin_upload(at(letters)).key == key(letters));
  const std::string all = nuls + " a " + letters + " z " + longest_original + " .";
  EXPECT_EQ(list(query("", "", "")), all);
  EXPECT_EQ(list(query(longest, "", "")), longest_original + " .");

  for (const std::size_t size : {1'025u, 3'072u, 3'073u, 4'096u, 16'384u, 65'536u}) {
    SCOPED_TRACE(size);
    const std::string zeros(size, '\0');
    const std::string ms(size, 'm');
    const std::string ones(size, '\xff');
    for (const std::string& text : {zeros, ms, ones}) {
      EXPECT_EQ(list(query(text, "/", "")), ".");
      EXPECT_EQ(list(query("", text, "")), all);
      ListUploadsQuery uploads;
      uploads.prefix = text;
      EXPECT_TRUE(run(store_->list_uploads(bucket(), uploads)).value().uploads.empty());
    }
    const std::string from_a = "a " + letters + " z " + longest_original + " .";
    EXPECT_EQ(list(query("", "", zeros)), from_a);
    EXPECT_EQ(list(query("", "", ms)), "z " + longest_original + " .");
    EXPECT_EQ(list(query("", "m", ms)), "z " + longest_original + " .");
    EXPECT_EQ(list(query("", "", ones)), ".");
    EXPECT_EQ(list(query("m", "", ms)), ".");
    ListObjectsQuery continued;
    continued.continuation = ms;
    EXPECT_EQ(list(continued), "z " + longest_original + " .");
    // The longest key itself, and what begins with it.
    EXPECT_EQ(list(query("", "", longest)), ".");
    EXPECT_EQ(list(query("", "", longest + ms)), ".");
    EXPECT_EQ(list(query("", "", longest.substr(0, 3'071))), longest_original + " .");

    for (const bool with_id : {false, true}) {
      ListUploadsQuery uploads;
      if (with_id) uploads.upload_id_marker = UploadId::make(random_);
      uploads.key_marker = zeros;
      EXPECT_EQ(run(store_->list_uploads(bucket(), uploads)).value().uploads.size(), 1u);
      uploads.key_marker = ms;
      EXPECT_TRUE(run(store_->list_uploads(bucket(), uploads)).value().uploads.empty());
    }
  }
}

TEST_F(Listing, SkipsGroupsWithoutReadingThem) {
  std::vector<std::string> keys;
  for (int group = 0; group < 5; ++group) {
    for (int i = 0; i < 400; ++i) {
      keys.push_back("group" + std::to_string(group) + "/" + std::to_string(i));
    }
  }
  put_all(keys);
  meta_.visited = 0;
  const auto page = run(store_->list_objects(bucket(), query("", "/", ""))).value();
  EXPECT_EQ(page.common_prefixes.size(), 5u);
  EXPECT_LE(meta_.visited, 6u);
}

TEST_F(Listing, HoldsAtMostAThousandEntries) {
  std::vector<std::string> keys;
  for (int i = 0; i < 1'001; ++i) keys.push_back(std::to_string(10'000 + i));
  put_all(keys);
  const auto page = run(store_->list_objects(bucket(), query("", "", "", 5'000))).value();
  EXPECT_EQ(page.objects.size(), 1'000u);
  EXPECT_TRUE(page.truncated);
  EXPECT_EQ(page.next, "10999");
}

TEST_F(Listing, OfUploadsOrdersByKeyThenId) {
  std::vector<std::pair<std::string, UploadId>> begun;
  for (const char* text : {"b", "a", "b", "c/1", "c/2", "b"}) {
    begun.emplace_back(text, begin_upload(at(text)).id);
  }
  std::sort(begun.begin(), begun.end());
  ASSERT_TRUE(put(at("not-an-upload"), "x"));

  const auto all = run(store_->list_uploads(bucket(), {})).value();
  ASSERT_EQ(all.uploads.size(), begun.size());
  for (std::size_t i = 0; i < begun.size(); ++i) {
    EXPECT_EQ(all.uploads[i].key.original(), begun[i].first);
    EXPECT_EQ(all.uploads[i].id, begun[i].second);
  }
  EXPECT_EQ(usage().uploads, 6);
  EXPECT_EQ(usage().objects, 1);

  // A page at a time.
  for (const std::size_t limit : {1u, 2u, 4u}) {
    std::vector<std::pair<std::string, UploadId>> seen;
    ListUploadsQuery asked;
    asked.limit = limit;
    for (;;) {
      const auto page = run(store_->list_uploads(bucket(), asked)).value();
      for (const UploadInfo& upload : page.uploads) seen.emplace_back(upload.key.nfc(), upload.id);
      if (!page.truncated) break;
      asked.key_marker = page.next_key_marker;
      asked.upload_id_marker = page.next_upload_id_marker;
    }
    EXPECT_EQ(seen, begun);
  }

  ListUploadsQuery asked;
  asked.key_marker = "b";  // without an id: past every upload of the key
  EXPECT_EQ(run(store_->list_uploads(bucket(), asked)).value().uploads.size(), 2u);
  asked = {};
  asked.delimiter = "/";
  auto page = run(store_->list_uploads(bucket(), asked)).value();
  EXPECT_EQ(page.uploads.size(), 4u);
  EXPECT_THAT(page.common_prefixes, ::testing::ElementsAre("c/"));
  asked.key_marker = "c/";
  EXPECT_TRUE(run(store_->list_uploads(bucket(), asked)).value().common_prefixes.empty());
  asked.key_marker = "c/1";
  EXPECT_THAT(run(store_->list_uploads(bucket(), asked)).value().common_prefixes,
              ::testing::ElementsAre("c/"));
  asked.key_marker = "c/2";
  EXPECT_TRUE(run(store_->list_uploads(bucket(), asked)).value().common_prefixes.empty());
  asked = {};
  asked.prefix = "c/";
  EXPECT_EQ(run(store_->list_uploads(bucket(), asked)).value().uploads.size(), 2u);
  asked = {};
  asked.limit = 0;
  page = run(store_->list_uploads(bucket(), asked)).value();
  EXPECT_TRUE(page.truncated);
  EXPECT_TRUE(page.uploads.empty());
}

}  // namespace
}  // namespace coffer::store::test
