import { Button } from '@cloudflare/kumo/components/button'
import { DotsThreeIcon, FolderSimpleIcon } from '@phosphor-icons/react'
import { Link } from '@tanstack/react-router'
import type { MouseEvent } from 'react'
import { formatBytes, Time } from '~/components/format'
import type { BucketRef } from './bucket-ref'
import { columns } from './GridHeader'
import { KeyIcon } from './KeyIcon'
import { nameIn, shownName } from './key-display'
import { Name } from './Name'
import type { Row } from './rows'

interface Props {
  bucket: BucketRef
  row: Row
  folder: string
  index: number
  isActive: boolean
  isSelected: boolean
  height: number
  transform: string
  onClick: (event: MouseEvent, index: number, row: Row) => void
  onToggle: (event: MouseEvent, index: number, row: Row) => void
  onOpen: (row: Row) => void
  onMenu: (row: Row, anchor: Element) => void
  onFocus: (index: number) => void
}

export function ObjectRow(props: Props) {
  const { row, folder, index, isActive, isSelected } = props
  const name = shownName(nameIn(folder, row.key)) || '(no name)'
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-index={index}
      tabIndex={isActive ? 0 : -1}
      onFocus={() => props.onFocus(index)}
      onClick={(event) => isPlain(event) && props.onClick(event, index, row)}
      onDoubleClick={(event) => isPlain(event) && props.onOpen(row)}
      onContextMenu={(event) => {
        const button = event.currentTarget.querySelector('button')
        if (!button || !isPlain(event)) return
        event.preventDefault()
        props.onMenu(row, button)
      }}
      className={`${columns} group absolute inset-x-0 top-0 cursor-default border-b border-kumo-hairline select-none focus-visible:-outline-offset-2! ${isSelected ? 'bg-kumo-info-tint' : 'hover:bg-kumo-tint'}`}
      style={{ transform: props.transform, height: props.height }}
    >
      <span role="gridcell" className="flex h-full items-center justify-center">
        <input
          type="checkbox"
          tabIndex={-1}
          className="size-4 accent-kumo-brand"
          aria-label={`Select ${name}`}
          checked={isSelected}
          readOnly
          onClick={(event) => props.onToggle(event, index, row)}
        />
      </span>
      <span role="gridcell" className="flex min-w-0 items-center gap-2.5">
        {row.kind === 'folder' ? (
          <FolderSimpleIcon aria-hidden weight="fill" size={20} className="shrink-0 text-kumo-info" />
        ) : (
          <KeyIcon name={row.key} />
        )}
        <RowLink {...props} />
      </span>
      {row.kind === 'object' ? (
        <>
          <span role="gridcell" className="hidden text-kumo-subtle lg:block">
            {row.object.storage_class === 'InfrequentAccess' ? 'Infrequent' : row.object.storage_class}
          </span>
          <span role="gridcell" className="text-right tabular-nums">
            {formatBytes(row.object.size)}
          </span>
          <span role="gridcell" className="hidden truncate pl-6 text-kumo-subtle md:block">
            <Time value={row.object.last_modified} />
          </span>
        </>
      ) : (
        <>
          <span role="gridcell" className="hidden text-kumo-subtle lg:block">
            Folder
          </span>
          <span role="gridcell" />
          <span role="gridcell" className="hidden md:block" />
        </>
      )}
      <span role="gridcell" className="flex justify-center">
        <Button
          variant="ghost"
          size="sm"
          shape="square"
          tabIndex={-1}
          icon={<DotsThreeIcon aria-hidden weight="bold" />}
          aria-label={`Actions for ${name}`}
          aria-haspopup="menu"
          onClick={(event) => props.onMenu(row, event.currentTarget)}
        />
      </span>
    </div>
  )
}

function RowLink({ bucket, row, folder }: Props) {
  const { account, jurisdiction, bucket: name } = bucket
  const shown = nameIn(folder, row.key)
  return (
    <Link
      to="/$accountId/r2/buckets/$jurisdiction/$bucket/objects"
      params={{ accountId: account, jurisdiction, bucket: name }}
      search={row.kind === 'folder' ? { prefix: row.key } : (before) => ({ ...before, object: row.key })}
      preload={false}
      resetScroll={false}
      tabIndex={-1}
      title={shownName(row.key)}
      className="truncate rounded-xs text-kumo-default hover:text-kumo-link hover:underline"
    >
      <Name text={shown} className="whitespace-pre!" />
    </Link>
  )
}

/** Clicks on a control inside of the row are the control's. */
function isPlain(event: MouseEvent): boolean {
  return !(event.target as Element).closest('a, button, input')
}
