import { ApiError, describeError } from '~/api/error'
import { retryDelayMs } from '../uploads/retry'
import type { Copy, KeyPage } from './objects'

/** The server's limit on one call that deletes. */
export const deleteKeysMax = 1000
/** Copies move no bytes, so they are short: some at a time hide the way to the server and back. */
const copiesAtOnce = 6
const attemptsMax = 7
/** More than a person reads; the count goes on. */
const failuresShownMax = 100

export interface ObjectCalls {
  list(prefix: string, cursor: string | undefined, signal: AbortSignal): Promise<KeyPage>
  remove(keys: readonly string[], signal: AbortSignal): Promise<string[]>
  copy(copy: Copy, signal: AbortSignal): Promise<unknown>
}

/** What a job is about: single objects, and all keys below prefixes. */
export interface Target {
  readonly keys: readonly string[]
  readonly prefixes: readonly string[]
  /** Keys, and prefixes of keys, that stay. */
  readonly except?: ReadonlySet<string>
}

export interface Failure {
  readonly key: string
  readonly reason: string
}

export interface JobProgress {
  /** So far; grows while folders are read. */
  readonly found: number
  readonly done: number
  /** Left alone, as there was an object with their new key already. */
  readonly skipped: number
  readonly failed: number
  readonly failures: readonly Failure[]
  /** All that there is has been found. */
  readonly counted: boolean
}

export type Report = (progress: JobProgress) => void

class Tally {
  private found = 0
  private done = 0
  private skipped = 0
  private failed = 0
  private counted = false
  private failures: Failure[] = []

  constructor(private readonly report: Report) {}

  find(count: number): void {
    this.found += count
    this.tell()
  }
  finish(count: number): void {
    this.done += count
    this.tell()
  }
  skip(): void {
    this.skipped++
    this.tell()
  }
  fail(keys: readonly string[], reason: string): void {
    this.failed += keys.length
    const room = Math.max(0, failuresShownMax - this.failures.length)
    this.failures = [...this.failures, ...keys.slice(0, room).map((key) => ({ key, reason }))]
    this.tell()
  }
  end(): JobProgress {
    this.counted = true
    this.tell()
    return this.progress()
  }
  private tell(): void {
    this.report(this.progress())
  }
  private progress(): JobProgress {
    const { found, done, skipped, failed, failures, counted } = this
    return { found, done, skipped, failed, failures, counted }
  }
}

export async function deleteObjects(
  calls: ObjectCalls,
  target: Target,
  report: Report,
  signal: AbortSignal,
): Promise<JobProgress> {
  const tally = new Tally(report)
  for await (const keys of batches(calls, target, signal)) {
    tally.find(keys.length)
    const failure = await attempt(() => removeAll(calls, keys, tally, signal), signal)
    if (failure !== undefined) tally.fail(keys, failure)
  }
  return tally.end()
}

async function removeAll(
  calls: ObjectCalls,
  keys: readonly string[],
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const gone = new Set(await calls.remove(keys, signal))
  const left = keys.filter((key) => !gone.has(key))
  tally.finish(keys.length - left.length)
  if (left.length > 0) tally.fail(left, 'The server did not delete it.')
}

export interface CopyJob {
  readonly target: Target
  /** The key that a key is copied to. */
  readonly rename: (key: string) => string
  /** Rename: the source goes once its copy is there. */
  readonly move: boolean
  /** What to do where there is an object with the new key. */
  readonly existing: 'replace' | 'skip' | 'fail'
}

export async function copyObjects(
  calls: ObjectCalls,
  job: CopyJob,
  report: Report,
  signal: AbortSignal,
): Promise<JobProgress> {
  const tally = new Tally(report)
  for await (const keys of batches(calls, job.target, signal)) {
    tally.find(keys.length)
    const copied: string[] = []
    await eachOf(keys, copiesAtOnce, async (key) => {
      const copy = { source_key: key, key: job.rename(key), if_absent: job.existing !== 'replace' }
      let isThere = false
      const work = () =>
        calls.copy(copy, signal).catch((error: unknown) => {
          isThere = job.existing === 'skip' && isTaken(error)
          if (!isThere) throw error
        })
      const failure = await attempt(work, signal)
      if (failure !== undefined) tally.fail([key], failure)
      else if (isThere) tally.skip()
      else if (job.move) copied.push(key)
      else tally.finish(1)
    })
    if (copied.length > 0) {
      const failure = await attempt(() => removeAll(calls, copied, tally, signal), signal)
      if (failure !== undefined) tally.fail(copied, `It was copied, but the old one was not deleted: ${failure}`)
    }
  }
  return tally.end()
}

/** How many keys a target has, and their bytes. */
export async function countObjects(
  calls: ObjectCalls,
  prefixes: readonly string[],
  report: (count: number, bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let [count, bytes] = [0, 0]
  for (const prefix of prefixes) {
    for await (const { keys } of pagesUnder(calls, prefix, signal)) {
      count += keys.length
      for (const { size } of keys) bytes += size
      report(count, bytes)
    }
  }
}

async function* batches(calls: ObjectCalls, target: Target, signal: AbortSignal): AsyncGenerator<string[]> {
  for (let at = 0; at < target.keys.length; at += deleteKeysMax) {
    signal.throwIfAborted()
    yield target.keys.slice(at, at + deleteKeysMax)
  }
  const stays = excluder(target.except)
  for (const prefix of target.prefixes) {
    for await (const { keys } of pagesUnder(calls, prefix, signal)) {
      const wanted = keys.map(({ key }) => key).filter((key) => !stays(key))
      if (wanted.length > 0) yield wanted
    }
  }
}

function excluder(except: ReadonlySet<string> | undefined): (key: string) => boolean {
  if (!except || except.size === 0) return () => false
  const folders = [...except].filter((key) => key.endsWith('/'))
  return (key) => except.has(key) || folders.some((folder) => key.startsWith(folder))
}

async function* pagesUnder(calls: ObjectCalls, prefix: string, signal: AbortSignal): AsyncGenerator<KeyPage> {
  let cursor: string | undefined
  do {
    signal.throwIfAborted()
    const from = cursor
    const page = await retrying(() => calls.list(prefix, from, signal), signal)
    yield page
    cursor = page.next
  } while (cursor !== undefined)
}

/** Why the work failed for good; undefined when it did not. A stop by the person is thrown on. */
async function attempt(work: () => Promise<unknown>, signal: AbortSignal): Promise<string | undefined> {
  try {
    await retrying(work, signal)
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    if (isFatal(error)) throw error
    if (isTaken(error)) return 'There is an object with the new key already.'
    return describeError(error)
  }
}

/** The answer to `if_absent` where there is an object with the key. */
function isTaken(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412
}

/** Whatever comes next would fail the same way: the session ended, or nothing is allowed here. */
function isFatal(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 403)
}

async function retrying<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let n = 0; ; n++) {
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      if (n + 1 >= attemptsMax || !passes(error)) throw error
      const after = error instanceof ApiError ? error.retryAfterSeconds : undefined
      await wait(retryDelayMs(n, Math.random(), after), signal)
    }
  }
}

function passes(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 429 || (error.status >= 500 && error.status !== 501)
  return error instanceof TypeError
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}

async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  let at = 0
  const worker = async () => {
    for (let item = items[at++]; item !== undefined; item = items[at++]) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
}
