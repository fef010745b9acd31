import { Button } from '@cloudflare/kumo/components/button'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, page, result, type Schemas } from '~/api/client'
import { jurisdictionHeader } from '~/api/jurisdictions'
import { keys } from '~/api/keys'
import { Card } from '~/components/Card'
import { ConfirmDialog } from '~/components/ConfirmDialog'
import { Time } from '~/components/format'
import { ErrorState, LoadingState } from '~/components/states'
import { toast } from '~/components/toast'
import type { BucketRef } from '../objects/bucket-ref'
import { shownName } from '../objects/key-display'
import { Name } from '../objects/Name'

type Upload = Schemas['Upload']

interface Props {
  bucket: BucketRef
  canWrite: boolean
}

/** Multipart uploads that were begun, from anywhere, and not completed: they take space, and keep a bucket from being deleted. */
export function UnfinishedUploads({ bucket, canWrite }: Props) {
  const { account, jurisdiction, bucket: name } = bucket
  const [toEnd, setToEnd] = useState<Upload>()
  const client = useQueryClient()
  const queryKey = keys.uploads(account, jurisdiction, name)
  const path = { account_id: account, bucket_name: name }
  const header = jurisdictionHeader(jurisdiction)
  const uploads = useInfiniteQuery({
    queryKey,
    initialPageParam: '',
    queryFn: async ({ pageParam, signal }) => {
      const query = { per_page: 100, ...(pageParam === '' ? {} : { cursor: pageParam }) }
      const params = { path, header, query }
      const { result: list, info } = await page(
        api.GET('/accounts/{account_id}/r2/buckets/{bucket_name}/uploads', { params, signal }),
      )
      return { list, next: info.cursor || undefined }
    },
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ list }) => list),
  })
  const end = async ({ upload_id, key }: Upload) => {
    await result(
      api.DELETE('/accounts/{account_id}/r2/buckets/{bucket_name}/uploads/{upload}', {
        params: { path: { ...path, upload: upload_id }, header, query: { key } },
      }),
    )
    toast.success('Upload ended')
    await client.invalidateQueries({ queryKey })
  }
  return (
    <Card
      flush
      title="Unfinished uploads"
      description="Multipart uploads that were begun and not completed. Their parts take space until the upload is completed or ended."
    >
      {uploads.isPending && <LoadingState label="Loading the uploads" />}
      {uploads.error !== null && uploads.data === undefined && (
        <ErrorState
          error={uploads.error}
          title="The uploads could not be listed"
          retry={() => void uploads.refetch()}
        />
      )}
      {uploads.data?.length === 0 && <p className="px-5 pb-5 text-kumo-subtle">There are none.</p>}
      {uploads.data !== undefined && uploads.data.length > 0 && (
        <ul className="divide-y divide-kumo-hairline border-t border-kumo-hairline">
          {uploads.data.map((upload) => (
            <li key={upload.upload_id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-2.5">
              <span className="min-w-0 flex-1 basis-52 wrap-anywhere">
                <Name text={upload.key} />
              </span>
              <span className="text-kumo-subtle">
                begun <Time value={upload.initiated} />
              </span>
              {canWrite && (
                <Button
                  size="sm"
                  aria-label={`End the upload of ${shownName(upload.key)}`}
                  onClick={() => setToEnd(upload)}
                >
                  End
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {uploads.hasNextPage && (
        <div className="flex justify-center border-t border-kumo-hairline p-3">
          <Button loading={uploads.isFetchingNextPage} onClick={() => void uploads.fetchNextPage()}>
            Load more
          </Button>
        </div>
      )}
      {toEnd !== undefined && (
        <ConfirmDialog
          open
          onClose={() => setToEnd(undefined)}
          title="End this upload?"
          confirmLabel="End upload"
          destructive
          onConfirm={() => end(toEnd)}
        >
          <p>
            The parts of <Name text={toEnd.key} /> that have arrived are deleted. Whoever is sending it cannot go on.
          </p>
        </ConfirmDialog>
      )}
    </Card>
  )
}
