#include "s3/xml_reader.h"

#include <expat.h>

#include <string>
#include <vector>

namespace coffer::s3 {
namespace {

/// Stands between namespace and name; no URI may contain it.
constexpr char kSeparator = '\n';

std::string_view local_name(const XML_Char* name) {
  const std::string_view whole(name);
  const std::size_t at = whole.rfind(kSeparator);
  return at == std::string_view::npos ? whole : whole.substr(at + 1);
}

Error malformed(std::string detail) {
  return make_error(ErrorCode::MalformedXML, std::move(detail));
}

}  // namespace

struct XmlReader::State {
  explicit State(XmlVisitor& v) : visitor(v), parser(XML_ParserCreateNS(nullptr, kSeparator)) {
    if (!parser) throw std::bad_alloc();
    XML_SetUserData(parser, this);
    XML_SetElementHandler(parser, on_open, on_close);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
  }
  ~State() { XML_ParserFree(parser); }

  void refuse() {
    refused = true;
    XML_StopParser(parser, XML_FALSE);
  }
  static void XMLCALL on_open(void* self, const XML_Char* name, const XML_Char**) {
    State& state = *static_cast<State*>(self);
    if (state.refused) return;
    if (state.depth == kDepthMax) return state.refuse();
    ++state.depth;
    if (state.texts.size() < state.depth) state.texts.emplace_back();
    state.texts[state.depth - 1].clear();
    if (!state.visitor.open(state.depth, local_name(name))) state.refuse();
  }
  static void XMLCALL on_close(void* self, const XML_Char* name) {
    State& state = *static_cast<State*>(self);
    if (state.refused) return;
    std::string& text = state.texts[state.depth - 1];
    if (!state.visitor.close(state.depth, local_name(name), text)) state.refuse();
    --state.depth;
  }
  static void XMLCALL on_text(void* self, const XML_Char* text, int length) {
    State& state = *static_cast<State*>(self);
    if (state.refused || state.depth == 0) return;
    state.texts[state.depth - 1].append(text, static_cast<std::size_t>(length));
  }
  static void XMLCALL on_doctype(void* self, const XML_Char*, const XML_Char*, const XML_Char*,
                                 int) {
    static_cast<State*>(self)->refuse();
  }

  Result<> parse(std::string_view piece, bool last) {
    if (refused) return malformed("refused");
    bytes += piece.size();
    if (bytes > kBytesMax) {
      refused = true;
      return malformed("longer than " + std::to_string(kBytesMax) + " bytes");
    }
    if (XML_Parse(parser, piece.data(), static_cast<int>(piece.size()), last) == XML_STATUS_OK) {
      return ok();
    }
    const bool by_visitor = refused;
    refused = true;
    if (by_visitor) return malformed("not of its schema");
    return malformed(XML_ErrorString(XML_GetErrorCode(parser)));
  }

  XmlVisitor& visitor;
  XML_Parser parser;
  std::vector<std::string> texts;  ///< of the open elements
  std::size_t depth = 0;
  std::size_t bytes = 0;
  bool refused = false;
};

XmlReader::XmlReader(XmlVisitor& visitor) : state_(std::make_unique<State>(visitor)) {}
XmlReader::~XmlReader() = default;

Result<> XmlReader::feed(std::string_view piece) { return state_->parse(piece, false); }
Result<> XmlReader::finish() { return state_->parse({}, true); }

}  // namespace coffer::s3
