#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coffer::app {

/// One setting of the server. The table `settings()` is the only list of them: flags, environment
/// variables, the configuration file and `coffer config` are all made from it.
struct Setting {
  enum class Kind : unsigned char {
    Text,
    Flag,    ///< true or false; `--name` alone means true
    Number,  ///< 0 to `number_max`
    List,    ///< comma-separated; an array of strings in the file
  };
  std::string_view name;  ///< "listen-s3": flag --listen-s3, COFFER_LISTEN_S3, TOML listen_s3
  std::string_view fallback;
  std::string_view help;
  Kind kind = Kind::Text;
  unsigned number_max = 0;
};

const std::vector<Setting>& settings();
/// Null when there is none of that name.
const Setting* find_setting(std::string_view name);

/// "COFFER_LISTEN_S3" for "listen-s3".
std::string environment_name(std::string_view setting);
/// "listen_s3" for "listen-s3".
std::string toml_name(std::string_view setting);

}  // namespace coffer::app
