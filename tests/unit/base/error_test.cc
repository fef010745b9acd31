#include "base/error.h"

#include "base/result.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

namespace coffer {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return make_error(ErrorCode::InvalidArgument, "odd");
  return number / 2;
}

Result<int> quarter(int number) {
  TRY(const int once, half(number));
  TRY(const int twice, half(once));
  return twice;
}

Result<> check(int number) {
  TRY_VOID(half(number));
  return ok();
}

TEST(Error, NamesEveryCodeOnce) {
  std::set<std::string_view> names;
  for (int code = 0; code < kErrorCodeCount; ++code) {
    names.insert(to_string(static_cast<ErrorCode>(code)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kErrorCodeCount));
  EXPECT_EQ(names.count(""), 0U);
  EXPECT_EQ(to_string(ErrorCode::NoSuchKey), "NoSuchKey");
  EXPECT_EQ(to_string(ErrorCode::MalformedXML), "MalformedXML");
}

TEST(Error, KeepsMessageForClientApartFromDetailForLog) {
  Error error = Error::with_message(ErrorCode::InvalidArgument, "The key is odd.");
  EXPECT_EQ(error.message(), "The key is odd.");
  EXPECT_EQ(error.detail(), "");
  error.add_context("reading").add_context("bucket b");
  EXPECT_EQ(error.detail(), "bucket b: reading");
  EXPECT_EQ(error.message(), "The key is odd.");
  EXPECT_EQ(error.describe(), "InvalidArgument: The key is odd.: bucket b: reading");
  error.add_field("Key", "k");
  ASSERT_EQ(error.fields().size(), 1U);
  EXPECT_EQ(error.fields()[0].second, "k");
}

TEST(Result, CarriesValuesAndErrorsUpward) {
  EXPECT_EQ(quarter(12).value(), 3);
  const auto failed = quarter(6);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(failed.error().detail(), "odd");
  EXPECT_THROW(static_cast<void>(failed.value()), std::logic_error);
  EXPECT_TRUE(check(2));
  EXPECT_FALSE(check(3));
}

}  // namespace
}  // namespace coffer
