import { useEffect, useRef } from 'react'
import { formatCount, plural } from '~/components/format'
import { everything, isEmpty, nothing, type Selection } from './selection'

/** Shared by the header and the rows, so that columns line up; on a phone only names and sizes are shown. */
export const columns =
  'grid grid-cols-[2.5rem_minmax(0,1fr)_5.5rem_2.75rem] md:grid-cols-[2.5rem_minmax(0,1fr)_7rem_9.5rem_2.75rem] lg:grid-cols-[2.5rem_minmax(0,1fr)_9rem_7rem_11rem_2.75rem] items-center'

interface Props {
  selection: Selection
  onSelect: (selection: Selection) => void
  count: number
  complete: boolean
  /** Says what the box above all others selects. */
  allLabel: string
}

export function GridHeader({ selection, onSelect, count, complete, allLabel }: Props) {
  const box = useRef<HTMLInputElement>(null)
  const isAll = selection.mode === 'all' && selection.keys.size === 0
  const isSome = !isAll && !isEmpty(selection)
  useEffect(() => {
    if (box.current) box.current.indeterminate = isSome
  }, [isSome])
  return (
    <div
      role="rowgroup"
      className="border-b border-kumo-hairline bg-kumo-elevated text-sm font-medium text-kumo-subtle"
    >
      <div role="row" aria-rowindex={1} className={`${columns} h-10`}>
        <span role="columnheader" className="flex justify-center">
          <input
            ref={box}
            type="checkbox"
            className="size-4 accent-kumo-brand"
            aria-label={allLabel}
            title={allLabel}
            checked={isAll}
            onChange={() => onSelect(isAll ? nothing : everything)}
          />
        </span>
        <span role="columnheader">
          Name{' '}
          <span className="font-normal tabular-nums">
            · {complete ? plural(count, 'entry', 'entries') : `first ${formatCount(count)}`}
          </span>
        </span>
        <span role="columnheader" className="hidden lg:block">
          Storage class
        </span>
        <span role="columnheader" className="text-right">
          Size
        </span>
        <span role="columnheader" className="hidden pl-6 md:block">
          Modified
        </span>
        <span role="columnheader">
          <span className="sr-only">Actions</span>
        </span>
      </div>
    </div>
  )
}
