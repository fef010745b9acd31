/**
 * What is remembered of a listing however long it is: for each page the cursor that fetches it and how many
 * rows it had. The rows themselves live in the query cache only while they are near the screen, so a list of
 * a million keys costs a thousand of these.
 */
export interface PageMark {
  /** Undefined for the first page. */
  readonly cursor: string | undefined
  readonly rows: number
}

export interface Listing {
  readonly pages: readonly PageMark[]
  /** Of the page after the last known one; undefined when there is none or it is not known yet. */
  readonly next: string | undefined
  readonly complete: boolean
}

export const emptyListing: Listing = { pages: [], next: undefined, complete: false }

/**
 * The listing after page `index` was seen to have `rows` rows and to be followed by `next`. Objects that came or went
 * move the border to the page after; then what is known of the pages behind it is worth nothing, and is dropped.
 */
export function withPage(
  listing: Listing,
  index: number,
  cursor: string | undefined,
  rows: number,
  next: string | undefined,
): Listing {
  if (index > listing.pages.length) return listing
  const known = listing.pages[index]
  const after = index + 1 < listing.pages.length ? listing.pages[index + 1]?.cursor : listing.next
  if (known && after === next) {
    if (known.rows === rows) return listing
    const pages = listing.pages.slice()
    pages[index] = { ...known, rows }
    return { ...listing, pages }
  }
  const pages = [...listing.pages.slice(0, index), { cursor, rows }]
  return { pages, next, complete: next === undefined }
}

export function rowCount(listing: Listing): number {
  let sum = 0
  for (const page of listing.pages) sum += page.rows
  return sum
}

export interface RowPlace {
  readonly page: number
  readonly offset: number
}

/** Index of the first row of each page, and one more for the end. */
export function pageStarts(listing: Listing): number[] {
  const starts = [0]
  let sum = 0
  for (const page of listing.pages) starts.push((sum += page.rows))
  return starts
}

/** Where row `index` lies. By bisection: it is asked for each row that is drawn. */
export function placeOf(starts: readonly number[], index: number): RowPlace | undefined {
  let low = 0
  let high = starts.length - 1
  if (index < 0 || index >= (starts[high] ?? 0)) return undefined
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= index) low = middle
    else high = middle
  }
  return { page: low, offset: index - (starts[low] ?? 0) }
}
