#include "app/creds_command.h"

#include "app/files.h"
#include "app/report.h"
#include "auth/temporary_credential.h"
#include "base/clock.h"
#include "base/headers.h"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <unistd.h>

namespace coffer::app {
namespace {

constexpr const char* kSecretVariable = "COFFER_SECRET_ACCESS_KEY";
/// A secret is 64 digits; a larger file is another file.
constexpr std::size_t kSecretBytesMax = 4096;
/// What the published example takes (cloudflare-api.md section 5).
constexpr unsigned kDefaultTtlSeconds = 3600;

Error bad_usage(std::string text) {
  return Error::with_message(ErrorCode::InvalidArgument, std::move(text));
}

/// Without the line's end, which no secret has.
std::string line_of(std::string text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

struct CredsCommand::Options {
  std::string access_key;
  std::string secret_file;
  std::string account;
  std::string endpoint;
  std::string bucket;
  std::string permission;
  std::vector<std::string> actions;
  std::vector<std::string> prefixes;
  std::vector<std::string> objects;
  unsigned ttl_s = kDefaultTtlSeconds;
  bool json = false;

  /// Never from an argument: every user of the machine sees those, and shells remember them.
  Result<std::string> read_secret() const {
    if (secret_file.empty()) {
      const char* value = std::getenv(kSecretVariable);
      if (value != nullptr && *value != '\0') return std::string(value);
      return bad_usage(std::string("the Secret Access Key comes from the environment variable ") +
                       kSecretVariable + ", or from --secret-file (- is standard input)");
    }
    if (secret_file == "-") {
      ReadBytes read = read_to_end(STDIN_FILENO, kSecretBytesMax);
      if (read.error_number == 0) return line_of(std::move(read.bytes));
      return bad_usage(std::string("cannot read standard input: ") +
                       std::strerror(read.error_number));
    }
    TRY(auto text, read_small_file(secret_file, kSecretBytesMax, "secret file"));
    if (!text) return bad_usage("--secret-file: there is no " + secret_file);
    return line_of(*std::move(text));
  }

  Result<auth::NewTemporaryCredential> request(Timestamp now) const {
    auth::NewTemporaryCredential out;
    const auto parent = TokenId::parse(access_key);
    if (!parent) return bad_usage("--access-key must be 32 lower-case hex digits");
    const auto of_account = AccountId::parse(account);
    if (!of_account) return bad_usage("--account must be 32 lower-case hex digits");
    const auto audience = auth::audience_of_url(endpoint);
    if (!audience) {
      return bad_usage("--endpoint must be a URL like https://s3.example.com:9000, without a path");
    }
    if (!permission.empty()) {
      out.permission = auth::parse_preset(permission);
      if (!out.permission) {
        return bad_usage(
            "--permission must be admin-read-write, admin-read-only, object-read-write or "
            "object-read-only");
      }
    }
    for (const std::string& action : actions) {
      const auto operation = auth::parse_temporary_action(action);
      if (!operation) return bad_usage("--action: a temporary credential knows no " + action);
      out.operations.push_back(*operation);
    }
    out.parent = *parent;
    out.account = *of_account;
    out.audience = *audience;
    out.bucket = bucket;
    out.prefixes = prefixes;
    out.objects = objects;
    out.issued = now;
    out.ttl = std::chrono::seconds(ttl_s);
    TRY(out.parent_secret, read_secret());
    return out;
  }
};

CredsCommand::CredsCommand(CLI::App& parent) : options_(std::make_unique<Options>()) {
  Options& o = *options_;
  CLI::App* creds = parent.add_subcommand("creds", "temporary credentials");
  creds->require_subcommand(1);
  mint_ = creds->add_subcommand("mint", "make a temporary credential, without asking the server");
  const auto add = [this](const std::string& name, auto& value, const std::string& help) {
    return mint_->add_option(name, value, help)->option_text(" ");
  };
  const auto add_list = [&add](const std::string& name, std::vector<std::string>& values,
                               const std::string& help) {
    add(name, values, help + "; may repeat")->expected(1)->take_all();
  };
  add("--access-key", o.access_key, "the parent token's Access Key ID")->required();
  add("--secret-file", o.secret_file,
      std::string("file with its Secret Access Key, - for standard input [the environment's ") +
          kSecretVariable + "]");
  add("--account", o.account, "account id")->required();
  add("--endpoint", o.endpoint, "S3 endpoint that it is for, of the bucket's jurisdiction")
      ->required();
  add("--bucket", o.bucket, "the one bucket that it reaches")->required();
  add("--permission", o.permission,
      "admin-read-write, admin-read-only, object-read-write or object-read-only");
  add_list("--action", o.actions, "an S3 operation, the only ones it may do");
  add_list("--prefix", o.prefixes, "prefix of the keys that it reaches [all]");
  add_list("--object", o.objects, "a key that it reaches [all]");
  add("--ttl", o.ttl_s, "seconds that it is valid, at most 604800 [3600]");
  mint_->add_flag("--json", o.json, "print JSON, as the SDKs' credential_process reads it");
  mint_->footer(
      "Everybody on this machine sees a command's arguments, so the secret is none of them.");
}

CredsCommand::~CredsCommand() = default;
bool CredsCommand::parsed() const { return mint_->parsed(); }

int CredsCommand::run() const {
  const Options& options = *options_;
  const auto request = options.request(SystemClock().now());
  if (!request) return fail(request.error());
  const auto credential = auth::mint_temporary_credential(*request);
  if (!credential) return fail(credential.error());
  if (options.json) {
    // What the SDKs' `credential_process` reads, so that they renew it themselves:
    // docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
    boost::json::object out;
    out["Version"] = 1;
    out["AccessKeyId"] = credential->access_key_id;
    out["SecretAccessKey"] = credential->secret_access_key;
    out["SessionToken"] = credential->session_token;
    out["Expiration"] = format_iso8601_ms(credential->expires);
    std::cout << boost::json::serialize(out) << '\n' << std::flush;
  } else {
    std::cout << "AWS_ACCESS_KEY_ID=" << credential->access_key_id
              << "\nAWS_SECRET_ACCESS_KEY=" << credential->secret_access_key
              << "\nAWS_SESSION_TOKEN=" << credential->session_token << '\n'
              << std::flush;
  }
  return std::cout ? 0 : fail("cannot write the credential");
}

}  // namespace coffer::app
