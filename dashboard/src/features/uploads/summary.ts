import { plural } from '~/components/format'
import type { UploadState, UploadView } from './item'
import { isRunning } from './item'

export interface UploadSummary {
  readonly count: number
  readonly done: number
  readonly failed: number
  /** Wait for a person: paused, or for their file. */
  readonly held: number
  readonly running: number
  readonly bytes: number
  readonly sentBytes: number
}

export function summarize(uploads: readonly UploadView[]): UploadSummary {
  let [count, done, failed, held, running, bytes, sentBytes] = [0, 0, 0, 0, 0, 0, 0]
  for (const { state, size, sentBytes: sent } of uploads) {
    if (state === 'cancelled') continue
    count++
    bytes += size
    sentBytes += sent
    if (state === 'done') done++
    else if (state === 'failed') failed++
    else if (isRunning(state)) running++
    else held++
  }
  return { count, done, failed, held, running, bytes, sentBytes }
}

/** The panel's heading, which is announced too; so it changes with files, not with bytes. */
export function headline({ count, done, failed, held, running }: UploadSummary): string {
  if (running > 0) return `Uploading ${plural(count - done, 'file')}`
  if (failed > 0) return `${plural(failed, 'upload')} failed`
  if (held > 0) return `${plural(held, 'upload')} waiting for you`
  return count === 0 ? 'Uploads cancelled' : `${plural(done, 'file')} uploaded`
}

const words: Record<UploadState, string> = {
  queued: 'Waiting for its turn',
  uploading: 'Uploading',
  waiting: 'Trying again',
  paused: 'Paused',
  'signed-out': 'Goes on after you sign in',
  'needs-file': 'Choose the file again to go on',
  failed: 'Failed',
  done: 'Uploaded',
  cancelled: 'Cancelled',
}

export function stateText(upload: UploadView): string {
  return words[upload.state]
}

/** Bytes per second over the last moments: what the next minutes will be like. */
export class Rate {
  private samples: { at: number; bytes: number }[] = []

  constructor(private readonly windowMs = 6000) {}

  /** Undefined until there is enough to go by. */
  add(at: number, bytes: number): number | undefined {
    const last = this.samples.at(-1)
    // Fewer bytes than before: something was paused or sent anew, and the past says nothing any more.
    if (last && bytes < last.bytes) this.samples = []
    this.samples.push({ at, bytes })
    while (this.samples.length > 2 && (this.samples[1]?.at ?? at) < at - this.windowMs) this.samples.shift()
    const first = this.samples[0]
    if (!first || at - first.at < 1000) return undefined
    return ((bytes - first.bytes) * 1000) / (at - first.at)
  }
}

export function formatLeft(seconds: number): string {
  if (!Number.isFinite(seconds)) return ''
  if (seconds < 60) return 'less than a minute left'
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `about ${plural(minutes, 'minute')} left`
  return `about ${plural(Math.round(minutes / 60), 'hour')} left`
}
