#pragma once

#include "api/fields.h"
#include "store/types.h"

#include <boost/json/object.hpp>

#include <string>

/// Objects as JSON, in and out (cloudflare-api.md 3.2; the names are those of the Workers binding).
namespace coffer::api {

/// {http_metadata, custom_metadata}
json::object describe(const store::Metadata& metadata);

/// "7e5f...": the 128 bits in the form of a UUID.
std::string uuid(const VersionId& version);

/// What the schema calls ObjectDetails.
json::object object_details(const store::ObjectInfo& info);

/// `http_metadata` and `custom_metadata` of a body; what is absent is empty. InvalidArgument for a
/// member that would be lost, a name that is not in lower case, and what no header could carry.
Result<store::Metadata> read_metadata(const Fields& body);

}  // namespace coffer::api
