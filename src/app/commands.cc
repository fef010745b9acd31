#include "app/commands.h"

#include "app/administration.h"
#include "app/control_socket.h"
#include "app/data_directory.h"
#include "app/installation.h"
#include "app/report.h"
#include "app/run.h"
#include "base/log.h"

#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <iostream>

namespace coffer::app {
namespace {

namespace json = boost::json;

constexpr std::size_t kLabelWidth = 20;

Result<json::object> ask_stopped_server(const Config& config, const json::object& request) {
  boost::asio::io_context loop(1);
  TRY(const std::unique_ptr<Installation> installation, Installation::open(config));
  TRY_VOID(run_blocking(loop, installation->recover()));
  Administration administration(Administered{installation->identity(), installation->sessions(),
                                             installation->authorizer(), installation->store(),
                                             installation->clock(), installation->random()});
  json::object answer = run_blocking(loop, administration.execute(request));
  if (const Result<> closed = run_blocking(loop, installation->close()); !closed) {
    // The command has been carried out; the next start only has more to look for.
    log_warn("closing " + installation->directory().string() + ": " + closed.error().describe());
  }
  return answer;
}

Result<json::object> ask(const Config& config, const json::object& request) {
  const std::filesystem::path directory = absolute_directory(config.text("data"));
  TRY(std::optional<json::object> answer,
      ask_running_server(control_socket_path(directory), request));
  if (answer) return *std::move(answer);
  if (!is_data_directory(directory)) {
    return Error(ErrorCode::InvalidConfiguration,
                 "no data directory at " + directory.string() +
                     "; start the server once with `coffer serve`, or give --data");
  }
  Result<json::object> asked = ask_stopped_server(config, request);
  if (!asked && asked.error().code() == ErrorCode::Locked) {
    return Error(ErrorCode::Locked, "data directory " + directory.string() +
                                        " is in use, but no server answers there; it is starting "
                                        "or stopping, or another command runs: try again");
  }
  return asked;
}

std::string plain(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null()) return "-";
  if (!value.is_array()) return json::serialize(value);
  std::string out;
  for (const json::value& item : value.get_array()) out += (out.empty() ? "" : "; ") + plain(item);
  return out.empty() ? "-" : out;
}

void print_object(const json::object& object) {
  for (const auto& [name, value] : object) {
    std::string label(name);
    label.resize(std::max(label.size() + 1, kLabelWidth), ' ');
    std::cout << label << plain(value) << "\n";
  }
}

/// An object as `name value` lines; a list with an empty line between its items.
void print_for_people(const json::value& result) {
  if (result.is_object()) return print_object(result.get_object());
  if (!result.is_array()) return;
  bool first = true;
  for (const json::value& item : result.get_array()) {
    if (!first) std::cout << "\n";
    first = false;
    if (item.is_object()) print_object(item.get_object());
  }
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

int run_command(const Config& config, const json::object& request, bool as_json) {
  set_log_level(LogLevel::Warn);
  const Result<json::object> answer = ask(config, request);
  if (!answer) return fail(answer.error());
  const json::value* result = answer->if_contains("result");
  if (result == nullptr) {
    const std::string code = text_of(*answer, "error");
    return fail((code.empty() ? "the server gave no answer" : code) + ": " +
                text_of(*answer, "message"));
  }
  if (as_json) {
    std::cout << json::serialize(*result) << "\n";
  } else {
    print_for_people(*result);
  }
  return 0;
}

}  // namespace coffer::app
