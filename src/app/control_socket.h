#pragma once

#include "app/administration.h"

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>

#include <filesystem>
#include <memory>
#include <optional>

namespace coffer::app {

/// Where the control socket of a data directory lies.
std::filesystem::path control_socket_path(const std::filesystem::path& data_directory);

/// Where a running server takes the operator's commands: a socket of mode 0600, and the peer must
/// be this process's user or root. One JSON object a line, one line of answer. Belongs to the
/// thread that runs `loop`, or to its owner while nobody does.
class ControlServer {
 public:
  ControlServer(boost::asio::io_context& loop, Administration& administration);
  ~ControlServer();
  /// Replaces a socket file left by a crash: the directory's lock is held, so nobody lives behind
  /// it. IoError; InvalidConfiguration when the path is longer than a socket's may be.
  Result<> listen(const std::filesystem::path& path);
  /// Takes no more commands and removes the socket file. A command under way goes on to its end;
  /// then nothing of this is left on `loop`.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  ///< shared with the coroutines that run on `loop`
};

/// Sends one command to a running server and blocks for its answer. Nothing when none listens
/// there; AccessDenied when the socket is another user's; IoError when the conversation breaks.
Result<std::optional<boost::json::object>> ask_running_server(const std::filesystem::path& socket,
                                                              const boost::json::object& request);

}  // namespace coffer::app
