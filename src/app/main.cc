#include "app/bench_command.h"
#include "app/commands.h"
#include "app/config.h"
#include "app/creds_command.h"
#include "app/report.h"
#include "app/serve.h"
#include "base/log.h"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <deque>
#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <sys/stat.h>
#include <vector>

extern char** environ;

namespace coffer::app {
namespace {

constexpr int kExitUsage = 2;

std::map<std::string, std::string> coffer_environment() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (text.starts_with("COFFER_") && equals != std::string_view::npos) {
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return out;
}

/// The settings' flags on a subcommand, and what the command line gave of them.
class SettingFlags {
 public:
  enum class Which : unsigned char { All, Data };  ///< Data: what finds and opens the directory

  void add_to(CLI::App& command, Which which) {
    for (const Setting& setting : settings()) {
      if (which == Which::Data && !is_of_data(setting.name)) continue;
      Flag& flag = flags_.emplace_back();
      flag.name = setting.name;
      std::string help(setting.help);
      if (!setting.fallback.empty() && setting.kind != Setting::Kind::Flag) {
        help += " [" + std::string(setting.fallback) + "]";
      }
      const std::string option = "--" + flag.name;
      if (setting.kind == Setting::Kind::Flag) {
        flag.option = command.add_flag(option, flag.on, help);
      } else {
        flag.option = command.add_option(option, flag.text, help);
      }
      flag.option->type_name("")->group("Settings");
    }
  }

  Result<Config> load() const {
    std::map<std::string, std::string> given;
    for (const Flag& flag : flags_) {
      if (flag.option->count() == 0) continue;
      given[flag.name] =
          flag.option->get_expected_min() == 0 ? (flag.on ? "true" : "false") : flag.text;
    }
    return Config::load(given, coffer_environment());
  }

 private:
  struct Flag {
    std::string name;
    std::string text;
    bool on = false;
    CLI::Option* option = nullptr;
  };

  static bool is_of_data(std::string_view setting) {
    return setting == "config" || setting == "data" || setting == "master-key-file" ||
           setting.starts_with("data-");
  }

  std::deque<Flag> flags_;  // CLI11 keeps addresses of the members
};

/// A command for the operator: its options become the fields of a JSON request.
class OperatorCommand {
 public:
  OperatorCommand(CLI::App& parent, std::string name, const std::string& help, std::string command)
      : app_(parent.add_subcommand(std::move(name), help)), command_(std::move(command)) {}

  OperatorCommand& text(const std::string& name, const std::string& help) {
    Text& text = texts_.emplace_back();
    text.name = name;
    app_->add_option("--" + name, text.value, help)->type_name("");
    return *this;
  }
  OperatorCommand& required(const std::string& name, const std::string& help) {
    text(name, help);
    app_->get_option("--" + name)->required();
    return *this;
  }
  OperatorCommand& list(const std::string& name, const std::string& help) {
    List& list = lists_.emplace_back();
    list.name = name;
    app_->add_option("--" + name, list.values, help + "; may repeat")
        ->expected(1)
        ->take_all()
        ->type_name("");
    return *this;
  }
  /// What every command has; called last, so that help shows the command's own options first.
  void finish() {
    app_->add_flag("--json", as_json_, "print JSON");
    settings_.add_to(*app_, SettingFlags::Which::Data);
  }

  bool parsed() const { return app_->parsed(); }
  int run() const {
    const auto config = settings_.load();
    if (!config) return fail(config.error());
    boost::json::object request;
    request["command"] = command_;
    for (const Text& text : texts_) {
      if (!text.value.empty()) request[text.name] = text.value;
    }
    for (const List& list : lists_) {
      boost::json::array values;
      for (const std::string& value : list.values) values.emplace_back(value);
      request[list.name] = std::move(values);
    }
    return run_command(*config, request, as_json_);
  }

