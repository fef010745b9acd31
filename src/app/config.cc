#include "app/config.h"

#include "app/files.h"
#include "base/headers.h"
#include "base/ip_address.h"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>

namespace coffer::app {
namespace {

constexpr std::string_view kOff = "off";
constexpr std::string_view kDefaultOrigin = "default";
/// Far more than all settings need; a larger file is another file.
constexpr std::size_t kFileBytesMax = 1024 * 1024;

Error invalid(std::string text) { return Error(ErrorCode::InvalidConfiguration, std::move(text)); }

std::string concat(std::initializer_list<std::string_view> pieces) {
  std::string out;
  for (const std::string_view piece : pieces) out += piece;
  return out;
}

std::optional<bool> parse_bool(std::string_view text) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "0" || text == "no" || text == "off" || text.empty()) return false;
  return std::nullopt;
}

std::optional<unsigned> parse_number(std::string_view text) {
  unsigned value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> split_commas(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = trim_ascii(text.substr(0, comma));
    if (!item.empty()) out.emplace_back(item);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

struct ListenAddress {
  bool loopback = false;
  bool any_port = false;
  std::string host;  ///< as written, brackets included
};

/// "127.0.0.1:9000", "[::1]:0", "localhost:9000".
std::optional<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::optional<unsigned> port = parse_number(text.substr(colon + 1));
  if (!port || *port > 65535) return std::nullopt;
  ListenAddress out;
  out.any_port = *port == 0;
  out.host = text.substr(0, colon);
  if (out.host == "localhost") {
    out.loopback = true;
    return out;
  }
  std::string_view bare = out.host;
  const bool bracketed = bare.size() > 2 && bare.front() == '[' && bare.back() == ']';
  if (bracketed) bare = bare.substr(1, bare.size() - 2);
  const auto address = IpAddress::parse(bare);
  // A v6 address without its brackets cannot be told from its port.
  if (!address || bracketed != (bare.find(':') != std::string_view::npos)) return std::nullopt;
  out.loopback =
      address->is_v4() ? address->bytes()[0] == 127 : *address == *IpAddress::parse("::1");
  return out;
}

std::string s3_setting_name(Jurisdiction jurisdiction) {
  if (jurisdiction == Jurisdiction::Default) return "listen-s3";
  return "listen-s3-" + std::string(to_string(jurisdiction));
}

bool is_host_name(std::string_view text) {
  const auto allowed = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         std::all_of(text.begin(), text.end(), allowed);
}

bool is_http_url(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.starts_with(scheme)) {
      const std::string_view host = text.substr(scheme.size());
      return !host.empty() && host.find_first_of("/?# ") == std::string_view::npos;
    }
  }
  return false;
}

/// The text of a scalar, or of an array of strings for a list.
std::optional<std::string> toml_text(const toml::node& node, Setting::Kind kind) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
  if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
  const auto* array = node.as_array();
  if (array == nullptr || kind != Setting::Kind::List) return std::nullopt;
  std::string joined;
  for (const toml::node& item : *array) {
    const auto* text = item.as_string();
    if (text == nullptr) return std::nullopt;
    joined += (joined.empty() ? "" : ",") + text->get();
  }
  return joined;
}

/// A TOML basic string.
std::string toml_string(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string toml_value(const Setting& setting, const std::string& text) {
  switch (setting.kind) {
    case Setting::Kind::Flag:
      return parse_bool(text).value_or(false) ? "true" : "false";
    case Setting::Kind::Number:
      return parse_number(text) ? text : toml_string(text);
    case Setting::Kind::List: {
      std::string out;
      for (const std::string& item : split_commas(text)) {
        out += (out.empty() ? "" : ", ") + toml_string(item);
      }
      return "[" + out + "]";
    }
    case Setting::Kind::Text:
      break;
  }
  return toml_string(text);
}

}  // namespace

Result<Config> Config::load(const std::map<std::string, std::string>& flags,
                            const std::map<std::string, std::string>& environment) {
  Config config;
  for (const Setting& setting : settings()) {
    config.values_[std::string(setting.name)] =
        Value{std::string(setting.fallback), std::string(kDefaultOrigin)};
  }
  const auto file_flag = flags.find("config");
  const auto file_variable = environment.find(environment_name("config"));
  const std::string file = file_flag != flags.end()             ? file_flag->second
                           : file_variable != environment.end() ? file_variable->second
                                                                : std::string();
  if (!file.empty()) TRY_VOID(config.load_file(file));

  std::map<std::string, std::string> unknown = environment;
  for (const Setting& setting : settings()) {
    const std::string variable = environment_name(setting.name);
    unknown.erase(variable);
    if (const auto it = environment.find(variable); it != environment.end()) {
      config.values_[std::string(setting.name)] = Value{it->second, variable};
    }
    if (const auto it = flags.find(std::string(setting.name)); it != flags.end()) {
      config.values_[std::string(setting.name)] = Value{it->second, "--" + it->first};
    }
  }
  for (const auto& [name, value] : unknown) config.unknown_variables_.push_back(name);
  TRY_VOID(config.validate_types());
  config.derive_defaults();
  return config;
}

