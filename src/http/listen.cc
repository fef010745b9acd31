#include "http/listen.h"

#include <boost/asio/detail/socket_option.hpp>

#include <charconv>
#include <netinet/in.h>
#include <sys/socket.h>

namespace coffer::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
using V6Only = asio::detail::socket_option::boolean<IPPROTO_IPV6, IPV6_V6ONLY>;

constexpr int kBacklog = 4096;  // cut to net.core.somaxconn by the kernel

Error cannot_listen(const tcp::endpoint& endpoint, const boost::system::error_code& code) {
  const std::string where = "cannot listen on " + format_endpoint(endpoint) + ": ";
  if (code == asio::error::address_in_use) {
    return Error(ErrorCode::AddressInUse,
                 where + "address already in use; stop the other program or choose another port");
  }
  if (code == asio::error::access_denied) {
    return Error(
        ErrorCode::InvalidConfiguration,
        where + "permission denied; choose a port above 1023 or grant CAP_NET_BIND_SERVICE");
  }
  if (code == boost::system::errc::address_not_available) {
    return Error(
        ErrorCode::InvalidConfiguration,
        where + "this machine has no such address; choose one of its own, 0.0.0.0 or [::]");
  }
  return Error(ErrorCode::InvalidConfiguration, where + code.message());
}

Result<tcp::acceptor> open(asio::io_context& loop, const tcp::endpoint& endpoint, bool share) {
  tcp::acceptor acceptor(loop);
  boost::system::error_code code;
  acceptor.open(endpoint.protocol(), code);
  if (!code) acceptor.set_option(tcp::acceptor::reuse_address(true), code);
  if (!code && share) acceptor.set_option(ReusePort(true), code);
  if (!code && endpoint.address().is_v6()) {
    acceptor.set_option(V6Only(false), code);
  }
  if (!code) acceptor.bind(endpoint, code);
  if (!code) acceptor.listen(kBacklog, code);
  if (code) return cannot_listen(endpoint, code);
  return acceptor;
}

}  // namespace

Result<tcp::endpoint> parse_endpoint(const std::string& address) {
  const Error invalid(ErrorCode::InvalidConfiguration,
                      "'" + address + "' is not a listener address; write 127.0.0.1:9000, " +
                          "[::1]:9000 or localhost:9000");
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return invalid;
  std::string host = address.substr(0, colon);
  const std::string_view digits = std::string_view(address).substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failure != std::errc() || end != digits.data() + digits.size()) return invalid;
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code code;
  const asio::ip::address ip = asio::ip::make_address(host, code);
  if (code || ip.is_v6() != bracketed) return invalid;
  return tcp::endpoint(ip, port);
}

std::string format_endpoint(const tcp::endpoint& endpoint) {
  const std::string ip = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + ip + "]" : ip) + ":" + std::to_string(endpoint.port());
}

Result<std::vector<tcp::acceptor>> listen_on(const std::vector<asio::io_context*>& loops,
                                             tcp::endpoint endpoint) {
  {
    // With SO_REUSEPORT alone a second server of the same user would silently take half of the
    // connections. A socket without it is refused while anybody listens.
    TRY(const tcp::acceptor probe, open(*loops.front(), endpoint, false));
    if (endpoint.port() == 0) endpoint = probe.local_endpoint();
  }
  std::vector<tcp::acceptor> acceptors;
  for (asio::io_context* loop : loops) {
    TRY(tcp::acceptor acceptor, open(*loop, endpoint, true));
    acceptors.push_back(std::move(acceptor));
  }
  return acceptors;
}

}  // namespace coffer::http
