#include "base/ip_address.h"

#include <gtest/gtest.h>

namespace coffer {
namespace {

using std::string_view_literals::operator""sv;

TEST(IpAddress, ReadsAndWritesBothFamilies) {
  const struct {
    const char* text;
    const char* written;
    bool v4;
  } rows[] = {{"127.0.0.1", "127.0.0.1", true},
              {"255.255.255.255", "255.255.255.255", true},
              {"::1", "::1", false},
              {"2001:DB8:0:0:0:0:0:1", "2001:db8::1", false},
              {"::ffff:192.0.2.7", "192.0.2.7", true},
              {"::ffff:c000:207", "192.0.2.7", true},
              {"64:ff9b::192.0.2.33", "64:ff9b::c000:221", false}};
  for (const auto& row : rows) {
    const auto address = IpAddress::parse(row.text);
    ASSERT_TRUE(address) << row.text;
    EXPECT_EQ(address->to_string(), row.written);
    EXPECT_EQ(address->is_v4(), row.v4);
  }
  EXPECT_EQ(IpAddress::v4(0x7f000001), IpAddress::parse("127.0.0.1"));
}

TEST(IpAddress, RefusesEverythingElse) {
  for (const auto text :
       {""sv, "1.2.3"sv, "1.2.3.4.5"sv, "1.2.3.256"sv, "01.2.3.4"sv, "1.2.3.4 "sv, " 1.2.3.4"sv,
        "0x1.2.3.4"sv, "1.2.3.4:80"sv, "[::1]"sv, "::1%eth0"sv, ":::"sv, "1::2::3"sv, "12345::"sv,
        "1.2.3.4\0"sv, "::1\0x"sv, "localhost"sv, "1.2.3.4/8"sv}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(IpNetwork, ContainsExactlyItsBlock) {
  const struct {
    const char* network;
    const char* address;
    bool inside;
  } rows[] = {{"10.0.0.0/8", "10.255.255.255", true},
              {"10.0.0.0/8", "11.0.0.0", false},
              {"10.1.2.3/8", "10.200.0.1", true},
              {"192.0.2.7", "192.0.2.7", true},
              {"192.0.2.7", "192.0.2.6", false},
              {"192.0.2.0/31", "192.0.2.1", true},
              {"192.0.2.0/31", "192.0.2.2", false},
              {"0.0.0.0/0", "203.0.113.9", true},
              {"0.0.0.0/0", "::1", false},
              {"::/0", "2001:db8::1", true},
              {"::/0", "10.0.0.1", false},
              {"::/0", "::ffff:10.0.0.1", false},
              {"2001:db8::/33", "2001:db8:7fff::", true},
              {"2001:db8::/33", "2001:db8:8000::", false},
              {"10.0.0.0/8", "::ffff:10.9.9.9", true},
              {"::ffff:10.0.0.0/104", "10.9.9.9", true},
              {"::ffff:10.0.0.0/104", "11.9.9.9", false}};
  for (const auto& row : rows) {
    const auto network = IpNetwork::parse(row.network);
    const auto address = IpAddress::parse(row.address);
    ASSERT_TRUE(network && address) << row.network << " " << row.address;
    EXPECT_EQ(network->contains(*address), row.inside) << row.network << " " << row.address;
  }
}

TEST(IpNetwork, WritesTheMaskedBlock) {
  EXPECT_EQ(IpNetwork::parse("10.1.2.3/8")->to_string(), "10.0.0.0/8");
  EXPECT_EQ(IpNetwork::parse("10.1.2.3")->to_string(), "10.1.2.3/32");
  EXPECT_EQ(IpNetwork::parse("2001:db8::ff/127")->to_string(), "2001:db8::fe/127");
  EXPECT_EQ(IpNetwork::parse("10.1.2.3/8"), IpNetwork::parse("10.0.0.0/8"));
}

TEST(IpNetwork, RefusesEverythingElse) {
  for (const auto text :
       {""sv, "/8"sv, "10.0.0.0/"sv, "10.0.0.0/33"sv, "::/129"sv, "10.0.0.0/-1"sv, "10.0.0.0/08"sv,
        "10.0.0.0/8 "sv, "10.0.0.0/8/8"sv, "10.0.0.0/+8"sv, "10.0.0.0/0000"sv, "10.0.0.0/1e1"sv,
        "::ffff:10.0.0.0/90"sv, "10.0.0.0/255.0.0.0"sv, "10.0.0/8"sv}) {
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
  }
}

}  // namespace
}  // namespace coffer