Result<> Config::load_file(const std::string& path) {
  TRY(const std::optional<std::string> text,
      read_small_file(path, kFileBytesMax, "configuration file"));
  if (!text) return file_error("open configuration file", path, ENOENT);
  toml::table table;
  try {
    table = toml::parse(*text, path);
  } catch (const toml::parse_error& error) {
    std::ostringstream where;
    where << path << ":" << error.source().begin.line << ": " << error.description();
    return invalid(where.str());
  }
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const auto setting = std::find_if(settings().begin(), settings().end(), [&](const Setting& s) {
      return s.name != "config" && toml_name(s.name) == name;
    });
    if (setting == settings().end()) {
      return invalid(concat({path, ": unknown key ", name, "; `coffer config` lists the keys"}));
    }
    std::optional<std::string> value = toml_text(node, setting->kind);
    if (!value) {
      const bool list = setting->kind == Setting::Kind::List;
      return invalid(concat({path, ": ", name, " must be a string, a number or a boolean",
                             list ? ", or an array of strings" : ""}));
    }
    values_[std::string(setting->name)] = Value{*std::move(value), path};
  }
  return ok();
}

void Config::derive(const std::string& name, std::string value, std::string origin) {
  Value& current = values_.find(name)->second;
  if (current.origin != kDefaultOrigin) return;
  current.text = std::move(value);
  current.origin = std::move(origin);
}

void Config::derive_defaults() {
  const std::string& data = text("data");
  derive("master-key-file", data + "/master.key", std::string(kDefaultOrigin));
  const auto s3 = parse_listen_address(text("listen-s3"));
  for (const Jurisdiction jurisdiction : kJurisdictions) {
    if (jurisdiction == Jurisdiction::Default) continue;
    const std::string name(to_string(jurisdiction));
    derive("data-" + name, concat({data, "/", name}), std::string(kDefaultOrigin));
    if (s3 && s3->any_port) {
      derive(s3_setting_name(jurisdiction), s3->host + ":0",
             concat({kDefaultOrigin, ", as listen_s3 has port 0"}));
    }
  }
}

const std::string& Config::text(std::string_view name) const {
  return values_.find(name)->second.text;
}

bool Config::flag(std::string_view name) const { return parse_bool(text(name)).value_or(false); }

unsigned Config::number(std::string_view name) const {
  return parse_number(text(name)).value_or(0);
}

std::vector<std::string> Config::list(std::string_view name) const {
  return split_commas(text(name));
}

const std::string& Config::origin(std::string_view name) const {
  return values_.find(name)->second.origin;
}

std::string Config::place_of(std::string_view name) const {
  const std::string& from = origin(name);
  if (from.starts_with("--") || from == environment_name(name)) return from;
  if (from.starts_with(kDefaultOrigin)) return "--" + std::string(name);
  return from + ": " + toml_name(name);
}

Error Config::invalid_value(std::string_view name, const std::string& must_be) const {
  return invalid(place_of(name) + ": '" + text(name) + "' is not " + must_be);
}

Result<> Config::validate() const {
  TRY_VOID(validate_words());
  TRY_VOID(validate_listeners());
  return validate_data_roots();
}

Result<> Config::validate_types() const {
  for (const Setting& setting : settings()) {
    const std::string& value = text(setting.name);
    if (setting.kind == Setting::Kind::Flag && !parse_bool(value)) {
      return invalid_value(setting.name, "true or false");
    }
    if (setting.kind == Setting::Kind::Number) {
      const std::optional<unsigned> number = parse_number(value);
      if (!number || *number > setting.number_max) {
        return invalid_value(setting.name,
                             "a number from 0 to " + std::to_string(setting.number_max));
      }
    }
  }
  return ok();
}

