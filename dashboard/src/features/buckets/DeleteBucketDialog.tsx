import type { Bucket } from '~/api/client'
import { ApiError, codes } from '~/api/error'
import { jurisdictionName } from '~/api/jurisdictions'
import { useAccountId } from '~/api/queries'
import { ConfirmDialog } from '~/components/ConfirmDialog'
import { toast } from '~/components/toast'
import { useDeleteBucket } from './buckets'

interface Props {
  bucket: Pick<Bucket, 'name' | 'jurisdiction' | 'objects'>
  onClose: () => void
  /** Called after the bucket is gone, in place of staying on the page. */
  onDeleted?: () => void
}

function explain(error: unknown): unknown {
  if (error instanceof ApiError && error.code === codes.bucketNotEmpty) {
    return new Error(
      'The bucket is not empty. Delete its objects first: open it, select all, Delete. Uploads that were never ' +
        'completed count too: the bucket’s settings list them, and end them.',
    )
  }
  return error
}

export function DeleteBucketDialog({ bucket, onClose, onDeleted }: Props) {
  const remove = useDeleteBucket(useAccountId())
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Delete bucket ${bucket.name}?`}
      confirmLabel="Delete bucket"
      destructive
      typed={bucket.name}
      onConfirm={async () => {
        try {
          await remove.mutateAsync(bucket)
        } catch (error) {
          throw explain(error)
        }
        toast.success(`Bucket ${bucket.name} deleted`)
        onDeleted?.()
      }}
    >
      <p>
        The bucket{bucket.jurisdiction !== 'default' && <> in {jurisdictionName(bucket.jurisdiction)}</>} and its
        settings are gone for good. Tokens that are limited to it lose what they could reach.
      </p>
      {bucket.objects !== undefined && bucket.objects > 0 && (
        <p>
          It is not empty, and only an empty bucket can be deleted. Open it, select all objects and delete them first.
        </p>
      )}
    </ConfirmDialog>
  )
}
