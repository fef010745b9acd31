import { cn } from '@cloudflare/kumo/utils'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react'

export interface Column<Row> {
  id: string
  header: string
  /** A track of CSS grid: `minmax(12rem, 2fr)`. */
  width: string
  cell: (row: Row) => ReactNode
  align?: 'end'
  /** Without its header in words, like a row's menu. */
  bare?: boolean
}

interface Props<Row> {
  label: string
  columns: Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** There are more rows than those that are here. */
  more?: boolean
  /** Called when the end comes into sight. */
  onEnd?: () => void
}

const estimatedRowHeight = 57
const overscan = 12

/**
 * A table of any number of rows, of which only those in sight are in the document. Where it is narrow a row is a block, and
 * every cell but the first has its column's name beside it.
 */
export function VirtualTable<Row>({ label, columns, rows, rowKey, more = false, onEnd }: Props<Row>) {
  const body = useRef<HTMLDivElement>(null)
  const [scrollMargin, setScrollMargin] = useState(0)
  useLayoutEffect(() => {
    setScrollMargin(body.current?.offsetTop ?? 0)
  }, [rows.length === 0])

  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => estimatedRowHeight,
    overscan,
    scrollMargin,
    getItemKey: (index) => {
      const row = rows[index]
      return row === undefined ? index : rowKey(row)
    },
  })
  const items = virtualizer.getVirtualItems()

  const last = items.at(-1)?.index ?? -1
  useEffect(() => {
    if (last >= rows.length - overscan) onEnd?.()
  }, [last, rows.length, onEnd])

  const grid = { '--columns': columns.map(({ width }) => width).join(' ') } as React.CSSProperties
  return (
    <div
      role="table"
      aria-label={label}
      aria-rowcount={more ? -1 : rows.length + 1}
      style={grid}
      className="@container"
    >
      <div role="rowgroup" className="@max-2xl:sr-only">
        <div
          role="row"
          aria-rowindex={1}
          className="gap-3 border-b border-kumo-hairline px-5 py-2.5 @2xl:grid @2xl:grid-cols-(--columns)"
        >
          {columns.map(({ id, header, align, bare }) => (
            <div
              key={id}
              role="columnheader"
              className={cn('text-sm font-medium text-kumo-subtle', align === 'end' && 'text-right')}
            >
              {bare ? <span className="sr-only">{header}</span> : header}
            </div>
          ))}
        </div>
      </div>
      <div ref={body} role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index]
          if (row === undefined) return null
          return (
            <div
              key={item.key}
              ref={virtualizer.measureElement}
              data-index={item.index}
              role="row"
              aria-rowindex={item.index + 2}
              style={{ transform: `translateY(${item.start - scrollMargin}px)` }}
              className="absolute top-0 left-0 w-full items-center gap-x-3 gap-y-1 border-b border-kumo-hairline px-5 py-3 last:border-b-0 hover:bg-kumo-elevated @max-2xl:flex @max-2xl:flex-wrap @max-2xl:gap-x-5 @2xl:grid @2xl:min-h-14 @2xl:grid-cols-(--columns)"
            >
              {columns.map(({ id, header, align, bare, cell }, index) => (
                <div
                  key={id}
                  role="cell"
                  className={cn(
                    'min-w-0',
                    align === 'end' && '@2xl:text-right',
                    bare && '@max-2xl:absolute @max-2xl:top-2 @max-2xl:right-3',
                    index === 0 && '@max-2xl:basis-full @max-2xl:pr-10',
                  )}
                >
                  {index > 0 && !bare && (
                    <span aria-hidden className="mr-2 text-sm text-kumo-subtle @2xl:hidden">
                      {header}
                    </span>
                  )}
                  {cell(row)}
                </div>
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}
