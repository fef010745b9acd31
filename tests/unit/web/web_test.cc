#include "support/run.h"
#include "web/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coffer::web {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string field(std::string_view bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  std::string out;
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((size >> shift) & 0xff);
  return out.append(bytes);
}

std::string file(std::string_view path, std::string_view type, char immutable,
                 std::string_view body, std::string_view gzip, std::string_view brotli) {
  return field(path) + field(type) + field("\"" + std::string(body) + "\"") + immutable +
         field(body) + field(gzip) + field(brotli);
}

const std::string& packed() {
  static const std::string bytes =
      "CFWEB1\n" + file("/index.html", "text/html; charset=utf-8", 0, "page", "", "") +
      file("/preview.html", "text/html; charset=utf-8", 0, "frame", "", "") +
      file("/assets/main-1.js", "text/javascript", 1, "script", "script in gzip",
           "script in brotli");
  return bytes;
}

class WebTest : public ::testing::Test {
 protected:
  http::Response get(const std::string& path, const HeaderList& headers = {},
                     const std::string& method = "GET", const std::string& host = "localhost") {
    http::Request request;
    request.method = method;
    request.path = path;
    request.host = host;
    request.headers = headers;
    return coffer::test::run_task(service_.handle(request));
  }
  static std::string header(const http::Response& response, std::string_view name) {
    return std::string(response.headers.find(name).value_or("<none>"));
  }
  static HeaderList one(std::string name, std::string value) {
    HeaderList headers;
    headers.add(std::move(name), std::move(value));
    return headers;
  }

  Bundle bundle_ = Bundle::parse(packed()).value();
  Service service_{bundle_, {"coffer.example.com"}};
};

TEST_F(WebTest, ServesThePageForEveryPlaceOfTheDashboard) {
  for (const std::string path : {"/", "/index.html", "/sign-in", "/0a1b/r2/buckets/eu/b/objects"}) {
    const auto response = get(path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.body, "page") << path;
    EXPECT_EQ(header(response, "Cache-Control"), "no-cache");
    EXPECT_THAT(header(response, "Content-Security-Policy"),
                AllOf(HasSubstr("default-src 'none'"), HasSubstr("script-src 'self';"),
                      HasSubstr("frame-ancestors 'none'"), Not(HasSubstr("unsafe"))));
    EXPECT_EQ(header(response, "Referrer-Policy"), "same-origin");
  }
  for (const std::string path : {"/assets/old-2.js", "/favicon.ico", "/.env", "/a/../b.js"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
}

TEST_F(WebTest, FilesNamedByTheirContentStayInTheCache) {
  const auto response = get("/assets/main-1.js");
  EXPECT_EQ(header(response, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
  // The preview, which has no origin, loads them as well.
  EXPECT_EQ(header(response, "Cross-Origin-Resource-Policy"), "cross-origin");
  const auto again = get("/assets/main-1.js", one("If-None-Match", header(response, "ETag")));
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
}

TEST_F(WebTest, SendsTheBestCodingThatIsAccepted) {
  const std::pair<std::string, std::string> cases[] = {{"gzip, deflate, br", "br"},
                                                       {"gzip", "gzip"},
                                                       {"br;q=0, gzip;q=0.5", "gzip"},
                                                       {"identity", "<none>"},
                                                       {"", "<none>"},
                                                       {"brotli, gzipped", "<none>"},
                                                       {"GZIP", "gzip"},
                                                       {"br;q=1.0", "br"},
                                                       {"gzip;q=0.000", "<none>"}};
  for (const auto& [accepted, coding] : cases) {
    const auto response = get("/assets/main-1.js", one("Accept-Encoding", accepted));
    EXPECT_EQ(header(response, "Content-Encoding"), coding) << accepted;
    EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
  }
  EXPECT_EQ(header(get("/", one("Accept-Encoding", "br")), "Content-Encoding"), "<none>");
}

TEST_F(WebTest, ThePreviewFrameHasNoOrigin) {
  const auto response = get("/preview.html");
  EXPECT_EQ(response.body, "frame");
  EXPECT_EQ(header(response, "Cross-Origin-Resource-Policy"), "same-origin");
  EXPECT_THAT(header(response, "Content-Security-Policy"),
              AllOf(HasSubstr("sandbox allow-scripts;"), Not(HasSubstr("allow-same-origin")),
                    Not(HasSubstr("connect-src")), HasSubstr("frame-ancestors 'self'")));
}

TEST_F(WebTest, OnlyReadsAndOnlyOfKnownHosts) {
  EXPECT_EQ(get("/", {}, "POST").status, 405);
  const auto head = get("/", {}, "HEAD");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.head_content_length, 4u);
  EXPECT_EQ(get("/", {}, "GET", "coffer.example.com:9001").status, 200);
  EXPECT_EQ(get("/", {}, "GET", "evil.example:9001").status, 403);
}

TEST(Bundle, SaysWhenItIsEmptyOrBroken) {
  EXPECT_TRUE(Bundle::parse("").value().empty());
  EXPECT_EQ(Bundle::parse("something").error().code(), ErrorCode::Corrupt);
  for (std::size_t cut = 8; cut < packed().size(); ++cut) {
    // Cut between two files it is a smaller bundle.
    const auto parsed = Bundle::parse(std::string_view(packed()).substr(0, cut));
    if (parsed) {
      EXPECT_LT(cut, packed().size() - 10) << cut;
    }
  }
  const Bundle none = Bundle::parse("").value();
  EXPECT_EQ(none.find("/index.html"), nullptr);
}

}  // namespace
}  // namespace coffer::web