 private:
  struct Text {
    std::string name;
    std::string value;
  };
  struct List {
    std::string name;
    std::vector<std::string> values;
  };
  CLI::App* app_;
  std::string command_;
  SettingFlags settings_;
  bool as_json_ = false;
  std::deque<Text> texts_;
  std::deque<List> lists_;
};

void add_token_commands(CLI::App& app, std::deque<OperatorCommand>& commands) {
  CLI::App* token = app.add_subcommand("token", "API tokens, which are the S3 access keys");
  token->require_subcommand(1);
  commands.emplace_back(*token, "create", "make a token; its value is shown once", "token.create")
      .required("name", "the token's name")
      .list("permission",
            "admin-read-write, admin-read-only, object-read-write, object-read-only, or a "
            "permission group by name")
      .list("bucket", "bucket an object permission is for: NAME or JURISDICTION/NAME [all]")
      .text("expires", "time after which it is refused: 2026-12-31T23:59:59Z [never]")
      .text("not-before", "time before which it is refused [now]")
      .list("ip", "address or CIDR block it may be used from [any]")
      .list("not-ip", "address or CIDR block it may not be used from [none]")
      .text("account", "account id; needed when there are several")
      .text("user", "make it a token of the user with this e-mail address");
  commands.emplace_back(*token, "list", "list tokens", "token.list")
      .text("account", "only of this account");
  const std::vector<std::pair<std::string, std::string>> of_one_token{
      {"show", "show a token"},
      {"roll", "give a token a new value; the old one fails at once"},
      {"disable", "refuse a token until it is enabled again"},
      {"enable", "accept a disabled token again"},
      {"revoke", "delete a token"}};
  for (const auto& [name, help] : of_one_token) {
    commands.emplace_back(*token, name, help, "token." + name)
        .required("access-key", "the token's id, which is its Access Key ID");
  }
}

void add_bucket_commands(CLI::App& app, std::deque<OperatorCommand>& commands) {
  CLI::App* bucket = app.add_subcommand("bucket", "buckets");
  bucket->require_subcommand(1);
  commands.emplace_back(*bucket, "create", "make a bucket", "bucket.create")
      .required("bucket", "the bucket's name")
      .text("jurisdiction", "default, eu, fedramp or us [default]")
      .text("location", "location hint: wnam, enam, weur, eeur, apac or oc")
      .text("account", "account id; needed when there are several");
  commands.emplace_back(*bucket, "list", "list buckets", "bucket.list")
      .text("jurisdiction", "only of this jurisdiction")
      .text("account", "account id; needed when there are several");
  commands.emplace_back(*bucket, "delete", "delete an empty bucket", "bucket.delete")
      .required("bucket", "the bucket's name")
      .text("jurisdiction", "default, eu, fedramp or us [default]")
      .text("account", "account id; needed when there are several");
}

void add_user_commands(CLI::App& app, std::deque<OperatorCommand>& commands) {
  CLI::App* user = app.add_subcommand("user", "people");
  user->require_subcommand(1);
  commands.emplace_back(*user, "create", "make a user", "user.create")
      .required("email", "the user's e-mail address")
      .text("name", "the user's name")
      .text("operator", "true: also an operator of this installation [false]");
  commands.emplace_back(*user, "list", "list users", "user.list");
  commands
      .emplace_back(*user, "set-operator", "make a user an operator, or no longer one",
                    "user.set-operator")
      .required("email", "the user's e-mail address")
      .required("operator", "true or false");
  const std::vector<std::pair<std::string, std::string>> of_one_user{
      {"show", "show a user and its memberships"},
      {"suspend", "refuse a user and its tokens until it is resumed"},
      {"resume", "accept a suspended user again"},
      {"setup-link", "make a link by which a user sets a password for the dashboard"},
      {"sign-out", "end every session of a user"},
      {"delete", "delete a user with its memberships and tokens"}};
  for (const auto& [name, help] : of_one_user) {
    commands.emplace_back(*user, name, help, "user." + name)
        .required("email", "the user's e-mail address");
  }

  CLI::App* member = app.add_subcommand("member", "users' places in an account");
  member->require_subcommand(1);
  commands.emplace_back(*member, "add", "add a user, who is made when there is none", "member.add")
      .required("email", "the user's e-mail address")
      .list("role", "role by name, like 'Super Administrator'")
      .text("account", "account id; needed when there are several");
  commands.emplace_back(*member, "list", "list members", "member.list")
      .text("account", "account id; needed when there are several");
  commands.emplace_back(*member, "set-roles", "replace a member's roles", "member.set-roles")
      .required("email", "the user's e-mail address")
      .list("role", "role by name, like 'Administrator'")
      .text("account", "account id; needed when there are several");
  commands.emplace_back(*member, "remove", "remove a member; the user stays", "member.remove")
      .required("email", "the user's e-mail address")
      .text("account", "account id; needed when there are several");
}

void add_other_commands(CLI::App& app, std::deque<OperatorCommand>& commands) {
  CLI::App* account = app.add_subcommand("account", "accounts");
  account->require_subcommand(1);
  commands.emplace_back(*account, "list", "list accounts", "account.list");
  commands
      .emplace_back(*account, "create", "make an account; R2 is not enabled on it yet",
                    "account.create")
      .required("name", "the account's name");
  commands.emplace_back(*account, "rename", "rename an account", "account.rename")
      .required("name", "the new name")
      .text("account", "account id; needed when there are several");
  commands
      .emplace_back(*account, "enable-r2", "let an account store, within a quota",
                    "account.enable-r2")
      .text("max-bytes", "bytes it may store, like 500G [no limit]")
      .text("max-objects", "objects it may store [no limit]")
      .text("max-buckets", "buckets it may have [no limit]")
      .text("account", "account id; needed when there are several");
  commands
      .emplace_back(*account, "disable-r2",
                    "refuse everything that an account stores and its tokens", "account.disable-r2")
      .text("account", "account id; needed when there are several");
  commands
      .emplace_back(app, "explain", "would a key be allowed to do this, and which policy says so?",
                    "explain")
      .required("access-key", "the token's id, which is its Access Key ID")
      .required("operation", "S3 operation, for example PutObject")
      .text("bucket", "bucket name")
      .text("key", "object key")
      .text("source", "source of a copy: BUCKET/KEY")
      .text("jurisdiction", "default, eu, fedramp or us [default]")
      .text("ip", "the client's address [127.0.0.1]")
      .text("at", "the time of the request: 2026-12-31T23:59:59Z [now]")
      .text("account", "account of the bucket [the token's]");
}

LogLevel log_level(const std::string& text) {
  if (text == "debug") return LogLevel::Debug;
  if (text == "warn") return LogLevel::Warn;
  if (text == "error") return LogLevel::Error;
  return LogLevel::Info;
}

int run_serve(const SettingFlags& flags) {
  const auto config = flags.load();
  if (!config) return fail(config.error());
  set_log_level(log_level(config->text("log-level")));
  return serve(*config);
}

/// Prints also what the server would refuse, so that the reason can be seen beside it.
int run_config(const SettingFlags& flags) {
  const auto config = flags.load();
  if (!config) return fail(config.error());
  std::cout << config->render() << std::flush;
  const Result<> valid = config->validate();
  return valid ? 0 : fail(valid.error());
}

int run(int argc, char** argv) {
  CLI::App app("Coffer: a self-hosted object store that behaves as Cloudflare R2", "coffer");
  app.set_version_flag("--version", "coffer " COFFER_VERSION);
  app.require_subcommand(1);

  CLI::App* serve_command = app.add_subcommand("serve", "run the server");
  SettingFlags serve_flags;
  serve_flags.add_to(*serve_command, SettingFlags::Which::All);
  serve_command->footer(
      "A setting comes from its flag, else its environment variable (--listen-s3 is\n"
      "COFFER_LISTEN_S3), else the configuration file (listen_s3), else the default in brackets.");
  CLI::App* config_command =
      app.add_subcommand("config", "print the effective settings and where each came from");
  SettingFlags config_flags;
  config_flags.add_to(*config_command, SettingFlags::Which::All);

  std::deque<OperatorCommand> commands;
  add_token_commands(app, commands);
  add_bucket_commands(app, commands);
  add_user_commands(app, commands);
  add_other_commands(app, commands);
  for (OperatorCommand& command : commands) command.finish();
  BenchCommand bench(app);
  CredsCommand creds(app);
  // Only now: subcommands made later would inherit it.
  app.footer(
      "Begin with `coffer serve`. The commands token, bucket, account, user, member and "
      "explain act on\n"
      "the server that runs on --data, or on its directory while it is stopped. Each command has "
      "--help.");

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help and --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    fail(std::string(error.what()) + "; `coffer --help` lists commands and flags");
    return kExitUsage;
  }
  if (serve_command->parsed()) return run_serve(serve_flags);
  if (config_command->parsed()) return run_config(config_flags);
  if (bench.parsed()) return bench.run();
  if (creds.parsed()) return creds.run();
  for (const OperatorCommand& command : commands) {
    if (command.parsed()) return command.run();
  }
  return kExitUsage;
}

}  // namespace
}  // namespace coffer::app

int main(int argc, char** argv) {
  // Whatever is written, the data directory above all, is for this user alone.
  ::umask(S_IRWXG | S_IRWXO);
  try {
    return coffer::app::run(argc, argv);
  } catch (const std::exception& error) {
    return coffer::app::fail(std::string("unexpected failure: ") + error.what());
  }
}
