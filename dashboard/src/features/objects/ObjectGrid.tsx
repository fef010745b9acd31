import { Button } from '@cloudflare/kumo/components/button'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react'
import { describeError } from '~/api/error'
import { formatCount } from '~/components/format'
import { ErrorState, LoadingState } from '~/components/states'
import { toast } from '~/components/toast'
import type { BucketRef } from './bucket-ref'
import { gridMove } from './grid-keys'
import { GridHeader } from './GridHeader'
import { ObjectRow } from './ObjectRow'
import { rowPageQuery } from './objects'
import { pageStarts, placeOf } from './pages'
import type { Row } from './rows'
import { everything, everythingIn, isEmpty, isSelected, nothing, toggled, withKeys, type Selection } from './selection'
import { useListing } from './use-listing'
import { useRowVirtualizer } from './use-row-virtualizer'

const rowHeight = 44
/** A range of rows taller than this is selected with "all" instead. */
const rangeRowsMax = 20_000
const rangeAdvice =
  'Select everything with the box above the names or with Ctrl+A, and then leave rows out; or search for a prefix first.'

interface Props {
  bucket: BucketRef
  /** What all keys of the list begin with: the folder, and what is searched for in it. */
  prefix: string
  /** The folder that is open: names are shown below it. */
  folder: string
  selection: Selection
  onSelect: (selection: Selection) => void
  onOpen: (row: Row) => void
  onMenu: (row: Row, anchor: Element) => void
  /** Absent where the person may not delete. */
  onDelete: ((row: Row) => void) | undefined
  empty: React.ReactNode
}

