#include "app/operator_commands.h"
#include "auth/access.h"

#include <array>

namespace coffer::app {
namespace {

namespace json = boost::json;
using Answer = CommandAnswer;
using Arguments = CommandArguments;

/// BUCKET/KEY of `--source`.
Result<auth::Resource> source_of(const Arguments& arguments, AccountId account,
                                 Jurisdiction jurisdiction) {
  TRY(const std::string text, arguments.required("source"));
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return bad_argument("--source: write BUCKET/KEY");
  TRY(const ObjectKey key, ObjectKey::parse(std::string_view(text).substr(slash + 1)));
  return auth::Resource(account, jurisdiction, text.substr(0, slash), key.nfc());
}

/// What the operation acts on: the account, a bucket or an object, as its action wants.
Result<auth::Resource> target_of(const Arguments& arguments, auth::OperationName operation,
                                 AccountId account, Jurisdiction jurisdiction) {
  const auth::Action action = auth::required_action(operation);
  if (action == auth::Action::BucketsList) return auth::Resource(account, jurisdiction);
  TRY(std::string bucket, arguments.required("bucket"));
  if (action != auth::Action::ObjectRead && action != auth::Action::ObjectWrite) {
    return auth::Resource(account, jurisdiction, std::move(bucket));
  }
  TRY(const std::string text, arguments.required("key"));
  TRY(const ObjectKey key, ObjectKey::parse(text));
  return auth::Resource(account, jurisdiction, std::move(bucket), key.nfc());
}

/// A request as the token would make it now, from `--ip`.
Result<auth::Principal> principal_of(const Arguments& arguments, const auth::Identity& identity) {
  auth::Principal principal;
  TRY(principal.token, arguments.token());
  if (const auto entry = identity.find(principal.token)) {
    if (const AccountId* account = entry->token.account()) principal.account = *account;
    principal.secret_generation = entry->token.secret_generation;
  }
  const std::string text = arguments.text("ip").value_or("127.0.0.1");
  const auto address = IpAddress::parse(text);
  if (!address) return bad_argument("--ip: '" + text + "' is not an address");
  principal.client = *address;
  return principal;
}

Task<Answer> explain(const Administered& services, const Arguments& arguments) {
  CO_TRY(const auth::Principal principal, principal_of(arguments, services.identity));
  CO_TRY(const std::string name, arguments.required("operation"));
  const auto operation = auth::parse_operation_name(name);
  if (!operation) {
    co_return bad_argument("--operation: '" + name + "' is not an S3 operation, like PutObject");
  }
  CO_TRY(const Jurisdiction jurisdiction, arguments.jurisdiction());
  AccountId account = principal.account;
  if (arguments.text("account")) {
    CO_TRY(account, account_of(arguments, services.identity));
  }
  CO_TRY(auth::Resource target, target_of(arguments, *operation, account, jurisdiction));
  std::optional<auth::Resource> source;
  if (auth::has_copy_source(*operation)) {
    CO_TRY(source, source_of(arguments, account, jurisdiction));
  }
  const auto accesses = auth::accesses_of(*operation, std::move(target), std::move(source));
  CO_TRY(const std::optional<Timestamp> at, arguments.time("at"));
  const auth::Decision decision = services.authorizer.explain(principal, accesses, at);
  json::object out;
  out["allowed"] = decision.allowed;
  out["answer"] = decision.allowed ? "allowed" : to_string(decision.code);
  out["reason"] = decision.reason;
  out["policy"] = decision.policy ? json::value(decision.policy->hex()) : json::value();
  co_return json::value(std::move(out));
}

constexpr std::array<NamedCommand, 1> kCommands{{{"explain", explain}}};

}  // namespace

std::span<const NamedCommand> explain_commands() { return kCommands; }

}  // namespace coffer::app
