#include "base/headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coffer {
namespace {

TEST(HeaderList, FindsNamesWithoutRegardToCase) {
  HeaderList headers;
  headers.add("ETag", "\"a\"");
  headers.add("x-amz-meta-a", "1");
  headers.add("X-Amz-Meta-A", "2");
  EXPECT_EQ(headers.find("etag"), "\"a\"");
  EXPECT_EQ(headers.find("X-AMZ-META-A"), "1");
  EXPECT_THAT(headers.find_all("x-amz-meta-a"), testing::ElementsAre("1", "2"));
  EXPECT_FALSE(headers.contains("etags"));
}

TEST(HeaderList, ReplacesEveryFieldOfANameByOne) {
  HeaderList headers;
  headers.add("a", "1");
  headers.add("b", "2");
  headers.add("A", "3");
  headers.set("a", "4");
  headers.set("c", "5");
  std::vector<std::string> lines;
  for (const Header& field : headers) lines.push_back(field.name + ":" + field.value);
  EXPECT_THAT(lines, testing::ElementsAre("a:4", "b:2", "c:5"));
  headers.remove("B");
  EXPECT_FALSE(headers.contains("b"));
  EXPECT_EQ(headers.size(), 2U);
}

TEST(Ascii, IgnoresCaseOfLettersOnly) {
  EXPECT_TRUE(equals_ignore_case("Content-MD5", "content-md5"));
  EXPECT_FALSE(equals_ignore_case("a", "ab"));
  EXPECT_FALSE(equals_ignore_case("[", "{"));
  EXPECT_FALSE(equals_ignore_case("@", "`"));
  EXPECT_FALSE(equals_ignore_case("\xc3\x89", "\xc3\xa9"));
  EXPECT_EQ(to_lower_ascii("AZ[\xc3\x89"), "az[\xc3\x89");
}

TEST(Ascii, TrimsSpacesAndTabs) {
  EXPECT_EQ(trim_ascii(" \t a b\t "), "a b");
  EXPECT_EQ(trim_ascii(" \t"), "");
  EXPECT_EQ(trim_ascii(""), "");
  EXPECT_EQ(trim_ascii("\na"), "\na");
}

}  // namespace
}  // namespace coffer
