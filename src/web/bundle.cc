#include "web/bundle.h"

#include <cstring>

extern "C" {
// embedded.cc; named as symbols are
extern const char coffer_dashboard_begin[];  // NOLINT(readability-identifier-naming)
extern const char coffer_dashboard_end[];    // NOLINT(readability-identifier-naming)
}

namespace coffer::web {
namespace {

constexpr std::string_view kMagic = "CFWEB1\n";

Error broken(std::string_view what) {
  return make_error(ErrorCode::Corrupt, "dashboard bundle: " + std::string(what));
}

/// Takes fields off the front; false once one does not fit.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}
  bool done() const { return rest_.empty(); }

  bool take(std::string_view& out) {
    constexpr std::size_t kLengthBytes = 4;
    if (rest_.size() < kLengthBytes) return false;
    std::size_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
      length |= static_cast<std::size_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
    }
    rest_.remove_prefix(kLengthBytes);
    if (rest_.size() < length) return false;
    out = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return true;
  }

  bool take(bool& out) {
    if (rest_.empty()) return false;
    out = rest_.front() != 0;
    rest_.remove_prefix(1);
    return true;
  }

 private:
  std::string_view rest_;
};

}  // namespace

Result<Bundle> Bundle::parse(std::string_view bytes) {
  Bundle bundle;
  if (bytes.empty()) return bundle;
  if (!bytes.starts_with(kMagic)) return broken("not one");
  Fields fields(bytes.substr(kMagic.size()));
  while (!fields.done()) {
    std::string_view path;
    Asset asset;
    const bool whole = fields.take(path) && fields.take(asset.content_type) &&
                       fields.take(asset.etag) && fields.take(asset.immutable) &&
                       fields.take(asset.identity) && fields.take(asset.gzip) &&
                       fields.take(asset.brotli);
    if (!whole) return broken("cut short");
    bundle.assets_.emplace(path, asset);
  }
  return bundle;
}

const Bundle& Bundle::embedded() {
  static const Bundle bundle =
      parse(
          std::string_view(coffer_dashboard_begin,
                           static_cast<std::size_t>(coffer_dashboard_end - coffer_dashboard_begin)))
          .value();
  return bundle;
}

const Asset* Bundle::find(std::string_view path) const {
  const auto found = assets_.find(path);
  return found == assets_.end() ? nullptr : &found->second;
}

}  // namespace coffer::web
