#include "http/response_head.h"

#include <gmock/gmock.h>

namespace coffer::http {
namespace {

TEST(ResponseHead, IsWrittenAsSpecified) {
  Response response(206);
  response.headers.add("ETag", "\"x\"");
  ResponseFraming framing;
  framing.date = "Tue, 24 Nov 2026 14:34:37 GMT";
  framing.request_id = "00ff";
  framing.content_length = 5;
  framing.close = true;
  EXPECT_EQ(render_response_head(response, framing),
            "HTTP/1.1 206 Partial Content\r\nDate: Tue, 24 Nov 2026 14:34:37 GMT\r\n"
            "Server: coffer\r\nx-request-id: 00ff\r\nETag: \"x\"\r\nContent-Length: 5\r\n"
            "Connection: close\r\n\r\n");
}

TEST(ResponseHead, LeavesFramingToTheServer) {
  Response response(200);
  for (const char* name :
       {"content-length", "Transfer-Encoding", "connection", "Keep-Alive", "DATE"}) {
    response.headers.add(name, "chunked");
  }
  EXPECT_EQ(render_response_head(response, ResponseFraming()),
            "HTTP/1.1 200 OK\r\nDate: \r\nServer: coffer\r\nx-request-id: \r\n\r\n");
}

TEST(ResponseHead, RefusesToBeSplit) {
  using namespace std::string_literals;
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"a", "b\r\nc: d"},
                                                        {"a", "b\n"},
                                                        {"a", "\0"s},
                                                        {"a b", "c"},
                                                        {"", "c"},
                                                        {"a\r\n", "c"}}) {
    Response response(200);
    response.headers.add(name, value);
    EXPECT_EQ(render_response_head(response, ResponseFraming()), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace coffer::http
