#include "app/administration.h"

#include "app/command_arguments.h"
#include "auth/access.h"
#include "auth/policy_text.h"
#include "base/log.h"
#include "s3/error.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <map>

namespace coffer::app {
namespace {

namespace json = boost::json;
using Arguments = CommandArguments;
using Answer = Result<json::value>;

// --- values as JSON ---

json::value describe(const std::optional<Timestamp>& time) {
  return time ? json::value(format_iso8601_ms(*time)) : json::value();
}

json::array describe(const std::vector<IpNetwork>& networks) {
  json::array out;
  for (const IpNetwork& network : networks) out.emplace_back(network.to_string());
  return out;
}

json::object describe(const auth::Token& token) {
  json::array policies;
  for (const auth::Policy& policy : token.policies) policies.emplace_back(auth::describe(policy));
  json::object out;
  out["id"] = token.id.hex();
  out["account"] = token.account.hex();
  out["name"] = token.name;
  out["status"] = token.status == auth::TokenStatus::Active ? "active" : "disabled";
  out["issued_on"] = format_iso8601_ms(token.issued_on);
  out["modified_on"] = format_iso8601_ms(token.modified_on);
  out["not_before"] = describe(token.not_before);
  out["expires_on"] = describe(token.expires_on);
  out["ip"] = describe(token.ip.in);
  out["not_ip"] = describe(token.ip.not_in);
  out["policies"] = std::move(policies);
  return out;
}

json::object describe(const auth::IssuedToken& issued) {
  json::object out = describe(issued.token);
  out["value"] = issued.value;
  out["access_key_id"] = issued.token.id.hex();
  out["secret_access_key"] = issued.secret_access_key;
  return out;
}

json::object describe(const store::Bucket& bucket, Jurisdiction jurisdiction) {
  const bool standard = bucket.storage_class == store::StorageClass::Standard;
  json::object out;
  out["name"] = bucket.name.text();
  out["jurisdiction"] = to_string(jurisdiction);
  out["created"] = format_iso8601_ms(bucket.created);
  out["location"] = bucket.location;
  out["storage_class"] = standard ? "Standard" : "InfrequentAccess";
  return out;
}

json::object describe(const auth::Account& account) {
  json::object out;
  out["id"] = account.id.hex();
  out["name"] = account.name;
  out["created"] = format_iso8601_ms(account.created);
  out["r2_enabled"] = account.r2_enabled;
  return out;
}

// --- arguments that need to look something up ---

/// The account a command is for: named, or the only one there is.
Result<AccountId> account_of(const Arguments& arguments, const auth::Identity& identity) {
  if (const auto text = arguments.text("account")) {
    const auto id = AccountId::parse(*text);
    if (!id) return bad_argument("--account: an account id has 32 hex digits");
    if (!identity.find_account(*id)) {
      return Error::with_message(ErrorCode::NoSuchAccount, "there is no account " + *text);
    }
    return *id;
  }
  const auto accounts = identity.accounts();
  if (accounts.size() == 1) return accounts.front().id;
  return bad_argument("there are " + std::to_string(accounts.size()) +
                      " accounts; name one with --account");
}

Result<store::BucketAddress> bucket_of(const Arguments& arguments, const auth::Identity& identity) {
  TRY(const AccountId account, account_of(arguments, identity));
  TRY(const Jurisdiction jurisdiction, arguments.jurisdiction());
  TRY(const std::string text, arguments.required("bucket"));
  TRY(BucketName name, BucketName::parse(text));
  return store::BucketAddress(account, jurisdiction, std::move(name));
}

// --- commands ---
//
// Each is awaited at once by `execute`, which keeps what they refer to.

Task<Answer> token_create(const Administered& services, const Arguments& arguments) {
  auth::NewToken request;
  CO_TRY(request.account, account_of(arguments, services.identity));
  CO_TRY(request.name, arguments.required("name"));
  CO_TRY(const auth::Preset preset, arguments.preset());
  CO_TRY(const auto buckets, arguments.scoped_buckets());
  CO_TRY(request.policies, auth::policies_of_preset(preset, request.account, buckets));
  CO_TRY(request.not_before, arguments.time("not-before"));
  CO_TRY(request.expires_on, arguments.time("expires"));
  CO_TRY(request.ip.in, arguments.networks("ip"));
  CO_TRY(request.ip.not_in, arguments.networks("not-ip"));
  CO_TRY(const auth::IssuedToken issued,
         co_await services.identity.create_token(std::move(request)));
  log_info("token created: " + issued.token.id.hex() + " name=" + issued.token.name);
  co_return json::value(describe(issued));
}

Task<Answer> token_list(const Administered& services, const Arguments& arguments) {
  std::vector<AccountId> accounts;
  if (arguments.text("account")) {
    CO_TRY(const AccountId account, account_of(arguments, services.identity));
    accounts.push_back(account);
  } else {
    for (const auto& account : services.identity.accounts()) accounts.push_back(account.id);
  }
  json::array out;
  for (const AccountId account : accounts) {
    for (const auto& token : services.identity.tokens(account)) out.emplace_back(describe(token));
  }
  co_return json::value(std::move(out));
}

Task<Answer> token_show(const Administered& services, const Arguments& arguments) {
  CO_TRY(const TokenId id, arguments.token());
  const auto entry = services.identity.find(id);
  if (!entry) {
    co_return Error::with_message(ErrorCode::NoSuchToken, "there is no token " + id.hex());
  }
  co_return json::value(describe(entry->token));
}

Task<Answer> token_roll(const Administered& services, const Arguments& arguments) {
  CO_TRY(const TokenId id, arguments.token());
  CO_TRY(const auth::IssuedToken issued, co_await services.identity.roll_token(id));
  log_info("token rolled: " + id.hex());
  co_return json::value(describe(issued));
}

Task<Answer> token_disable(const Administered& services, const Arguments& arguments) {
  CO_TRY(const TokenId id, arguments.token());
  CO_TRY(const auth::Token token,
         co_await services.identity.set_token_status(id, auth::TokenStatus::Disabled));
  log_info("token disabled: " + id.hex());
  co_return json::value(describe(token));
}

Task<Answer> token_enable(const Administered& services, const Arguments& arguments) {
  CO_TRY(const TokenId id, arguments.token());
  CO_TRY(const auth::Token token,
         co_await services.identity.set_token_status(id, auth::TokenStatus::Active));
  log_info("token enabled: " + id.hex());
  co_return json::value(describe(token));
}

Task<Answer> token_revoke(const Administered& services, const Arguments& arguments) {
  CO_TRY(const TokenId id, arguments.token());
  CO_TRY_VOID(co_await services.identity.revoke_token(id));
  log_info("token revoked: " + id.hex());
  json::object out;
  out["id"] = id.hex();
  out["status"] = "revoked";
  co_return json::value(std::move(out));
}

Task<Answer> bucket_create(const Administered& services, const Arguments& arguments) {
  CO_TRY(store::BucketAddress address, bucket_of(arguments, services.identity));
  const auto account = services.identity.find_account(address.account);
  if (!account || !account->r2_enabled) co_return Error(ErrorCode::NotEntitled);
  store::CreateBucketOptions options;
  CO_TRY(options.location, arguments.location());
  const Jurisdiction jurisdiction = address.jurisdiction;
  CO_TRY(const store::Bucket bucket,
         co_await services.store.create_bucket(std::move(address), std::move(options)));
  log_info("bucket created: " + std::string(to_string(jurisdiction)) + "/" + bucket.name.text());
  co_return json::value(describe(bucket, jurisdiction));
}

Task<Answer> bucket_list(const Administered& services, const Arguments& arguments) {
  CO_TRY(const AccountId account, account_of(arguments, services.identity));
  std::vector<Jurisdiction> jurisdictions(kJurisdictions.begin(), kJurisdictions.end());
  if (arguments.text("jurisdiction")) {
    CO_TRY(const Jurisdiction one, arguments.jurisdiction());
    jurisdictions.assign(1, one);
  }
  json::array out;
  for (const Jurisdiction jurisdiction : jurisdictions) {
    store::ListBucketsQuery query;
    bool more = true;
    while (more) {
      CO_TRY(const store::BucketPage page,
             co_await services.store.list_buckets(account, jurisdiction, query));
      for (const auto& bucket : page.buckets) out.emplace_back(describe(bucket, jurisdiction));
      more = page.truncated && !page.buckets.empty();
      if (more) query.start_after = page.buckets.back().name.text();
    }
  }
  co_return json::value(std::move(out));
}

Task<Answer> bucket_delete(const Administered& services, const Arguments& arguments) {
  CO_TRY(store::BucketAddress address, bucket_of(arguments, services.identity));
  const std::string jurisdiction(to_string(address.jurisdiction));
  const std::string name = address.name.text();
  CO_TRY_VOID(co_await services.store.delete_bucket(std::move(address)));
  log_info("bucket deleted: " + jurisdiction + "/" + name);
  json::object out;
  out["name"] = name;
  out["jurisdiction"] = jurisdiction;
  out["status"] = "deleted";
  co_return json::value(std::move(out));
}

Task<Answer> account_list(const Administered& services, const Arguments&) {
  json::array out;
  for (const auto& account : services.identity.accounts()) out.emplace_back(describe(account));
  co_return json::value(std::move(out));
}

// --- explain ---

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
    principal.account = entry->token.account;
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
  const auth::Decision decision = services.authorizer.explain(principal, accesses);
  json::object out;
  out["allowed"] = decision.allowed;
  out["answer"] = decision.allowed ? "allowed" : to_string(decision.code);
  out["reason"] = decision.reason;
  out["policy"] = decision.policy ? json::value(decision.policy->hex()) : json::value();
  co_return json::value(std::move(out));
}

using Command = Task<Answer> (*)(const Administered&, const Arguments&);

const std::map<std::string_view, Command>& commands() {
  static const std::map<std::string_view, Command> table = {
      {"token.create", token_create},   {"token.list", token_list},
      {"token.show", token_show},       {"token.roll", token_roll},
      {"token.disable", token_disable}, {"token.enable", token_enable},
      {"token.revoke", token_revoke},   {"bucket.create", bucket_create},
      {"bucket.list", bucket_list},     {"bucket.delete", bucket_delete},
      {"account.list", account_list},   {"explain", explain},
  };
  return table;
}

/// One sentence, and what the log would say, since the operator may read it.
std::string message_of(const Error& error) {
  if (!error.message().empty()) return error.message();
  std::string sentence(s3::error_row(error.code()).message);
  // The S3 dialect does not tell clients which part of a credential does not exist.
  if (error.code() == ErrorCode::NoSuchToken) sentence = "There is no such token.";
  if (error.code() == ErrorCode::NoSuchAccount) sentence = "There is no such account.";
  return error.detail().empty() ? sentence : sentence + " (" + error.detail() + ")";
}

json::object failed(const Error& error) {
  json::object answer;
  answer["ok"] = false;
  answer["error"] = to_string(error.code());
  answer["message"] = message_of(error);
  return answer;
}

}  // namespace

Task<json::object> Administration::execute(json::object request) {
  const Arguments arguments(request);
  const std::string name = arguments.text("command").value_or("");
  const auto command = commands().find(name);
  if (command == commands().end()) {
    co_return failed(
        bad_argument("unknown command '" + name + "'; is the server of this version?"));
  }
  Answer result = co_await command->second(services_, arguments);
  if (!result) co_return failed(result.error());
  json::object answer;
  answer["ok"] = true;
  answer["result"] = *std::move(result);
  co_return answer;
}

}  // namespace coffer::app
