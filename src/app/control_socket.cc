#include "app/control_socket.h"

#include "app/files.h"
#include "base/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <set>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace coffer::app {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using Local = asio::local::stream_protocol;
using Socket = Local::socket;

constexpr auto kAwaitTuple = asio::as_tuple(asio::use_awaitable);

/// A command; those with the bucket list of a token are the longest.
constexpr std::size_t kLineBytesMax = 1024 * 1024;
constexpr std::size_t kDepthMax = 8;
constexpr std::size_t kPathBytesMax = sizeof(sockaddr_un::sun_path) - 1;
/// When descriptors run out, accepting again at once would only spin.
constexpr std::chrono::milliseconds kAcceptPause{100};

bool peer_may_command(Socket& socket) {
  ucred peer{};
  socklen_t length = sizeof(peer);
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) {
    return false;
  }
  return peer.uid == 0 || peer.uid == ::geteuid();
}

/// Empty when the line is no JSON object.
json::object parse_line(std::string_view line) {
  boost::system::error_code code;
  json::parse_options options;
  options.max_depth = kDepthMax;
  json::value value = json::parse(line, code, {}, options);
  if (code || !value.is_object()) return {};
  return std::move(value.get_object());
}

}  // namespace

std::filesystem::path control_socket_path(const std::filesystem::path& data_directory) {
  return data_directory / "control.sock";
}

class ControlServer::Impl : public std::enable_shared_from_this<ControlServer::Impl> {
 public:
  Impl(asio::io_context& loop, Administration& administration)
      : loop_(loop), administration_(administration), acceptor_(loop), pause_(loop) {}

  Result<> listen(const std::filesystem::path& path) {
    if (path.string().size() > kPathBytesMax) {
      return Error(ErrorCode::InvalidConfiguration,
                   "the path of the control socket, " + path.string() + ", is longer than " +
                       std::to_string(kPathBytesMax) + " bytes; choose a shorter --data");
    }
    ::unlink(path.c_str());
    boost::system::error_code code;
    acceptor_.open(Local(), code);
    if (!code) acceptor_.bind(Local::endpoint(path.string()), code);
    // Nobody can connect before it listens, so nobody has seen another mode.
    if (!code && ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
      code.assign(errno, boost::system::system_category());
    }
    if (!code) acceptor_.listen(asio::socket_base::max_listen_connections, code);
    if (code) return file_error("listen on", path, code.value());
    path_ = path;
    asio::co_spawn(loop_, accept(shared_from_this()), [](std::exception_ptr failure) {
      if (failure) log_error("the control socket ended by an exception");
    });
    return ok();
  }

  void stop() {
    stopping_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    for (Socket* socket : waiting_) socket->close(ignored);
    if (!path_.empty()) ::unlink(path_.c_str());
    path_.clear();
  }

 private:
  /// A connection that waits for its next command; stop() may close it.
  class Waiting {
   public:
    Waiting(Impl& impl, Socket& socket) : impl_(impl), socket_(socket) {
      impl_.waiting_.insert(&socket_);
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { impl_.waiting_.erase(&socket_); }

   private:
    Impl& impl_;
    Socket& socket_;
  };

  static Task<> accept(std::shared_ptr<Impl> self) {
    while (!self->stopping_) {
      auto [code, socket] = co_await self->acceptor_.async_accept(kAwaitTuple);
      if (self->stopping_) co_return;
      if (code) {
        self->pause_.expires_after(kAcceptPause);
        co_await self->pause_.async_wait(kAwaitTuple);
        continue;
      }
      if (!peer_may_command(socket)) continue;
      asio::co_spawn(self->loop_, serve(self, std::move(socket)), [](std::exception_ptr failure) {
        if (failure) log_error("a control command ended by an exception");
      });
    }
  }

  static Task<> serve(std::shared_ptr<Impl> self, Socket socket) {
    std::string buffer;
    while (!self->stopping_) {
      std::size_t length = 0;
      {
        const Waiting waiting(*self, socket);
        auto [code, count] = co_await asio::async_read_until(
            socket, asio::dynamic_buffer(buffer, kLineBytesMax), '\n', kAwaitTuple);
        if (code) co_return;
        length = count;
      }
      json::object request = parse_line(std::string_view(buffer).substr(0, length));
      buffer.erase(0, length);
      const json::object answer = co_await self->administration_.execute(std::move(request));
      const std::string line = json::serialize(answer) + "\n";
      auto [code, written] = co_await asio::async_write(socket, asio::buffer(line), kAwaitTuple);
      if (code) co_return;
    }
  }

  asio::io_context& loop_;
  Administration& administration_;
  Local::acceptor acceptor_;
  asio::steady_timer pause_;
  std::filesystem::path path_;
  std::set<Socket*> waiting_;  ///< of the coroutines
  bool stopping_ = false;
};

ControlServer::ControlServer(asio::io_context& loop, Administration& administration)
    : impl_(std::make_shared<Impl>(loop, administration)) {}
ControlServer::~ControlServer() = default;
Result<> ControlServer::listen(const std::filesystem::path& path) { return impl_->listen(path); }
void ControlServer::stop() { impl_->stop(); }

Result<std::optional<json::object>> ask_running_server(const std::filesystem::path& path,
                                                       const json::object& request) {
  using Answer = std::optional<json::object>;
  // A server cannot listen at a longer path.
  if (path.string().size() > kPathBytesMax) return Answer();
  asio::io_context context(1);
  Socket socket(context);
  boost::system::error_code code;
  socket.connect(Local::endpoint(path.string()), code);
  if (code == boost::system::errc::no_such_file_or_directory ||
      code == boost::system::errc::connection_refused) {
    return Answer();
  }
  if (code == boost::system::errc::permission_denied) {
    return Error(ErrorCode::AccessDenied,
                 path.string() + " belongs to another user; run this as the server's user or root");
  }
  if (code) return file_error("connect to", path, code.value());
  asio::write(socket, asio::buffer(json::serialize(request) + "\n"), code);
  std::string line;
  if (!code) asio::read_until(socket, asio::dynamic_buffer(line), '\n', code);
  if (code) {
    return Error(ErrorCode::IoError, "the server at " + path.string() +
                                         " ended the conversation; it may be stopping, or run as "
                                         "another user");
  }
  return Answer(parse_line(line));
}

}  // namespace coffer::app
