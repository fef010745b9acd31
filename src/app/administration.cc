#include "app/administration.h"

#include "app/operator_commands.h"
#include "s3/error.h"

#include <map>

namespace coffer::app {
namespace {

namespace json = boost::json;

const std::map<std::string_view, CommandHandler>& commands() {
  static const std::map<std::string_view, CommandHandler> table = [] {
    std::map<std::string_view, CommandHandler> all;
    for (const auto family : {token_commands(), bucket_commands(), account_commands(),
                              user_commands(), explain_commands()}) {
      all.insert(family.begin(), family.end());
    }
    return all;
  }();
  return table;
}

/// One sentence, and what the log would say, since the operator may read it.
std::string message_of(const Error& error) {
  if (!error.message().empty()) return error.message();
  std::string sentence(s3::error_row(error.code()).message);
  // The S3 dialect does not tell clients which part of a credential does not exist.
  if (error.code() == ErrorCode::NoSuchToken) sentence = "There is no such token.";
  if (error.code() == ErrorCode::NoSuchUser) sentence = "There is no such user.";
  if (error.code() == ErrorCode::NoSuchMember) sentence = "There is no such member.";
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

json::value describe(const std::optional<Timestamp>& time) {
  return time ? json::value(format_iso8601_ms(*time)) : json::value();
}

records::Actor command_line_actor() {
  records::Actor actor;
  actor.kind = records::Actor::Kind::Operator;
  actor.interface = "CLI";
  return actor;
}

/// The account a command is for: named, or the only one there is.
Result<AccountId> account_of(const CommandArguments& arguments, const auth::Identity& identity) {
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

Task<json::object> Administration::execute(json::object request) {
  const CommandArguments arguments(request);
  const std::string name = arguments.text("command").value_or("");
  const auto command = commands().find(name);
  if (command == commands().end()) {
    co_return failed(
        bad_argument("unknown command '" + name + "'; is the server of this version?"));
  }
  CommandAnswer result = co_await command->second(services_, arguments);
  if (!result) co_return failed(result.error());
  json::object answer;
  answer["ok"] = true;
  answer["result"] = *std::move(result);
  co_return answer;
}

}  // namespace coffer::app
