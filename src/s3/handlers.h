#pragma once

#include "s3/call.h"

/// One function for each alternative of `Operation`, by family. Everything that comes before an
/// operation's own checks has been done: signature, screening, permission.
namespace coffer::s3 {

using Answer = Task<Result<http::Response>>;

// buckets.cc
Answer handle(Call& call, const ListBuckets& operation);
Answer handle(Call& call, const CreateBucket& operation);
Answer handle(Call& call, const HeadBucket& operation);
Answer handle(Call& call, const DeleteBucket& operation);
Answer handle(Call& call, const GetBucketLocation& operation);
Answer handle(Call& call, const GetBucketEncryption& operation);
Answer handle(Call& call, const GetBucketVersioning& operation);
Answer handle(Call& call, const GetBucketTagging& operation);
Answer handle(Call& call, const GetObjectLockConfiguration& operation);
Answer handle(Call& call, const GetBucketReplication& operation);
Answer handle(Call& call, const PostNothing& operation);
// objects.cc
Answer handle(Call& call, const PutObject& operation);
Answer handle(Call& call, const GetObject& operation);
Answer handle(Call& call, const HeadObject& operation);
Answer handle(Call& call, const DeleteObject& operation);
Answer handle(Call& call, const DeleteObjects& operation);
// copy.cc
Answer handle(Call& call, const CopyObject& operation);
Answer handle(Call& call, const UploadPartCopy& operation);
// listing.cc
Answer handle(Call& call, const ListObjectsV1& operation);
Answer handle(Call& call, const ListObjectsV2& operation);
Answer handle(Call& call, const ListMultipartUploads& operation);
Answer handle(Call& call, const ListParts& operation);
// multipart.cc
Answer handle(Call& call, const CreateMultipartUpload& operation);
Answer handle(Call& call, const UploadPart& operation);
Answer handle(Call& call, const CompleteMultipartUpload& operation);
Answer handle(Call& call, const AbortMultipartUpload& operation);

/// The id in an `uploadId` text. A text that is none becomes the id that no upload has, so that it
/// is answered where a missing upload is.
UploadId upload_id_of(std::string_view text);

}  // namespace coffer::s3
