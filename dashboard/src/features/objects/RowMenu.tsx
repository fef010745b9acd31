import { DropdownMenu } from '@cloudflare/kumo/components/dropdown'
import {
  CopyIcon,
  DownloadSimpleIcon,
  FolderOpenIcon,
  InfoIcon,
  PencilSimpleIcon,
  ShareNetworkIcon,
  TrashIcon,
} from '@phosphor-icons/react'
import { useEffect, useState } from 'react'
import type { Row } from './rows'

interface Props {
  menu: { row: Row; anchor: Element } | undefined
  onClose: () => void
  canWrite: boolean
  onOpen: (row: Row) => void
  onDownload: (key: string) => void
  onShare: (key: string) => void
  onRename: (row: Row) => void
  onCopy: (row: Row) => void
  onDelete: (row: Row) => void
}

/** One menu for all rows, at the row that was asked about: rows come and go by the dozen while scrolling. */
export function RowMenu(props: Props) {
  const { menu, onClose, canWrite } = props
  // What was asked about last: the menu still shows it while it closes.
  const [last, setLast] = useState(menu)
  useEffect(() => {
    if (menu) setLast(menu)
  }, [menu])
  const shown = menu ?? last
  if (!shown) return null
  const { row, anchor } = shown
  const isObject = row.kind === 'object'
  const close = (open: boolean) => {
    if (open) return
    anchor.closest<HTMLElement>('[role="row"]')?.focus({ preventScroll: true })
    onClose()
  }
  return (
    <DropdownMenu open={menu !== undefined} onOpenChange={close}>
      <DropdownMenu.Content anchor={anchor} align="end">
        <DropdownMenu.Item icon={isObject ? InfoIcon : FolderOpenIcon} onClick={() => props.onOpen(row)}>
          {isObject ? 'Details' : 'Open'}
        </DropdownMenu.Item>
        {isObject && (
          <>
            <DropdownMenu.Item icon={DownloadSimpleIcon} onClick={() => props.onDownload(row.key)}>
              Download
            </DropdownMenu.Item>
            <DropdownMenu.Item icon={ShareNetworkIcon} onClick={() => props.onShare(row.key)}>
              Share link…
            </DropdownMenu.Item>
          </>
        )}
        {canWrite && (
          <>
            <DropdownMenu.Separator />
            <DropdownMenu.Item icon={PencilSimpleIcon} onClick={() => props.onRename(row)}>
              Rename…
            </DropdownMenu.Item>
            <DropdownMenu.Item icon={CopyIcon} onClick={() => props.onCopy(row)}>
              Copy to…
            </DropdownMenu.Item>
            <DropdownMenu.Separator />
            <DropdownMenu.Item icon={TrashIcon} variant="danger" onClick={() => props.onDelete(row)}>
              Delete…
            </DropdownMenu.Item>
          </>
        )}
      </DropdownMenu.Content>
    </DropdownMenu>
  )
}
