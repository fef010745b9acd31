#pragma once

#include "app/settings.h"
#include "base/ids.h"
#include "base/result.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::app {

/// Every setting's effective value and where it came from. Flags win over the environment, the
/// environment over the file, the file over the default. Values that follow another setting are
/// worked out: with port 0 for S3 the jurisdictions' listeners take port 0 too unless given, and
/// data roots and master key lie below `--data` unless given. Immutable once loaded. Every error is
/// InvalidConfiguration and names the flag, variable or key to correct.
class Config {
 public:
  /// `flags` holds what the command line gave, by setting name; `environment` what the environment
  /// has, by variable. Reads the configuration file that they name. Errors: the file is unreadable
  /// or malformed, a key is unknown, a value has the wrong type.
  static Result<Config> load(const std::map<std::string, std::string>& flags,
                             const std::map<std::string, std::string>& environment);

  /// Checks the values, as far as that needs no system call: the forms of addresses, numbers and
  /// words; plain HTTP on an address that is not loopback without `allow-insecure-http`; TLS files
  /// in pairs; listeners and data roots that collide. The server starts only after this.
  Result<> validate() const;

  const std::string& text(std::string_view name) const;
  bool flag(std::string_view name) const;
  /// Only after `validate`.
  unsigned number(std::string_view name) const;
  std::vector<std::string> list(std::string_view name) const;
  /// "--listen-s3", "COFFER_LISTEN_S3", "/etc/coffer.toml", "default".
  const std::string& origin(std::string_view name) const;

  /// Where the S3 listener of a jurisdiction, and the management listener, listen; nothing when
  /// they are off.
  std::optional<std::string> s3_listener(Jurisdiction jurisdiction) const;
  std::optional<std::string> api_listener() const;
  /// The data root of a jurisdiction.
  std::string data_root(Jurisdiction jurisdiction) const;

  /// Variables that begin with COFFER_ and are no setting: a slip of the pen, or what Kubernetes
  /// gives every container beside a service called "coffer". So they are told of, not refused.
  const std::vector<std::string>& unknown_variables() const { return unknown_variables_; }

  /// One line per setting: name, value, origin. It is a configuration file of the same values.
  std::string render() const;

 private:
  struct Value {
    std::string text;
    std::string origin;
  };

  Result<> load_file(const std::string& path);
  void derive(const std::string& name, std::string value, std::string origin);
  void derive_defaults();
  /// The place to correct, for an error: "--loops", "COFFER_LOOPS", "/etc/coffer.toml: loops".
  std::string place_of(std::string_view name) const;
  Error invalid_value(std::string_view name, const std::string& must_be) const;
  Result<> validate_types() const;
  Result<> validate_listeners() const;
  Result<> validate_data_roots() const;
  Result<> validate_words() const;

  std::map<std::string, Value, std::less<>> values_;  ///< one for each of `settings()`
  std::vector<std::string> unknown_variables_;
};

}  // namespace coffer::app