/** The rows of a folder as an ARIA grid: one tab stop, arrows inside, as many rows as there are keys. */
export function ObjectGrid(props: Props) {
  const { bucket, prefix, folder, selection, onSelect, onOpen, onMenu, onDelete } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [range, setRange] = useState({ start: 0, end: 30 })
  const [active, setActive] = useState(0)
  const anchor = useRef(0)
  const asked = useRef(0)
  const toldRange = useRef(false)
  const [takesFocus, setTakesFocus] = useState(false)
  const view = useListing(bucket, prefix, range)
  const { count, listing } = view
  const rowCount = count + (listing.complete ? 0 : 1)
  const activeRow = Math.min(active, Math.max(0, count - 1))
  const virtualizer = useRowVirtualizer({ count: rowCount, rowHeight, scroller, active: activeRow })
  const items = virtualizer.rows.getVirtualItems()
  const shown = virtualizer.rows.range
  const [start, end] = [shown?.startIndex ?? 0, shown?.endIndex ?? 30]

  useEffect(() => setRange({ start, end }), [start, end])

  useEffect(() => {
    if (!takesFocus) return
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${activeRow}"]`)
    if (!row) return
    row.focus({ preventScroll: true })
    setTakesFocus(false)
  })

  const keysBetween = useKeysBetween(bucket, prefix, listing)

  const goTo = (index: number) => {
    setActive(index)
    virtualizer.scrollTo(index)
    setTakesFocus(true)
  }

  const selectTo = async (index: number) => {
    const [from, to] = [Math.min(anchor.current, index), Math.max(anchor.current, index)]
    const turn = ++asked.current
    if (to - from >= rangeRowsMax) {
      if (!toldRange.current) toast.info(`A range has ${formatCount(rangeRowsMax)} rows at most`, rangeAdvice)
      // Once, not with each row that Shift and an arrow key add.
      toldRange.current = true
      return
    }
    toldRange.current = false
    try {
      const keys = await keysBetween(from, to)
      // Pages may come late: a later range, or click, counts.
      if (turn === asked.current) onSelect(withKeys(nothing, keys))
    } catch (error) {
      toast.error('The rows could not be selected', error)
    }
  }
  /** Any other selection. */
  const select = (chosen: Selection) => {
    asked.current++
    onSelect(chosen)
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const row = view.rowAt(activeRow)
    const target = event.target as HTMLElement
    const onRow = target.getAttribute('role') === 'row'
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 1)
    const next = gridMove(event.key, activeRow, count, pageRows)
    if (next !== undefined) {
      event.preventDefault()
      if (!event.shiftKey) anchor.current = next
      goTo(next)
      if (event.shiftKey) void selectTo(next)
      return
    }
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      event.preventDefault()
      moveInRow(target, event.key === 'ArrowRight' ? 1 : -1)
      return
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') {
      event.preventDefault()
      select(everything)
      return
    }
    if (event.key === 'Escape' && !isEmpty(selection)) {
      event.preventDefault()
      select(nothing)
      return
    }
    if (!row) return
    if (event.key === 'Delete' && onDelete) {
      event.preventDefault()
      onDelete(row)
      return
    }
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      event.preventDefault()
      onMenu(row, target)
      return
    }
    // Enter and Space on a control inside of the row are the control's.
    if (!onRow) return
    if (event.key === 'Enter') {
      event.preventDefault()
      onOpen(row)
    } else if (event.key === ' ') {
      event.preventDefault()
      anchor.current = activeRow
      select(toggled(selection, row.key))
    }
  }

  const onRowClick = (event: MouseEvent, index: number, row: Row) => {
    setActive(index)
    if (event.shiftKey) {
      event.preventDefault()
      void selectTo(index)
    } else {
      anchor.current = index
      select(event.ctrlKey || event.metaKey ? toggled(selection, row.key) : toggled(nothing, row.key))
    }
  }

  const onToggle = (event: MouseEvent, index: number, row: Row) => {
    setActive(index)
    if (event.shiftKey) void selectTo(index)
    else {
      anchor.current = index
      select(toggled(selection, row.key))
    }
  }

  if (count === 0) {
    if (view.error) return <ErrorState error={view.error} title="The objects could not be listed" retry={view.retry} />
    if (listing.complete) return props.empty
    return <LoadingState label="Listing objects" />
  }

  return (
    <div
      role="grid"
      aria-label="Objects"
      aria-multiselectable
      aria-rowcount={listing.complete ? count + 1 : -1}
      aria-busy={view.isFetching}
      className="flex flex-col"
      onKeyDown={onKeyDown}
    >
      <GridHeader
        selection={selection}
        onSelect={select}
        count={count}
        complete={listing.complete}
        allLabel={`Select ${everythingIn(folder, prefix)}`}
      />
      <div
        ref={scroller}
        className="relative max-h-[max(20rem,calc(100dvh-22rem))] overflow-y-auto overscroll-contain"
        role="presentation"
      >
        <div role="presentation" className="relative w-full overflow-clip" style={{ height: virtualizer.height }}>
          {items.map(({ index, start: top }) => {
            const row = view.rowAt(index)
            const shift = `translateY(${virtualizer.place(top)}px)`
            if (!row) {
              return (
                <div
                  key={index}
                  role="presentation"
                  className="absolute inset-x-0 top-0 flex items-center px-4 text-kumo-subtle"
                  style={{ transform: shift, height: rowHeight }}
                >
                  {index < count || !view.error ? (
                    <span className="h-3 w-1/3 animate-pulse rounded-full bg-kumo-fill" />
                  ) : (
                    <span role="alert" className="flex min-w-0 items-center gap-3">
                      <span className="truncate">{describeError(view.error)}</span>
                      <Button size="sm" onClick={view.retry}>
                        Try again
                      </Button>
                    </span>
                  )}
                </div>
              )
            }
            return (
              <ObjectRow
                key={row.key}
                bucket={bucket}
                row={row}
                folder={folder}
                index={index}
                isActive={index === activeRow}
                isSelected={isSelected(selection, row.key)}
                height={rowHeight}
                transform={shift}
                onClick={onRowClick}
                onToggle={onToggle}
                onOpen={onOpen}
                onMenu={onMenu}
                onFocus={setActive}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

/** Between the row and the controls in it, in the order they are seen. */
function moveInRow(from: HTMLElement, step: 1 | -1): void {
  const row = from.closest<HTMLElement>('[role="row"]')
  if (!row) return
  const stops = [row, ...row.querySelectorAll<HTMLElement>('input, a, button')]
  const next = stops[stops.indexOf(from) + step]
  next?.focus()
}

/** Keys of rows that may be far from the screen: their pages are fetched again. */
function useKeysBetween(bucket: BucketRef, prefix: string, listing: ReturnType<typeof useListing>['listing']) {
  const client = useQueryClient()
  return useCallback(
    async (from: number, to: number): Promise<string[]> => {
      const starts = pageStarts(listing)
      const [first, last] = [placeOf(starts, from), placeOf(starts, to)]
      if (!first || !last) return []
      const keys: string[] = []
      for (let index = first.page; index <= last.page; index++) {
        const { rows } = await client.ensureQueryData(rowPageQuery(bucket, prefix, listing.pages[index]?.cursor))
        const begin = index === first.page ? first.offset : 0
        const end = index === last.page ? last.offset + 1 : rows.length
        for (const row of rows.slice(begin, end)) keys.push(row.key)
      }
      return keys
    },
    [bucket, prefix, listing, client],
  )
}
