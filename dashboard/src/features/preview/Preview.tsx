import { useQuery } from '@tanstack/react-query'
import { keys } from '~/api/keys'
import { formatBytes } from '~/components/format'
import { ErrorState, LoadingState } from '~/components/states'
import type { BucketRef } from '../objects/bucket-ref'
import type { ObjectDetails } from '../objects/objects'
import { shownName } from '../objects/key-display'
import { readBytes } from './bytes'
import { effectiveType, previewBytesMax, previewKind, textBytesMax } from './kinds'
import { NoPreview } from './NoPreview'
import { Player } from './Player'
import { PreviewFrame } from './PreviewFrame'

interface Props {
  bucket: BucketRef
  object: ObjectDetails
}

/** What an object looks like. Its bytes are anybody's: docs/decisions/0030-previews.md says why the frame. */
export function Preview({ bucket, object }: Props) {
  const kind = previewKind(object.http_metadata.contentType, object.key)
  if (object.size === 0) return <NoPreview>The object is empty.</NoPreview>
  switch (kind) {
    case 'none':
      return <NoPreview>There is no preview of this type. Download the object to see it.</NoPreview>
    case 'video':
    case 'audio':
      return <Player bucket={bucket} objectKey={object.key} kind={kind} />
    case 'text':
      return <FramedPreview bucket={bucket} object={object} kind={kind} max={textBytesMax} />
    case 'image':
    case 'pdf':
      if (object.size > previewBytesMax) {
        return <NoPreview>It is larger than the {formatBytes(previewBytesMax)} that are shown here.</NoPreview>
      }
      return <FramedPreview bucket={bucket} object={object} kind={kind} max={previewBytesMax} />
  }
}

interface FramedProps extends Props {
  kind: 'image' | 'text' | 'pdf'
  max: number
}

function FramedPreview({ bucket, object, kind, max }: FramedProps) {
  const isEncoded = object.http_metadata.contentEncoding !== undefined
  const contents = useQuery({
    queryKey: [...keys.objects(bucket.account, bucket.jurisdiction, bucket.bucket), 'bytes', object.key, object.etag],
    queryFn: ({ signal }) => readBytes(bucket, object.key, max, isEncoded, signal),
    // Megabytes: not longer than they are looked at.
    gcTime: 0,
    staleTime: Infinity,
  })
  if (contents.error) {
    return (
      <ErrorState
        error={contents.error}
        title="The preview could not be loaded"
        retry={() => void contents.refetch()}
      />
    )
  }
  if (!contents.data) return <LoadingState label="Loading the preview" />
  const { bytes, isCut } = contents.data
  if (isCut && kind !== 'text') return <NoPreview>It is too large to be shown here.</NoPreview>
  const type = effectiveType(object.http_metadata.contentType, object.key)
  return <PreviewFrame name={shownName(object.key)} kind={kind} type={type} bytes={bytes} isCut={isCut} />
}
