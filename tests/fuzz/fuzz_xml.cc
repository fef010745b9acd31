// deps: s3
// A client's XML document, from bytes, through each of the documents that the API takes: whole and
// in pieces it must mean the same, and what is taken keeps to the documents' bounds.

#include "s3/documents.h"
#include "s3/xml_reader.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>

namespace {

using namespace coffer;

bool read(s3::XmlVisitor& visitor, std::string_view bytes, std::size_t piece) {
  s3::XmlReader reader(visitor);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    if (!reader.feed(bytes.substr(0, piece))) return false;
  }
  return reader.finish().has_value();
}

std::optional<std::vector<std::string>> read_delete(std::string_view bytes, std::size_t piece) {
  s3::DeleteDocument document;
  if (!read(document, bytes, piece)) return std::nullopt;
  auto keys = document.take();
  if (!keys) return std::nullopt;
  if (keys->empty() || keys->size() > s3::DeleteDocument::kKeysMax) std::abort();
  return *std::move(keys);
}

std::optional<std::string> read_complete(std::string_view bytes, std::size_t piece) {
  s3::CompleteDocument document;
  if (!read(document, bytes, piece)) return std::nullopt;
  const auto parts = document.take();
  if (!parts) return std::nullopt;
  std::string out;
  for (const store::CompletedPart& part : *parts) {
    if (part.number == 0 || part.number > s3::CompleteDocument::kPartNumberMax) std::abort();
    out += std::to_string(part.number) + ' ' + part.etag + ' ' + part.checksum.value + '\n';
  }
  return out;
}

std::optional<std::string> read_create(std::string_view bytes, std::size_t piece) {
  s3::CreateBucketDocument document;
  if (!read(document, bytes, piece)) return std::nullopt;
  return document.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t whole = std::max<std::size_t>(size, 1);
  if (read_delete(bytes, whole) != read_delete(bytes, 5)) std::abort();
  if (read_complete(bytes, whole) != read_complete(bytes, 7)) std::abort();
  if (read_create(bytes, whole) != read_create(bytes, 3)) std::abort();
  return 0;
}
