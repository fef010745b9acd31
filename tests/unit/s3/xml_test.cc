#include "base/codec.h"
#include "s3/xml_reader.h"
#include "s3/xml_writer.h"

#include <gtest/gtest.h>

#include <random>

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

/// What a reader of the document gets for `text`, by the book: each byte that begins no character
/// and each character that XML 1.0 forbids (section 2.2) is U+FFFD.
std::string readable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t length = 1;
    while (length <= 4 && !is_valid_utf8(text.substr(0, length))) ++length;
    const bool character = length <= 4 && length <= text.size();
    const std::string_view piece = text.substr(0, character ? length : 1);
    const auto first = static_cast<unsigned char>(piece.front());
    const bool control = first < 0x20 && first != '\t' && first != '\n' && first != '\r';
    const bool forbidden = piece == "\xEF\xBF\xBE" || piece == "\xEF\xBF\xBF";
    out += !character || control || forbidden ? std::string_view("\xEF\xBF\xBD") : piece;
    text.remove_prefix(piece.size());
  }
  return out;
}

void expect_readable(std::string_view text) {
  const std::string out = escaped(text);
  Recorder recorder;
  const auto parsed = read("<a>" + out + "</a>", recorder, 1 << 20);
  if (is_valid_utf8(out) && parsed && recorder.seen == "1<a a='" + readable(text) + "'> ") return;
  ADD_FAILURE() << "of " << hex_encode(as_bytes(text)) << ": " << hex_encode(as_bytes(out));
}

// The reader is expat.
TEST(XmlWriter, WritesWellFormedTextWhateverTheBytes) {
  for (unsigned first = 0; first < 256; ++first) {
    expect_readable(std::string(1, static_cast<char>(first)));
    for (unsigned second = 0; second < 256; ++second) {
      expect_readable(std::string{static_cast<char>(first), static_cast<char>(second)});
    }
  }
  // Around every bound of table 3-7 of the Unicode standard, whole and cut off.
  const std::string leads = "\x7f\xc1\xc2\xdf\xe0\xe1\xec\xed\xee\xef\xf0\xf1\xf3\xf4\xf5";
  const std::string trails = "\x7f\x80\x8f\x90\x9f\xa0\xbe\xbf\xc0";
  for (const char lead : leads) {
    for (const char second : trails) {
      for (const char third : trails) {
        for (const char fourth : trails) {
          const std::string four{lead, second, third, fourth};
          expect_readable(four);
          expect_readable(four.substr(0, 3) + "x");
        }
      }
    }
  }
  std::mt19937 random(3);
  const std::string odd = leads + trails + std::string("a]>&<'\"\r\n\t\0\x01", 12);
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random() % 24, ' ');
    for (char& c : text)
      c = random() % 8 == 0 ? static_cast<char>(random()) : odd[random() % odd.size()];
    expect_readable(text);
  }
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
