#pragma once

#include "base/result.h"

#include <memory>
#include <string_view>

namespace coffer::s3 {

/// Takes what stands in a document, element by element. Names come without their namespace; the
/// root has depth 1. Returning false refuses the document.
class XmlVisitor {
 public:
  virtual ~XmlVisitor() = default;
  virtual bool open(std::size_t depth, std::string_view name) = 0;
  /// `text` is the element's own, children left out; the visitor may move from it.
  virtual bool close(std::size_t depth, std::string_view name, std::string& text) = 0;
};

/// The XML of clients, read in pieces as it comes: one root, no DOCTYPE (so no entities but the
/// five), bounded in bytes and depth. Every refusal is MalformedXML.
class XmlReader {
 public:
  /// 1,000 keys of 1,024 bytes, or 10,000 parts, each with its markup, twice over.
  static constexpr std::size_t kBytesMax = 4 * 1024 * 1024;
  /// No document of the API has more than four levels.
  static constexpr std::size_t kDepthMax = 16;

  explicit XmlReader(XmlVisitor& visitor);
  ~XmlReader();
  XmlReader(const XmlReader&) = delete;
  XmlReader& operator=(const XmlReader&) = delete;

  Result<> feed(std::string_view piece);
  /// After the last piece. Once.
  Result<> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace coffer::s3