Result<> Config::validate_words() const {
  if (text("compat") != "r2" && text("compat") != "extended") {
    return invalid_value("compat", "r2 or extended");
  }
  static constexpr std::string_view kLevels[] = {"debug", "info", "warn", "error"};
  if (std::find(std::begin(kLevels), std::end(kLevels), text("log-level")) == std::end(kLevels)) {
    return invalid_value("log-level", "debug, info, warn or error");
  }
  if (!text("default-account").empty() && !AccountId::parse(text("default-account"))) {
    return invalid_value("default-account", "an account id, which has 32 hex digits");
  }
  if (!text("public-endpoint").empty() && !is_http_url(text("public-endpoint"))) {
    return invalid_value("public-endpoint", "a URL like https://s3.example.com, without a path");
  }
  if (text("access-log").empty()) {
    return invalid_value("access-log", "stderr, stdout, off or a file");
  }
  for (const std::string& suffix : list("host-suffix")) {
    if (!is_host_name(suffix)) {
      return invalid(place_of("host-suffix") + ": '" + suffix +
                     "' is not a host name in lower case, like r2.localhost");
    }
  }
  for (const std::string& name : list("api-hosts")) {
    if (!is_host_name(name)) {
      return invalid(place_of("api-hosts") + ": '" + name +
                     "' is not a host name in lower case, like coffer.example.com");
    }
  }
  for (const std::string& block : list("trusted-proxies")) {
    if (!IpNetwork::parse(block)) {
      return invalid(place_of("trusted-proxies") + ": '" + block +
                     "' is not an address or CIDR block, like 10.0.0.0/8");
    }
  }
  return ok();
}

Result<> Config::validate_listeners() const {
  const bool tls = !text("tls-cert").empty();
  if (tls != !text("tls-key").empty()) {
    return invalid("--tls-cert and --tls-key go together; give both or neither");
  }
  if (!s3_listener(Jurisdiction::Default)) return invalid_value("listen-s3", "an address:port");
  std::vector<std::string> names{"listen-api"};
  for (const Jurisdiction jurisdiction : kJurisdictions) {
    names.push_back(s3_setting_name(jurisdiction));
  }
  std::map<std::string, std::string> taken;
  for (const std::string& name : names) {
    const std::string& value = text(name);
    if (value == kOff) continue;
    const auto address = parse_listen_address(value);
    if (!address) {
      return invalid_value(name, "address:port; write for example 127.0.0.1:9000 or [::1]:9000");
    }
    if (!tls && !address->loopback && !flag("allow-insecure-http")) {
      return invalid(place_of(name) + ": plain HTTP on " + value +
                     " would send data in the clear; give --tls-cert and --tls-key, or "
                     "--allow-insecure-http behind a proxy that ends TLS");
    }
    if (address->any_port) continue;
    const auto [first, is_new] = taken.emplace(value, place_of(name));
    if (!is_new) {
      return invalid(place_of(name) + " and " + first->second + " both name " + value +
                     "; give each a port of its own");
    }
  }
  return ok();
}

Result<> Config::validate_data_roots() const {
  if (text("data").empty()) return invalid(place_of("data") + ": give a directory");
  std::map<std::string, std::string> taken;
  for (const Jurisdiction jurisdiction : kJurisdictions) {
    const std::string name(to_string(jurisdiction));
    const std::string path =
        std::filesystem::path(data_root(jurisdiction)).lexically_normal().string();
    const auto [first, is_new] = taken.emplace(path, name);
    if (!is_new) {
      return invalid(
          concat({"jurisdictions ", first->second, " and ", name, " share the data root ", path,
                  "; give --data-", name, " a directory of its own"}));
    }
  }
  return ok();
}

std::optional<std::string> Config::s3_listener(Jurisdiction jurisdiction) const {
  const std::string& value = text(s3_setting_name(jurisdiction));
  if (value == kOff) return std::nullopt;
  return value;
}

std::optional<std::string> Config::api_listener() const {
  if (text("listen-api") == kOff) return std::nullopt;
  return text("listen-api");
}

std::string Config::data_root(Jurisdiction jurisdiction) const {
  const std::string name(to_string(jurisdiction));
  // The default jurisdiction's root cannot lie elsewhere: it holds identity too.
  if (jurisdiction == Jurisdiction::Default) return text("data") + "/" + name;
  return text("data-" + name);
}

std::string Config::render() const {
  struct Line {
    std::string assignment;
    std::string origin;
  };
  std::size_t name_width = 0;
  for (const Setting& setting : settings()) name_width = std::max(name_width, setting.name.size());
  std::vector<Line> lines;
  std::size_t width = 0;
  for (const Setting& setting : settings()) {
    if (setting.name == "config") continue;  // where the file is cannot be said inside it
    Line line;
    line.assignment = toml_name(setting.name);
    line.assignment.resize(name_width, ' ');
    line.assignment += " = " + toml_value(setting, text(setting.name));
    line.origin = origin(setting.name);
    width = std::max(width, line.assignment.size());
    lines.push_back(std::move(line));
  }
  std::string out;
  for (Line& line : lines) {
    line.assignment.resize(width, ' ');
    out += line.assignment + "  # " + line.origin + "\n";
  }
  for (const std::string& name : unknown_variables_) out += "# " + name + " is no setting\n";
  return out;
}

}  // namespace coffer::app
