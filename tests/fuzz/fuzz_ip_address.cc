// Addresses and blocks: what parses is written in a form that parses to the same.

#include "base/ip_address.h"

#include <cstdint>
#include <cstdlib>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coffer;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto address = IpAddress::parse(text);
  if (address) require(IpAddress::parse(address->to_string()) == address);
  if (const auto network = IpNetwork::parse(text)) {
    require(IpNetwork::parse(network->to_string()) == network);
    const auto base = IpAddress::parse(text.substr(0, text.find('/')));
    require(base && network->contains(*base));
  }
  return 0;
}
