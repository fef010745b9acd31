import type { Bucket, Jurisdiction } from '~/api/client'

/**
 * The list of all of an account's buckets, in order of their names, out of one list per jurisdiction, which is how the
 * API has them. `waiting` are buckets that were fetched and may not be shown yet: another jurisdiction may have an
 * earlier name.
 */
export interface MergeState {
  sources: Source[]
}

interface Source {
  jurisdiction: Jurisdiction
  waiting: Bucket[]
  /** Of the next page; absent at the start of the list. */
  cursor?: string
  done: boolean
}

export interface FetchedPage {
  buckets: Bucket[]
  cursor?: string
}

export type FetchPage = (jurisdiction: Jurisdiction, cursor: string | undefined) => Promise<FetchedPage>

export interface MergedPage {
  buckets: Bucket[]
  /** Absent when there are no more. */
  next?: MergeState
}

export function startMerge(jurisdictions: readonly Jurisdiction[]): MergeState {
  return { sources: jurisdictions.map((jurisdiction) => ({ jurisdiction, waiting: [], done: false })) }
}

async function refill(source: Source, fetchPage: FetchPage): Promise<Source> {
  let current = source
  // A page may be empty and still not be the last.
  while (current.waiting.length === 0 && !current.done) {
    const { buckets, cursor } = await fetchPage(current.jurisdiction, current.cursor)
    current = { ...current, waiting: buckets, cursor, done: cursor === undefined }
  }
  return current
}

function earliest(sources: Source[]): Source | undefined {
  let best: Source | undefined
  for (const source of sources) {
    const name = source.waiting[0]?.name
    if (name !== undefined && (best === undefined || name < (best.waiting[0]?.name ?? ''))) best = source
  }
  return best
}

/** Fetches where nothing is waiting, then takes as many as are known to come first. Leaves `state` as it is. */
export async function nextPage(state: MergeState, fetchPage: FetchPage): Promise<MergedPage> {
  const filled = await Promise.all(state.sources.map((source) => refill(source, fetchPage)))
  const sources = filled.map((source) => ({ ...source, waiting: [...source.waiting] }))
  const buckets: Bucket[] = []
  // Once a source runs dry that has more, nobody knows whether its next name comes before the others'.
  while (!sources.some(({ waiting, done }) => waiting.length === 0 && !done)) {
    const bucket = earliest(sources)?.waiting.shift()
    if (bucket === undefined) return { buckets }
    buckets.push(bucket)
  }
  return { buckets, next: { sources } }
}
