import { Button } from '@cloudflare/kumo/components/button'
import { CopyIcon, DownloadSimpleIcon, FolderPlusIcon, TrashIcon, XIcon } from '@phosphor-icons/react'
import { formatCount } from '~/components/format'
import { SearchInput } from '~/components/SearchInput'
import type { FoundFile } from '../uploads/collect'
import { UploadMenu } from '../uploads/UploadMenu'
import { downloadsMax } from './download'
import { isEmpty, type Selection } from './selection'

interface Props {
  search: string
  onSearch: (text: string) => void
  selection: Selection
  onClear: () => void
  onDownload: () => void
  onCopy: () => void
  onDelete: () => void
  onUpload: (files: readonly FoundFile[]) => void
  onCreateFolder: () => void
  canWrite: boolean
}

export function ObjectsToolbar(props: Props) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <div className="flex-1">
        <SearchInput label="Search by prefix" value={props.search} onSearch={props.onSearch} />
      </div>
      <span role="status" className="sr-only">
        {isEmpty(props.selection) ? '' : selectionText(props.selection)}
      </span>
      {isEmpty(props.selection) ? <FolderActions {...props} /> : <SelectionActions {...props} />}
    </div>
  )
}

function FolderActions({ canWrite, onCreateFolder, onUpload }: Props) {
  if (!canWrite) return null
  return (
    <>
      <Button icon={<FolderPlusIcon aria-hidden />} onClick={onCreateFolder}>
        Create folder
      </Button>
      <UploadMenu onUpload={onUpload} />
    </>
  )
}

function SelectionActions({ selection, canWrite, onClear, onDownload, onCopy, onDelete }: Props) {
  const objectsOnly = selection.mode === 'some' && [...selection.keys].every((key) => !key.endsWith('/'))
  return (
    <>
      <span aria-hidden className="px-1 font-medium text-kumo-strong tabular-nums">
        {selectionText(selection)}
      </span>
      {objectsOnly && selection.keys.size <= downloadsMax && (
        <Button icon={<DownloadSimpleIcon aria-hidden />} onClick={onDownload}>
          Download
        </Button>
      )}
      {canWrite && (
        <>
          <Button icon={<CopyIcon aria-hidden />} onClick={onCopy}>
            Copy to…
          </Button>
          <Button variant="secondary-destructive" icon={<TrashIcon aria-hidden />} onClick={onDelete}>
            Delete
          </Button>
        </>
      )}
      <Button
        variant="ghost"
        shape="square"
        icon={<XIcon aria-hidden />}
        aria-label="Clear selection"
        onClick={onClear}
      />
    </>
  )
}

function selectionText({ mode, keys }: Selection): string {
  if (mode === 'some') return `${formatCount(keys.size)} selected`
  return keys.size === 0 ? 'Everything selected' : `All but ${formatCount(keys.size)} selected`
}
