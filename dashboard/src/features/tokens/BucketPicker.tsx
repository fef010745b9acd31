import { Input } from '@cloudflare/kumo/components/input'
import { cn } from '@cloudflare/kumo/utils'
import { CheckIcon, XIcon } from '@phosphor-icons/react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useDeferredValue, useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import type { Bucket } from '~/api/client'
import { jurisdictionName } from '~/api/jurisdictions'
import { useAccountId } from '~/api/queries'
import { plural } from '~/components/format'
import { ErrorState } from '~/components/states'
import { bucketsQuery } from '~/features/buckets/buckets'
import { bucketKey, type BucketRef } from './policy'

interface Props {
  value: BucketRef[]
  onChange: (buckets: BucketRef[]) => void
  error?: string
  /** At most one: another takes its place. */
  single?: boolean
}

const rowHeight = 38
const overscan = 8

/**
 * Buckets to tick, of any number: the list is fetched and drawn as far as it is looked at. One combobox: the field
 * searches, the arrow keys move in the list, Enter ticks.
 */
export function BucketPicker({ value, onChange, error, single = false }: Props) {
  const accountId = useAccountId()
  const [text, setText] = useState('')
  const search = useDeferredValue(text.trim().toLowerCase())
  const query = useInfiniteQuery(bucketsQuery(accountId, { search }))
  const buckets = query.data ?? []
  const [active, setActive] = useState(-1)
  const scroller = useRef<HTMLDivElement>(null)
  const ids = useId()

  const virtualizer = useVirtualizer({
    count: buckets.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
  })
  const items = virtualizer.getVirtualItems()

  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const last = items.at(-1)?.index ?? -1
  useEffect(() => {
    if (last >= buckets.length - overscan && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [last, buckets.length, hasNextPage, isFetchingNextPage, fetchNextPage])
  useEffect(() => setActive(-1), [search])

  const selected = new Set(value.map(bucketKey))
  const toggle = ({ jurisdiction, name }: Bucket) => {
    const bucket = { jurisdiction, name }
    const key = bucketKey(bucket)
    if (selected.has(key)) onChange(value.filter((other) => bucketKey(other) !== key))
    else onChange(single ? [bucket] : [...value, bucket])
  }
  const move = (to: number) => {
    const index = Math.max(0, Math.min(to, buckets.length - 1))
    setActive(index)
    virtualizer.scrollToIndex(index)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 }
    const step = steps[event.key]
    if (step !== undefined && buckets.length > 0) {
      event.preventDefault()
      move(active + step)
    } else if (event.key === 'Enter') {
      // Never sends the form from here.
      event.preventDefault()
      const bucket = buckets[active] ?? (buckets.length === 1 ? buckets[0] : undefined)
      if (bucket !== undefined) toggle(bucket)
    }
  }

  return (
    <div>
      <Input
        label="Search buckets"
        placeholder="Search by name"
        description="Arrow keys and Enter choose."
        role="combobox"
        aria-expanded
        aria-controls={`${ids}-list`}
        aria-activedescendant={active >= 0 && active < buckets.length ? `${ids}-${active}` : undefined}
        aria-autocomplete="list"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        variant={error === undefined ? 'default' : 'error'}
        error={error}
        autoComplete="off"
        spellCheck={false}
        className="w-full"
      />
      <div
        ref={scroller}
        className="mt-2 h-60 overflow-y-auto rounded-lg bg-kumo-base ring ring-kumo-line"
        // The field moves in it.
        tabIndex={-1}
      >
        {query.isError && buckets.length === 0 ? (
          <ErrorState error={query.error} title="The buckets could not be loaded" retry={() => void query.refetch()} />
        ) : buckets.length === 0 ? (
          <p role="status" className="p-4 text-kumo-subtle">
            {query.isPending
              ? 'Loading buckets…'
              : search === ''
                ? 'This account has no buckets yet.'
                : 'No bucket has this in its name.'}
          </p>
        ) : null}
        <div
          id={`${ids}-list`}
          role="listbox"
          aria-multiselectable={!single}
          aria-label="Buckets"
          className="relative"
          style={{ height: virtualizer.getTotalSize() }}
        >
          {items.map((item) => {
            const bucket = buckets[item.index]
            if (bucket === undefined) return null
            const isSelected = selected.has(bucketKey(bucket))
            return (
              <div
                key={bucketKey(bucket)}
                id={`${ids}-${item.index}`}
                role="option"
                aria-selected={isSelected}
                aria-setsize={hasNextPage ? -1 : buckets.length}
                aria-posinset={item.index + 1}
                onClick={() => {
                  setActive(item.index)
                  toggle(bucket)
                }}
                style={{ transform: `translateY(${item.start}px)`, height: rowHeight }}
                className={cn(
                  'absolute top-0 left-0 flex w-full cursor-pointer items-center gap-2.5 px-3 hover:bg-kumo-tint',
                  item.index === active && 'bg-kumo-tint outline-2 -outline-offset-2 outline-kumo-focus',
                )}
              >
                <span
                  aria-hidden
                  className={cn(
                    'flex size-4 shrink-0 items-center justify-center rounded-xs ring',
                    isSelected ? 'bg-kumo-contrast text-kumo-inverse ring-kumo-contrast' : 'ring-kumo-line',
                  )}
                >
                  {isSelected && <CheckIcon size={12} weight="bold" />}
                </span>
                <span className="min-w-0 flex-1 truncate">{bucket.name}</span>
                <span className="shrink-0 text-sm text-kumo-subtle">{jurisdictionName(bucket.jurisdiction)}</span>
              </div>
            )
          })}
        </div>
      </div>
      <Chosen buckets={value} onChange={onChange} />
    </div>
  )
}

const chipsMax = 40

function Chosen({ buckets, onChange }: { buckets: BucketRef[]; onChange: (buckets: BucketRef[]) => void }) {
  return (
    <div className="mt-3">
      <p role="status" className="text-sm text-kumo-subtle">
        {buckets.length === 0 ? 'No bucket chosen' : `${plural(buckets.length, 'bucket')} chosen`}
      </p>
      {buckets.length > 0 && (
        <ul aria-label="Chosen buckets" className="mt-2 flex flex-wrap gap-2">
          {buckets.slice(0, chipsMax).map((bucket) => (
            <li
              key={bucketKey(bucket)}
              className="flex max-w-full items-center gap-1 rounded-md bg-kumo-tint py-0.5 pr-0.5 pl-2.5 text-sm"
            >
              <span className="truncate">
                {bucket.name}
                {bucket.jurisdiction !== 'default' && (
                  <span className="text-kumo-subtle"> {jurisdictionName(bucket.jurisdiction)}</span>
                )}
              </span>
              <button
                type="button"
                aria-label={`Remove ${bucket.name}`}
                onClick={() => onChange(buckets.filter((other) => bucketKey(other) !== bucketKey(bucket)))}
                className="flex size-6 cursor-pointer items-center justify-center rounded-md hover:bg-kumo-interact"
              >
                <XIcon aria-hidden size={12} />
              </button>
            </li>
          ))}
          {buckets.length > chipsMax && (
            <li className="py-1 text-sm text-kumo-subtle">and {buckets.length - chipsMax} more</li>
          )}
        </ul>
      )}
    </div>
  )
}
