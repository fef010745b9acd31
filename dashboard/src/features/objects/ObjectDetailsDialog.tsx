import { Button } from '@cloudflare/kumo/components/button'
import { Dialog } from '@cloudflare/kumo/components/dialog'
import { CopyIcon, DownloadSimpleIcon, PencilSimpleIcon, ShareNetworkIcon, TrashIcon, XIcon } from '@phosphor-icons/react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { isNotFound } from '~/api/error'
import { EmptyState, ErrorState, LoadingState } from '~/components/states'
import type { BucketRef } from './bucket-ref'
import { baseName } from './key-display'
import { MetadataEditor } from './MetadataEditor'
import { Name } from './Name'
import { ObjectFacts } from './ObjectFacts'
import { objectQuery, type ObjectDetails } from './objects'

const Preview = lazy(() => import('../preview/Preview').then(({ Preview: component }) => ({ default: component })))

interface Props {
  bucket: BucketRef
  objectKey: string
  canWrite: boolean
  onClose: () => void
  onDownload: () => void
  onShare: () => void
  onRename: () => void
  onCopy: () => void
  onDelete: () => void
}

/** All about one object, at the side of the list. Its key is in the address, so it can be linked to. */
export function ObjectDetailsDialog(props: Props) {
  const { bucket, objectKey, onClose } = props
  const object = useQuery(objectQuery(bucket, objectKey))
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog className="z-40! inset-y-0! right-0! left-auto! flex h-dvh max-h-dvh! w-full! max-w-full! translate-x-0! translate-y-0! flex-col rounded-none! p-0! sm:w-[42rem]!">
        <header className="flex items-start gap-3 border-b border-kumo-hairline px-5 py-4">
          <Dialog.Title className="min-w-0 flex-1 text-lg font-semibold text-kumo-strong wrap-anywhere">
            <Name text={baseName(objectKey)} />
          </Dialog.Title>
          <Dialog.Close
            render={<Button variant="ghost" shape="square" icon={<XIcon aria-hidden />} aria-label="Close details" />}
          />
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto px-5 py-5">
          {object.isPending && <LoadingState label="Loading the object" />}
          {object.error !== null && object.data === undefined && (
            <Problem error={object.error} retry={() => void object.refetch()} />
          )}
          {object.data !== undefined && <Details {...props} object={object.data} />}
        </div>
      </Dialog>
    </Dialog.Root>
  )
}

function Problem({ error, retry }: { error: Error; retry: () => void }) {
  if (!isNotFound(error)) return <ErrorState error={error} title="The object could not be loaded" retry={retry} />
  return <EmptyState title="There is no such object">It was deleted or renamed since the list was made.</EmptyState>
}

function Details({
  bucket,
  object,
  canWrite,
  onDownload,
  onShare,
  onRename,
  onCopy,
  onDelete,
}: Props & { object: ObjectDetails }) {
  const [isEditing, setIsEditing] = useState(false)
  return (
    <div className="flex flex-col gap-7">
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" icon={<DownloadSimpleIcon aria-hidden />} onClick={onDownload}>
          Download
        </Button>
        <Button icon={<ShareNetworkIcon aria-hidden />} onClick={onShare}>
          Share link
        </Button>
        {canWrite && (
          <>
            <Button icon={<PencilSimpleIcon aria-hidden />} onClick={onRename}>
              Rename
            </Button>
            <Button icon={<CopyIcon aria-hidden />} onClick={onCopy}>
              Copy to…
            </Button>
            <Button variant="secondary-destructive" icon={<TrashIcon aria-hidden />} onClick={onDelete}>
              Delete
            </Button>
          </>
        )}
      </div>
      <section aria-label="Preview">
        <Suspense fallback={<LoadingState label="Loading the preview" />}>
          <Preview key={object.etag} bucket={bucket} object={object} />
        </Suspense>
      </section>
      <ObjectFacts bucket={bucket} object={object} />
      <MetadataEditor
        bucket={bucket}
        object={object}
        canWrite={canWrite}
        isEditing={isEditing}
        onEdit={setIsEditing}
      />
    </div>
  )
}
