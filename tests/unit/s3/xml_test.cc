#include "base/codec.h"
#include "s3/xml_reader.h"
#include "s3/xml_writer.h"

#include <gtest/gtest.h>

namespace coffer::s3 {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

TEST(XmlWriter, EscapesWhatXmlNeedsAndKeepsTheRest) {
  EXPECT_EQ(escaped("a&b<c>d\"e'f"), "a&amp;b&lt;c&gt;d&quot;e&apos;f");
  EXPECT_EQ(escaped("\t\n"), "\t\n");
  EXPECT_EQ(escaped("a\rb"), "a&#xD;b");
  EXPECT_EQ(escaped("\xC3\xBC\xF0\x9F\x99\x82\xEF\xBB\xBF"),
            "\xC3\xBC\xF0\x9F\x99\x82\xEF\xBB\xBF");
  EXPECT_EQ(escaped(""), "");
}

TEST(XmlWriter, ReplacesWhatNoXmlDocumentCanCarry) {
  EXPECT_EQ(escaped(std::string_view("a\0\x01\x1F", 4)), "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(escaped("\xEF\xBF\xBE|\xEF\xBF\xBF|\xEF\xBF\xBD"),
            "\xEF\xBF\xBD|\xEF\xBF\xBD|\xEF\xBF\xBD");
}

TEST(XmlWriter, WritesTheFormOfR2) {
  XmlWriter xml("Root");
  xml.element("Empty", "");
  xml.element("Number", std::uint64_t{18'446'744'073'709'551'615U});
  xml.element("Yes", true);
  xml.open("In");
  xml.encoded_element("Key", "a/b c~\xC3\xBC");
  xml.close("In");
  EXPECT_EQ(xml.finish(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
            "<Root xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Empty></Empty>"
            "<Number>18446744073709551615</Number><Yes>true</Yes>"
            "<In><Key>a%2Fb%20c~%C3%BC</Key></In></Root>");
}

TEST(XmlWriter, AgreesWithTheCodecsItReplaces) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  std::string encoded, hex;
  append_uri_encoded(encoded, all);
  append_hex(hex, as_bytes(all));
  EXPECT_EQ(encoded, uri_encode(all));
  EXPECT_EQ(hex, hex_encode(as_bytes(all)));
  for (const std::int64_t ms :
       {0LL, 1LL, 951'782'400'123LL, 1'795'530'877'123LL, 4'102'444'799'999LL}) {
    const Timestamp time{std::chrono::milliseconds(ms)};
    std::string text;
    append_iso8601_ms(text, time);
    EXPECT_EQ(text, format_iso8601_ms(time));
  }
}

/// Writes down what it sees.
class Recorder final : public XmlVisitor {
 public:
  bool open(std::size_t depth, std::string_view name) override {
    seen += std::to_string(depth) + "<" + std::string(name) + " ";
    return name != "refuse";
  }
  bool close(std::size_t, std::string_view name, std::string& text) override {
    seen += std::string(name) + "='" + text + "'> ";
    return true;
  }
  std::string seen;
};

Result<> read(std::string_view text, Recorder& recorder, std::size_t piece = 7) {
  XmlReader reader(recorder);
  while (!text.empty()) {
    TRY_VOID(reader.feed(text.substr(0, piece)));
    text.remove_prefix(std::min(piece, text.size()));
  }
  return reader.finish();
}

TEST(XmlReader, HandsOutElementsWithTheirOwnText) {
  Recorder recorder;
  ASSERT_TRUE(read("<?xml version='1.0'?><a xmlns='u'>x<b> &lt;1&#x41;<![CDATA[&]]> </b>y</a>\n",
                   recorder));
  EXPECT_EQ(recorder.seen, "1<a 2<b b=' <1A& '> a='xy'> ");
}

TEST(XmlReader, RefusesHostileDocuments) {
  std::string deep;
  for (int i = 0; i < 17; ++i) deep += "<a>";
  std::string bomb = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\">";
  for (int i = 1; i < 10; ++i) {
    bomb += "<!ENTITY lol" + std::to_string(i) + " \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\">";
  }
  bomb += "]><Delete>&lol9;</Delete>";
  const std::vector<std::pair<std::string, std::string>> rows{
      {"nothing", ""},
      {"no root", "<?xml version='1.0'?>"},
      {"two roots", "<a></a><b></b>"},
      {"text after the root", "<a></a>x"},
      {"unclosed", "<a><b></a>"},
      {"cut", "<a><b>"},
      {"DOCTYPE", "<!DOCTYPE a><a></a>"},
      {"external DOCTYPE", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a></a>"},
      {"billion laughs", bomb},
      {"unknown entity", "<a>&nbsp;</a>"},
      {"undeclared namespace", "<x:a></x:a>"},
      {"not UTF-8", "<a>\xFF</a>"},
      {"control character", std::string("<a>\x01</a>")},
      {"control character reference", "<a>&#1;</a>"},
      {"NUL", std::string("<a>\0</a>", 8)},
      {"too deep", deep},
      {"refused by the visitor", "<a><refuse/></a>"},
      {"no XML at all", "{\"a\": 1}"},
  };
  for (const auto& [name, text] : rows) {
    Recorder recorder;
    const auto result = read(text, recorder);
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().code(), ErrorCode::MalformedXML) << name;
  }
}

TEST(XmlReader, StopsAtItsBound) {
  Recorder recorder;
  XmlReader reader(recorder);
  ASSERT_TRUE(reader.feed("<a>"));
  const std::string piece(64 * 1024, ' ');
  std::size_t fed = 0;
  while (reader.feed(piece)) {
    fed += piece.size();
    ASSERT_LE(fed, XmlReader::kBytesMax);
  }
  EXPECT_FALSE(reader.feed("</a>"));
  EXPECT_FALSE(reader.finish());
}

}  // namespace
}  // namespace coffer::s3
