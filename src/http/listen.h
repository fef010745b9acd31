#pragma once

#include "base/result.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <vector>

namespace coffer::http {

/// "127.0.0.1:9000", "[::1]:0", "localhost:9000". InvalidConfiguration otherwise: names are not
/// resolved, so that a start never waits for a name server.
Result<boost::asio::ip::tcp::endpoint> parse_endpoint(const std::string& address);
/// As parse_endpoint reads it.
std::string format_endpoint(const boost::asio::ip::tcp::endpoint& endpoint);

/// One SO_REUSEPORT socket per loop, all listening on the same port; with port 0 the kernel chooses
/// one for all. AddressInUse when anybody else listens there, even with SO_REUSEPORT;
/// InvalidConfiguration when the address is not this machine's or not ours to use.
Result<std::vector<boost::asio::ip::tcp::acceptor>> listen_on(
    const std::vector<boost::asio::io_context*>& loops, boost::asio::ip::tcp::endpoint endpoint);

}  // namespace coffer::http
