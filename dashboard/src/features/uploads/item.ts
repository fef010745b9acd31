import type { BucketRef } from '../objects/bucket-ref'
import type { UploadPlan } from './plan'
import type { Sending, UploadedPart } from './transport'

export type UploadState =
  | 'queued'
  | 'uploading'
  /** Failed in a way that passes; tries again by itself at `retryAt`. */
  | 'waiting'
  | 'paused'
  /** The session ended; goes on after sign-in. */
  | 'signed-out'
  /** Begun before a reload: the file has to be chosen again. */
  | 'needs-file'
  /** Has stopped trying; a person can make it go on. */
  | 'failed'
  | 'done'
  | 'cancelled'

/** What the panel shows of an upload. A new object whenever something changed. */
export interface UploadView {
  readonly id: number
  readonly ref: BucketRef
  readonly key: string
  readonly name: string
  readonly size: number
  readonly lastModified: number
  readonly sentBytes: number
  readonly state: UploadState
  /** Why it failed, waits, or asks for the file. */
  readonly reason?: string
  readonly retryAt?: number
  /** False of what only a new choice of file could mend. */
  readonly canRetry: boolean
}

/** The engine's own, mutable side of an upload. */
export interface Item {
  readonly id: number
  readonly ref: BucketRef
  readonly key: string
  readonly name: string
  readonly size: number
  readonly lastModified: number
  readonly type: string
  plan: UploadPlan
  file: File | undefined
  state: UploadState
  reason: string | undefined
  canRetry: boolean
  upload: string | undefined
  /** Whether the server's parts are known: true of an upload that this page began. */
  partsKnown: boolean
  done: Map<number, UploadedPart>
  /** Where the next unsent part may be: all below are done or in flight. */
  nextPart: number
  /** Parts that have to be sent again. */
  again: number[]
  inFlight: Map<Slot, Flight>
  attempts: number
  failingSince: number | undefined
  retryAt: number | undefined
  /** A completion was sent whose answer was lost: the upload may be gone because it succeeded. */
  completionUnsure: boolean
}

/** Which request of an item: a part by its number, or one of the calls around the parts. */
export type Slot = number | 'put' | 'create' | 'list' | 'complete'

export interface Flight {
  readonly sending: Sending<unknown>
  loaded: number
}

export function sentBytes(item: Item): number {
  if (item.state === 'done') return item.size
  let sum = 0
  for (const part of item.done.values()) sum += part.size
  for (const flight of item.inFlight.values()) sum += flight.loaded
  return Math.min(sum, item.size)
}

export function isOver(state: UploadState): boolean {
  return state === 'done' || state === 'cancelled'
}

/** States in which leaving the page would stop something that is going on. */
export function isRunning(state: UploadState): boolean {
  return state === 'queued' || state === 'uploading' || state === 'waiting' || state === 'signed-out'
}

/** The number of the part to be sent next; undefined when all are sent or on their way. */
export function takePart(item: Item, parts: number): number | undefined {
  const again = item.again.pop()
  if (again !== undefined) return again
  while (item.nextPart <= parts && item.done.has(item.nextPart)) item.nextPart++
  return item.nextPart <= parts ? item.nextPart++ : undefined
}
