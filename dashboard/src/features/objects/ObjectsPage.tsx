import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react'
import { isJurisdiction } from '~/api/jurisdictions'
import { keys } from '~/api/keys'
import { useActions } from '~/api/queries'
import { toast } from '~/components/toast'
import { filesOfDrop, type FoundFile } from '../uploads/collect'
import { keyFor } from '../uploads/plan'
import { uploadEngine } from '../uploads/uploads'
import type { BucketRef } from './bucket-ref'
import { useDownload } from './download'
import { DropZone } from './DropZone'
import { FolderCrumbs } from './FolderCrumbs'
import { NoObjects } from './NoObjects'
import { ObjectDialogs, type OpenDialog } from './ObjectDialogs'
import { ObjectDetailsDialog } from './ObjectDetailsDialog'
import { ObjectGrid } from './ObjectGrid'
import { ObjectsToolbar } from './ObjectsToolbar'
import { RowMenu } from './RowMenu'
import type { Row } from './rows'
import { isEmpty, nothing, targetOf, type Selection } from './selection'
import { useFocusFallback } from './use-focus-fallback'

const route = '/signed-in/$accountId/r2/buckets/$jurisdiction/$bucket/objects'

export function ObjectsPage() {
  const { accountId, jurisdiction, bucket: name } = useParams({ from: route })
  const bucket = useMemo<BucketRef>(
    () => ({ account: accountId, jurisdiction: isJurisdiction(jurisdiction) ? jurisdiction : 'default', bucket: name }),
    [accountId, jurisdiction, name],
  )
  const { prefix: folder = '', search = '' } = useSearch({ from: route })
  const page = useRef<HTMLDivElement>(null)
  const isEntered = useRef(false)
  useEffect(() => {
    isEntered.current = true
  }, [])
  // Another folder is another list: nothing selected, scrolled to the top.
  return (
    <div ref={page}>
      <h2 className="sr-only">Objects</h2>
      <Folder
        key={`${bucket.jurisdiction}/${bucket.bucket}/${folder}`}
        bucket={bucket}
        folder={folder}
        search={search}
        page={page}
        isEntered={isEntered}
      />
    </div>
  )
}

interface FolderProps {
  bucket: BucketRef
  folder: string
  search: string
  page: RefObject<HTMLElement | null>
  /** Another folder was shown before this one. */
  isEntered: RefObject<boolean>
}

function Folder({ bucket, folder, search, page, isEntered }: FolderProps) {
  const { object } = useSearch({ from: route })
  const navigate = useNavigate({ from: '/$accountId/r2/buckets/$jurisdiction/$bucket/objects' })
  const client = useQueryClient()
  const can = useActions()
  const canWrite = can('ManageStorage', 'ObjectWrite')
  const [selection, setSelection] = useState<Selection>(nothing)
  const [dialog, setDialog] = useState<OpenDialog>()
  const [menu, setMenu] = useState<{ row: Row; anchor: Element }>()
  const download = useDownload(bucket)
  const prefix = folder + search
  useFocusFallback(dialog !== undefined || object !== undefined, isEntered, page)

  const open = (row: Row) => {
    if (row.kind === 'folder') void navigate({ search: { prefix: row.key } })
    else void navigate({ search: (before) => ({ ...before, object: row.key }), resetScroll: false })
  }
  const closeDetails = () =>
    void navigate({ search: ({ object: _, ...before }) => before, resetScroll: false, replace: true })

  const upload = useCallback(
    (found: readonly FoundFile[]) =>
      uploadEngine(client).add(
        bucket,
        found.map(({ file, path }) => ({ file, key: keyFor(folder, path) })),
      ),
    [bucket, folder, client],
  )
  const drop = (transfer: DataTransfer) =>
    filesOfDrop(transfer).then(upload, (error: unknown) => toast.error('The files could not be read', error))

  const changed = () => {
    setSelection(nothing)
    void client.invalidateQueries({ queryKey: keys.objects(bucket.account, bucket.jurisdiction, bucket.bucket) })
  }

  return (
    <DropZone enabled={canWrite} folder={folder} onDrop={drop}>
      <FolderCrumbs bucket={bucket} folder={folder} />
      <ObjectsToolbar
        key={folder}
        search={search}
        onSearch={(text) => {
          setSelection(nothing)
          void navigate({ search: (before) => ({ ...before, search: text || undefined }), replace: true })
        }}
        selection={selection}
        onClear={() => setSelection(nothing)}
        onDownload={() => download([...selection.keys])}
        onCopy={() => setDialog({ kind: 'copy', target: targetOf(selection, prefix) })}
        onDelete={() => setDialog({ kind: 'delete', target: targetOf(selection, prefix) })}
        onUpload={upload}
        onCreateFolder={() => setDialog({ kind: 'folder' })}
        canWrite={canWrite}
      />
      <div className="overflow-hidden rounded-xl bg-kumo-base ring ring-kumo-hairline">
        <ObjectGrid
          key={prefix}
          bucket={bucket}
          prefix={prefix}
          folder={folder}
          selection={selection}
          onSelect={setSelection}
          onOpen={open}
          onMenu={(row, anchor) => setMenu({ row, anchor })}
          onDelete={
            canWrite
              ? (row) => {
                  const chosen = isEmpty(selection) ? only(row) : selection
                  setDialog({ kind: 'delete', target: targetOf(chosen, prefix) })
                }
              : undefined
          }
          empty={<NoObjects search={search} folder={folder} canWrite={canWrite} onUpload={upload} />}
        />
      </div>
      <RowMenu
        menu={menu}
        onClose={() => setMenu(undefined)}
        canWrite={canWrite}
        onOpen={open}
        onDownload={(key) => download([key])}
        onShare={(objectKey) => setDialog({ kind: 'share', objectKey })}
        onRename={(row) => setDialog({ kind: 'rename', objectKey: row.key, isFolder: row.kind === 'folder' })}
        onCopy={(row) => setDialog({ kind: 'copy', target: targetOf(only(row), prefix) })}
        onDelete={(row) => setDialog({ kind: 'delete', target: targetOf(only(row), prefix) })}
      />
      {object !== undefined && (
        <ObjectDetailsDialog
          key={object}
          bucket={bucket}
          objectKey={object}
          canWrite={canWrite}
          onClose={closeDetails}
          onDownload={() => download([object])}
          onShare={() => setDialog({ kind: 'share', objectKey: object })}
          onRename={() => {
            closeDetails()
            setDialog({ kind: 'rename', objectKey: object, isFolder: false })
          }}
          onCopy={() => setDialog({ kind: 'copy', target: { keys: [object], prefixes: [] } })}
          onDelete={() => {
            closeDetails()
            setDialog({ kind: 'delete', target: { keys: [object], prefixes: [] } })
          }}
        />
      )}
      {dialog !== undefined && (
        <ObjectDialogs
          dialog={dialog}
          bucket={bucket}
          folder={folder}
          onClose={() => setDialog(undefined)}
          onChanged={changed}
        />
      )}
    </DropZone>
  )
}

function only(row: Row): Selection {
  return { mode: 'some', keys: new Set([row.key]) }
}
