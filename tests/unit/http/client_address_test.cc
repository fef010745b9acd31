#include "http/client_address.h"

#include <gmock/gmock.h>

namespace coffer::http {
namespace {

TEST(ClientAddress, BelievesOnlyTrustedProxies) {
  const std::vector<IpNetwork> trusted{*IpNetwork::parse("10.0.0.0/8"), *IpNetwork::parse("::1")};
  struct Row {
    std::string_view peer;
    std::vector<std::string> forwarded;
    std::string_view client;
  };
  const std::vector<Row> rows{
      {"192.0.2.1", {"198.51.100.1"}, "192.0.2.1"},  // anybody can write the header
      {"10.0.0.1", {}, "10.0.0.1"},
      {"10.0.0.1", {"198.51.100.1"}, "198.51.100.1"},
      {"10.0.0.1",
       {"203.0.113.9, 198.51.100.1"},
       "198.51.100.1"},  // the left part is the client's word
      {"10.0.0.1", {"198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
      {"10.0.0.1", {"198.51.100.1", "10.0.0.2"}, "198.51.100.1"},  // fields are one list
      {"10.0.0.1", {"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
      {"10.0.0.1", {"198.51.100.1:4711"}, "198.51.100.1"},
      {"::1", {"[2001:db8::7]:80"}, "2001:db8::7"},
      {"::1", {"2001:db8::7"}, "2001:db8::7"},
      {"10.0.0.1", {"198.51.100.1, unknown"}, "10.0.0.1"},
      {"10.0.0.1", {"198.51.100.1, ,, 10.0.0.2 ,"}, "198.51.100.1"},
      {"10.0.0.1", {"", "["}, "10.0.0.1"},
  };
  for (const Row& row : rows) {
    HeaderList headers;
    for (const std::string& value : row.forwarded) headers.add("X-Forwarded-For", value);
    EXPECT_EQ(client_address(*IpAddress::parse(row.peer), headers, trusted).to_string(), row.client)
        << row.peer << " " << (row.forwarded.empty() ? "" : row.forwarded.front());
  }
}

}  // namespace
}  // namespace coffer::http
