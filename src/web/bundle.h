#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::web {

/// One file of the dashboard; the views live as long as the bundle's bytes.
struct Asset {
  std::string_view content_type;
  std::string_view etag;   ///< with its quotes
  bool immutable = false;  ///< its name has a digest of its content
  std::string_view identity;
  std::string_view gzip;    ///< empty: not worth it
  std::string_view brotli;  ///< empty: not worth it
};

/// The files of the dashboard, packed by `dashboard/scripts/pack.mjs`:
///
///   bundle = "CFWEB1" LF *file
///   file   = path type etag immutable:u8 identity gzip brotli
///   path, type, etag, identity, gzip, brotli = length:u32, little-endian, then so many bytes
///
/// Immutable; borrows its bytes.
class Bundle {
 public:
  /// Corrupt when these are not the bytes of a bundle. Nothing at all is a bundle without files.
  static Result<Bundle> parse(std::string_view bytes);
  /// The one that was built into the program; empty when it was built without the dashboard.
  static const Bundle& embedded();

  bool empty() const { return assets_.empty(); }
  /// Null when there is no such path; "/index.html".
  const Asset* find(std::string_view path) const;

 private:
  std::map<std::string_view, Asset> assets_;
};

}  // namespace coffer::web
