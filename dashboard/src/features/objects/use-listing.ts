import { useQueries } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { BucketRef } from './bucket-ref'
import { rowPageQuery } from './objects'
import { emptyListing, pageStarts, placeOf, withPage, type Listing } from './pages'
import type { Row } from './rows'

/** The next page is asked for when the end of the known ones is this near. */
const aheadRows = 400

export interface RowRange {
  readonly start: number
  readonly end: number
}

export interface ListingView {
  readonly listing: Listing
  readonly count: number
  /** Undefined while its page is being fetched. */
  readonly rowAt: (index: number) => Row | undefined
  readonly error: Error | null
  readonly retry: () => void
  readonly isFetching: boolean
}

/**
 * A folder's rows, of which only the pages around `range` are held. Give the component a key that changes with
 * the folder: what is known of one listing says nothing about another.
 */
export function useListing(ref: BucketRef, prefix: string, range: RowRange): ListingView {
  const [listing, setListing] = useState(emptyListing)
  const starts = useMemo(() => pageStarts(listing), [listing])
  const count = starts.at(-1) ?? 0
  const wanted = wantedPages(listing, starts, range)
  const cursors = wanted.map((index) => listing.pages[index]?.cursor ?? (index === 0 ? undefined : listing.next))
  const queries = useQueries({ queries: cursors.map((cursor) => rowPageQuery(ref, prefix, cursor)) })

  useEffect(() => {
    let next = listing
    wanted.forEach((index, at) => {
      const data = queries[at]?.data
      if (data) next = withPage(next, index, cursors[at], data.rows.length, data.next)
    })
    if (next !== listing) setListing(next)
  })

  const rowAt = (index: number) => {
    const place = placeOf(starts, index)
    return place && queries[wanted.indexOf(place.page)]?.data?.rows[place.offset]
  }
  const failed = queries.find(({ error, data }) => error !== null && data === undefined)
  return {
    listing,
    count,
    rowAt,
    error: failed?.error ?? null,
    retry: () => void failed?.refetch(),
    isFetching: queries.some(({ isFetching }) => isFetching),
  }
}

function wantedPages(listing: Listing, starts: readonly number[], range: RowRange): number[] {
  const known = listing.pages.length
  const count = starts.at(-1) ?? 0
  const first = placeOf(starts, Math.min(range.start, count - 1))?.page ?? 0
  const last = placeOf(starts, Math.min(range.end, count - 1))?.page ?? 0
  const wanted: number[] = []
  for (let index = first; index <= last; index++) wanted.push(index)
  const isNearEnd = range.end + aheadRows >= count
  if (isNearEnd && !listing.complete && !wanted.includes(known)) wanted.push(known)
  return wanted
}
