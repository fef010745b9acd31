#include "app/operator_commands.h"
#include "base/log.h"

#include <boost/json/array.hpp>

#include <array>

namespace coffer::app {
namespace {

namespace json = boost::json;
using Answer = CommandAnswer;
using Arguments = CommandArguments;

json::value limit(const std::optional<std::uint64_t>& number) {
  return number ? json::value(std::to_string(*number)) : json::value();
}

json::object describe(const auth::Account& account) {
  json::object out;
  out["id"] = account.id.hex();
  out["name"] = account.name;
  out["created"] = format_iso8601_ms(account.created);
  out["r2_enabled"] = account.r2_enabled;
  out["max_bytes"] = limit(account.quota.bytes_max);
  out["max_objects"] = limit(account.quota.objects_max);
  out["max_buckets"] = limit(account.quota.buckets_max);
  return out;
}

Task<Answer> account_list(const Administered& services, const Arguments&) {
  json::array out;
  for (const auto& account : services.identity.accounts()) out.emplace_back(describe(account));
  co_return json::value(std::move(out));
}

Task<Answer> account_create(const Administered& services, const Arguments& arguments) {
  CO_TRY(std::string name, arguments.required("name"));
  CO_TRY(const auth::Account account,
         co_await services.identity.create_account(std::move(name), false, std::nullopt,
                                                   command_line_actor()));
  log_info("account created: " + account.id.hex());
  co_return json::value(describe(account));
}

Task<Answer> account_rename(const Administered& services, const Arguments& arguments) {
  CO_TRY(const AccountId id, account_of(arguments, services.identity));
  CO_TRY(std::string name, arguments.required("name"));
  CO_TRY(const auth::Account account,
         co_await services.identity.rename_account(id, std::move(name), command_line_actor()));
  log_info("account renamed: " + id.hex());
  co_return json::value(describe(account));
}

Task<Answer> account_enable_r2(const Administered& services, const Arguments& arguments) {
  CO_TRY(const AccountId id, account_of(arguments, services.identity));
  auth::Quota quota;
  CO_TRY(quota.bytes_max, arguments.number("max-bytes"));
  CO_TRY(quota.objects_max, arguments.number("max-objects"));
  CO_TRY(quota.buckets_max, arguments.number("max-buckets"));
  CO_TRY(const auth::Account account,
         co_await services.identity.set_r2_enabled(id, true, quota, command_line_actor()));
  log_info("R2 enabled on account " + id.hex());
  co_return json::value(describe(account));
}

Task<Answer> account_disable_r2(const Administered& services, const Arguments& arguments) {
  CO_TRY(const AccountId id, account_of(arguments, services.identity));
  auth::Quota quota;
  if (const auto before = services.identity.find_account(id)) quota = before->quota;
  CO_TRY(const auth::Account account,
         co_await services.identity.set_r2_enabled(id, false, quota, command_line_actor()));
  log_info("R2 disabled on account " + id.hex());
  co_return json::value(describe(account));
}

constexpr std::array<NamedCommand, 5> kCommands{{
    {"account.list", account_list},
    {"account.create", account_create},
    {"account.rename", account_rename},
    {"account.enable-r2", account_enable_r2},
    {"account.disable-r2", account_disable_r2},
}};

}  // namespace

std::span<const NamedCommand> account_commands() { return kCommands; }

}  // namespace coffer::app
