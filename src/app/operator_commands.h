#pragma once

#include "app/administration.h"
#include "app/command_arguments.h"
#include "base/task.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <span>
#include <string_view>
#include <utility>

/// The operator's commands by family, and what they share. Each command is awaited at once by
/// `Administration::execute`, which keeps what its arguments refer to.
namespace coffer::app {

using CommandAnswer = Result<boost::json::value>;
using CommandHandler = Task<CommandAnswer> (*)(const Administered&, const CommandArguments&);
using NamedCommand = std::pair<std::string_view, CommandHandler>;

std::span<const NamedCommand> token_commands();    // token_commands.cc
std::span<const NamedCommand> bucket_commands();   // bucket_commands.cc
std::span<const NamedCommand> account_commands();  // account_commands.cc
std::span<const NamedCommand> user_commands();     // user_commands.cc
std::span<const NamedCommand> explain_commands();  // explain_command.cc

/// The account a command is for: named by `--account`, or the only one there is.
Result<AccountId> account_of(const CommandArguments& arguments, const auth::Identity& identity);

/// Who makes these changes, for the audit log.
records::Actor command_line_actor();

/// Null, or the time.
boost::json::value describe(const std::optional<Timestamp>& time);

}  // namespace coffer::app
