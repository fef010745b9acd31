#include "app/bootstrap_file.h"

#include "app/files.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coffer::app {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kFileBytesMax = 64 * 1024;
constexpr mode_t kOthersMask = S_IRWXG | S_IRWXO;

Error refuse(const fs::path& path, const std::string& why) {
  return Error(ErrorCode::InvalidConfiguration, "bootstrap file " + path.string() + " " + why);
}

/// A file that somebody else could have planted, or has read, is not one to trust with keys.
Result<> check_owner_and_mode(const fs::path& path, int fd) {
  struct stat about {};
  if (::fstat(fd, &about) != 0) return file_error("read bootstrap file", path, errno);
  if (!S_ISREG(about.st_mode)) {
    return refuse(path, "is not a regular file; choose another --bootstrap-file");
  }
  if (about.st_uid != ::geteuid()) {
    return refuse(path, "belongs to another user; choose another --bootstrap-file");
  }
  if ((about.st_mode & kOthersMask) != 0) {
    return refuse(path,
                  "is open to other users, who may have read its keys; roll or revoke its token, "
                  "then remove the file or set its mode to 0600");
  }
  return ok();
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* item = object.if_contains(name);
  return item != nullptr && item->is_string() ? std::string(item->get_string()) : std::string();
}

std::optional<Bootstrap> parse(const std::string& text) {
  boost::system::error_code code;
  const json::value value = json::parse(text, code);
  if (code || !value.is_object()) return std::nullopt;
  const json::object& object = value.get_object();
  Bootstrap bootstrap;
  bootstrap.account_id = text_of(object, "account_id");
  bootstrap.api_token = text_of(object, "api_token");
  bootstrap.access_key_id = text_of(object, "access_key_id");
  bootstrap.secret_access_key = text_of(object, "secret_access_key");
  bootstrap.endpoints.s3 = text_of(object, "s3_endpoint");
  bootstrap.endpoints.api = text_of(object, "api_endpoint");
  const json::value* jurisdictions = object.if_contains("jurisdiction_endpoints");
  if (jurisdictions != nullptr && jurisdictions->is_object()) {
    for (const auto& [name, url] : jurisdictions->get_object()) {
      if (url.is_string()) bootstrap.endpoints.jurisdictions.emplace_back(name, url.get_string());
    }
  }
  if (bootstrap.account_id.empty() || bootstrap.access_key_id.empty()) return std::nullopt;
  return bootstrap;
}

}  // namespace

Result<std::optional<Bootstrap>> read_bootstrap_file(const fs::path& path) {
  // Without blocking, in case it is a pipe.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT) return std::optional<Bootstrap>();
    if (errno == ELOOP) {
      return refuse(path, "is a symbolic link; give the path of the file itself");
    }
    return file_error("open bootstrap file", path, errno);
  }
  TRY_VOID(check_owner_and_mode(path, file.get()));
  const ReadBytes read = read_to_end(file.get(), kFileBytesMax);
  if (read.error_number != 0 && read.error_number != EFBIG) {
    return file_error("read bootstrap file", path, read.error_number);
  }
  if (read.bytes.empty()) return std::optional<Bootstrap>();
  std::optional<Bootstrap> bootstrap;
  if (read.error_number == 0) bootstrap = parse(read.bytes);
  if (!bootstrap) {
    return refuse(path, "holds something else; move it away or choose another --bootstrap-file");
  }
  return bootstrap;
}

Result<> write_bootstrap_file(const fs::path& path, const Bootstrap& bootstrap) {
  json::object object;
  object["account_id"] = bootstrap.account_id;
  object["api_token"] = bootstrap.api_token;
  object["access_key_id"] = bootstrap.access_key_id;
  object["secret_access_key"] = bootstrap.secret_access_key;
  object["s3_endpoint"] = bootstrap.endpoints.s3;
  json::object jurisdictions;
  for (const auto& [name, url] : bootstrap.endpoints.jurisdictions) jurisdictions[name] = url;
  object["jurisdiction_endpoints"] = std::move(jurisdictions);
  object["api_endpoint"] = bootstrap.endpoints.api;
  return replace_file(path, json::serialize(object) + "\n");
}

}  // namespace coffer::app
