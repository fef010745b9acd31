#pragma once

#include "base/result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coffer::app {

/// The URLs that a running server answers at.
struct Endpoints {
  std::string s3;
  std::vector<std::pair<std::string, std::string>> jurisdictions;  ///< "eu" -> URL
  std::string api;  ///< empty without a management listener
};

/// What a client needs to begin (DESIGN.md section 10): where the server is, and a token's keys.
struct Bootstrap {
  std::string account_id;
  std::string api_token;
  std::string access_key_id;
  std::string secret_access_key;
  Endpoints endpoints;
};

/// The file at `path`; nothing when there is none, or an empty one (as mktemp makes). Refused, with
/// InvalidConfiguration and what to do: a symbolic link, another user's file, a file that others
/// can read, and anything that is not a bootstrap file. Such a file is left as it is. Blocks.
Result<std::optional<Bootstrap>> read_bootstrap_file(const std::filesystem::path& path);

/// Writes the file with mode 0600; a reader sees the old one or the whole new one. Blocks.
Result<> write_bootstrap_file(const std::filesystem::path& path, const Bootstrap& bootstrap);

}  // namespace coffer::app
