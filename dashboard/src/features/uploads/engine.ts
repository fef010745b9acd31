import type { BucketRef } from '../objects/bucket-ref'
import { isSameBucket } from '../objects/bucket-ref'
import type { EngineClock } from './clock'
import type { Item, Slot, UploadState, UploadView } from './item'
import { isOver, isRunning, takePart } from './item'
import type { UploadMemory, UploadRecord } from './memory'
import { touchEveryMs, isHeldElsewhere } from './memory'
import { partRange, planUpload, planWithParts, refusalOf } from './plan'
import { differences, usableParts } from './resume'
import { giveUpAfterMs, isSessionEnd, judge, retryDelayMs, whyNot } from './retry'
import type { Answer, Sending, UploadTransport, UploadedPart } from './transport'
import { UploadViews } from './views'

/** Over all files: more do not go faster on one connection pool, and starve the rest of the page. */
export const requestsMax = 4
export interface NewUpload {
  readonly file: File
  readonly key: string
}

interface EngineParts {
  readonly transport: UploadTransport
  readonly memory: UploadMemory
  readonly clock: EngineClock
  readonly tab: string
  /** Called with each object that has arrived. */
  readonly onDone?: (ref: BucketRef, key: string) => void
  readonly onSessionEnd?: () => void
}

/**
 * Sends files, at most `requestsMax` requests at a time over all of them, in the order they were added.
 * Knows nothing of React: views are read through `subscribe` and `views`.
 */
export class UploadEngine {
  private readonly items = new Map<number, Item>()
  /** Those of `items` with something left to do, in their order; what is over would only be in the way. */
  private readonly open = new Set<Item>()
  private readonly waiting = new Set<Item>()
  private readonly shown: UploadViews
  private nextId = 1
  private requests = 0
  private user: string | undefined
  private signedOut = false
  private cancelWake: (() => void) | undefined
  private cancelTouch: (() => void) | undefined

  constructor(private readonly parts: EngineParts) {
    this.shown = new UploadViews(this.items, parts.clock)
  }

  // --- Read by the panel ---

  subscribe = (listener: () => void): (() => void) => this.shown.subscribe(listener)

  views = (): readonly UploadView[] => this.shown.all()

  isBusy(): boolean {
    for (const item of this.open) if (isRunning(item.state)) return true
    return false
  }

  // --- Done by a person ---

  /** Of whom the uploads are. What another user left here is put away; its records stay. */
  signIn(user: string): void {
    if (this.user !== undefined && this.user !== user) this.clearAll()
    const isNew = this.user !== user
    this.user = user
    this.signedOut = false
    for (const item of this.items.values()) {
      if (item.state === 'signed-out') this.setState(item, 'queued')
    }
    if (isNew) {
      this.recall()
      // Those that were begun before it was known whose they are.
      for (const item of this.open) if (item.file) this.remember(item)
    }
    this.pump()
  }

  /** A person chose to sign out: nothing goes on in the background. */
  signOut(): void {
    this.endSession()
  }

  add(ref: BucketRef, uploads: readonly NewUpload[]): void {
    this.replaceEarlier(ref, new Set(uploads.map(({ key }) => key)))
    for (const { file, key } of uploads) {
      const item = this.newItem({
        ref,
        key,
        name: file.name,
        size: file.size,
        lastModified: file.lastModified,
        type: file.type,
      })
      item.file = file
      item.plan = planUpload(file.size)
      item.partsKnown = true
      const refusal = refusalOf(key, file.size)
      if (refusal !== undefined) this.fail(item, refusal, false)
      else if (this.signedOut) this.setState(item, 'signed-out')
    }
    this.pump()
  }

  pause(id: number): void {
    const item = this.items.get(id)
    if (!item || !isRunning(item.state)) return
    this.setState(item, 'paused')
    this.abortFlights(item)
    this.pump()
  }

  resume(id: number): void {
    const item = this.items.get(id)
    if (!item || (item.state !== 'paused' && !(item.state === 'failed' && item.canRetry))) return
    this.startTrying(item)
    this.setState(item, this.signedOut ? 'signed-out' : 'queued')
    this.pump()
  }

  cancel(id: number): void {
    const item = this.items.get(id)
    if (!item || isOver(item.state)) return
    this.setState(item, 'cancelled')
    this.abortFlights(item)
    this.abandon(item)
    this.pump()
  }

  pauseAll(): void {
    for (const item of this.items.values()) this.pause(item.id)
  }

  resumeAll(): void {
    for (const item of this.items.values()) this.resume(item.id)
  }

  cancelAll(): void {
    for (const item of this.items.values()) this.cancel(item.id)
  }

  /** Takes those that are over out of the list. */
  clearOver(): void {
    for (const item of [...this.items.values()]) {
      if (isOver(item.state) || (item.state === 'failed' && !item.canRetry)) this.drop(item)
    }
    this.shown.publish()
  }

  /** The file of an upload begun before a reload. Returns why it is not the one, or undefined. */
  giveFile(id: number, file: File): string | undefined {
    const item = this.items.get(id)
    if (!item || item.state !== 'needs-file' || item.plan.kind !== 'multipart') return undefined
    const record = this.recordOf(item)
    const differing = record ? differences(record, file) : []
    if (differing.length > 0) {
      const reason = `This is another file: ${differing.join(' and ')} differ${differing.length === 1 ? 's' : ''}.`
      item.reason = reason
      this.shown.touch(item)
      return reason
    }
    item.file = file
    this.startTrying(item)
    this.setState(item, this.signedOut ? 'signed-out' : 'queued')
    this.remember(item)
    this.pump()
    return undefined
  }

  // --- Items ---

  private newItem(facts: {
    ref: BucketRef
    key: string
    name: string
    size: number
    lastModified: number
    type: string
  }): Item {
    const item: Item = {
      ...facts,
      id: this.nextId++,
      plan: { kind: 'put' },
      file: undefined,
      state: 'queued',
      reason: undefined,
      canRetry: true,
      upload: undefined,
      partsKnown: false,
      done: new Map(),
      nextPart: 1,
      again: [],
      inFlight: new Map(),
      attempts: 0,
      failingSince: undefined,
      retryAt: undefined,
      completionUnsure: false,
    }
    this.items.set(item.id, item)
    this.open.add(item)
    this.shown.touch(item)
    return item
  }

  /** Two uploads to one key would race for which is last: the new one wins. */
  private replaceEarlier(ref: BucketRef, keys: ReadonlySet<string>): void {
    for (const item of [...this.items.values()]) {
      if (!keys.has(item.key) || !isSameBucket(item.ref, ref)) continue
      if (!isOver(item.state)) this.cancel(item.id)
      this.drop(item)
    }
  }

  private recall(): void {
    if (this.user === undefined) return
    const now = this.parts.clock.now()
    for (const record of this.parts.memory.of(this.user)) {
      if (isHeldElsewhere(record, this.parts.tab, now)) continue
      const { account, jurisdiction, bucket } = record
      const item = this.newItem({
        ref: { account, jurisdiction, bucket },
        key: record.key,
        name: record.name,
        size: record.size,
        lastModified: record.lastModified,
        type: record.type,
      })
      item.plan = planWithParts(record.size, record.partSize)
      item.upload = record.upload
      this.setState(item, 'needs-file')
    }
  }

  private drop(item: Item): void {
    this.items.delete(item.id)
    this.open.delete(item)
    this.shown.drop(item)
  }

  private clearAll(): void {
    for (const item of [...this.items.values()]) {
      this.setState(item, 'cancelled')
      this.abortFlights(item)
      this.drop(item)
    }
    this.shown.publish()
  }

  private setState(item: Item, state: UploadState, reason?: string): void {
    item.state = state
    item.reason = reason
    if (isOver(state)) this.open.delete(item)
    if (state === 'waiting') this.waiting.add(item)
    else this.waiting.delete(item)
    if (state !== 'waiting') item.retryAt = undefined
    if (state !== 'failed') item.canRetry = true
    this.shown.touch(item)
  }

  private fail(item: Item, reason: string, canRetry: boolean): void {
    this.setState(item, 'failed', reason)
    item.canRetry = canRetry
    this.abortFlights(item)
  }

  private startTrying(item: Item): void {
    item.attempts = 0
    item.failingSince = undefined
  }

  // --- Sending ---

  /** Fills the free requests with the next of each item, first come first served. */
  private pump(): void {
    if (!this.signedOut) {
      for (const item of this.open) {
        while (this.requests < requestsMax && this.sendNext(item)) {
          // One item may take all: a single large file should use the whole line.
        }
        if (this.requests >= requestsMax) break
      }
    }
    this.wakeForRetries()
    this.keepTouching()
  }

  /** Begins one request of the item; false when it has none to make now. */
  private sendNext(item: Item): boolean {
    if (item.state !== 'queued' && item.state !== 'uploading') return false
    const file = item.file
    if (!file) return false
    if (item.plan.kind === 'put') {
      if (item.inFlight.size > 0) return false
      this.begin(item, 'put', (progress) => this.parts.transport.put(item.ref, item.key, file, item.type, progress))
      return true
    }
    if (item.upload === undefined) {
      if (item.inFlight.size > 0) return false
      this.begin(item, 'create', () => this.parts.transport.create(item.ref, item.key, item.type))
      return true
    }
    if (!item.partsKnown) {
      if (item.inFlight.size > 0) return false
      this.list(item, item.upload, 0, [])
      return true
    }
    return this.sendPart(item, file, item.upload, item.plan)
  }

  private sendPart(
    item: Item,
    file: File,
    upload: string,
    plan: { readonly partSize: number; readonly parts: number },
  ): boolean {
    const number = takePart(item, plan.parts)
    if (number === undefined) {
      if (item.done.size < plan.parts || item.inFlight.size > 0) return false
      const parts = [...item.done.values()]
        .sort((a, b) => a.part_number - b.part_number)
        .map(({ part_number, etag }) => ({ part_number, etag }))
      this.begin(item, 'complete', () => this.parts.transport.complete(item.ref, item.key, upload, parts))
      return true
    }
    const { start, end } = partRange(item.size, plan.partSize, number)
    this.begin(item, number, (progress) =>
      this.parts.transport.part(item.ref, item.key, upload, number, file.slice(start, end), progress),
    )
    return true
  }

  /** All pages of the parts that the server has. */
  private list(item: Item, upload: string, after: number, before: readonly UploadedPart[]): void {
    this.begin(
      item,
      'list',
      () => this.parts.transport.parts(item.ref, item.key, upload, after),
      (answer) => {
        const found = [...before, ...((answer.result as UploadedPart[] | undefined) ?? [])]
        const next = Number(answer.info?.after ?? 0)
        if (answer.info?.is_truncated && next > after) {
          this.list(item, upload, next, found)
          return
        }
        if (item.plan.kind === 'multipart') item.done = usableParts(item.size, item.plan.partSize, found)
        item.partsKnown = true
        item.nextPart = 1
        item.again = []
      },
    )
  }

  private begin(
    item: Item,
    slot: Slot,
    send: (onProgress: (loaded: number) => void) => Sending<unknown>,
    onOk?: (answer: Answer) => void,
  ): void {
    this.requests++
    if (item.state !== 'uploading') this.setState(item, 'uploading')
    const flight = {
      sending: send((loaded) => {
        flight.loaded = loaded
        this.shown.touch(item)
      }),
      loaded: 0,
    }
    item.inFlight.set(slot, flight)
    void flight.sending.answer.then(async (answer) => {
      this.requests--
      // Aborted flights are not the item's any more, and what they answer no longer matters.
      if (item.inFlight.get(slot) === flight) {
        item.inFlight.delete(slot)
        await this.take(item, slot, answer, onOk)
      }
      this.shown.touch(item)
      this.pump()
    })
  }

  private async take(
    item: Item,
    slot: Slot,
    answer: Answer,
    onOk: ((answer: Answer) => void) | undefined,
  ): Promise<void> {
    const verdict = judge(answer)
    if (verdict === 'ok') {
      this.startTrying(item)
      if (onOk) onOk(answer)
      else this.takeOk(item, slot, answer)
      return
    }
    if (typeof slot === 'number') item.again.push(slot)
    if (verdict === 'signed-out' && isSessionEnd(answer)) {
      this.endSession()
      this.parts.onSessionEnd?.()
      return
    }
    if (verdict === 'again') {
      if (slot === 'complete') item.completionUnsure = true
      if (answer.status === 0 && item.file && !(await isReadable(item.file))) {
        this.fail(item, 'The file was changed, moved or deleted since it was chosen. Add it again.', false)
        return
      }
      this.tryLater(item, answer)
      return
    }
    if (verdict === 'gone' && item.upload !== undefined) {
      await this.takeGone(item, answer)
      return
    }
    this.fail(item, answer.message ?? `The server refused it (${answer.status}).`, true)
  }

  private takeOk(item: Item, slot: Slot, answer: Answer): void {
    if (slot === 'put' || slot === 'complete') {
      this.finish(item)
      return
    }
    if (slot === 'create') {
      item.upload = (answer.result as { upload_id: string }).upload_id
      this.remember(item)
      // Cancelled while the server was making it.
      if (item.state === 'cancelled') this.abandon(item)
      return
    }
    if (typeof slot === 'number' && item.plan.kind === 'multipart') {
      const { start, end } = partRange(item.size, item.plan.partSize, slot)
      const { etag } = answer.result as UploadedPart
      item.done.set(slot, { part_number: slot, etag, size: end - start })
    }
  }

  /** No such upload: ended elsewhere or given up by the server, or completed without us hearing of it. */
  private async takeGone(item: Item, answer: Answer): Promise<void> {
    if (item.completionUnsure) {
      const found = await this.parts.transport.size(item.ref, item.key).answer
      if (judge(found) === 'ok' && found.result?.size === item.size) {
        this.finish(item)
        return
      }
    }
    this.forget(item)
    item.upload = undefined
    item.partsKnown = true
    item.completionUnsure = false
    item.done.clear()
    item.again = []
    item.nextPart = 1
    const what = answer.message ?? 'The server no longer has this upload.'
    this.fail(item, `${what} Retry sends the file from its beginning.`, item.file !== undefined)
  }

  private finish(item: Item): void {
    this.forget(item)
    this.setState(item, 'done')
    item.file = undefined
    this.parts.onDone?.(item.ref, item.key)
  }

  private tryLater(item: Item, answer: Answer): void {
    if (item.state !== 'uploading' && item.state !== 'queued' && item.state !== 'waiting') return
    const now = this.parts.clock.now()
    item.failingSince ??= now
    const reason = answer.message ?? whyNot(answer.status)
    if (now - item.failingSince >= giveUpAfterMs) {
      this.fail(item, reason, true)
      return
    }
    // Its other requests fail with it; one wait for all of them, not one each.
    if (item.state === 'waiting') return
    const delay = retryDelayMs(item.attempts++, this.parts.clock.random(), answer.retryAfterS)
    item.retryAt = now + delay
    this.setState(item, 'waiting', reason)
  }

  private wakeForRetries(): void {
    this.cancelWake?.()
    this.cancelWake = undefined
    let soonest = Infinity
    for (const item of this.waiting) soonest = Math.min(soonest, item.retryAt ?? 0)
    if (soonest === Infinity) return
    const wait = Math.max(0, soonest - this.parts.clock.now())
    this.cancelWake = this.parts.clock.later(() => {
      const now = this.parts.clock.now()
      for (const item of [...this.waiting]) if ((item.retryAt ?? 0) <= now) this.setState(item, 'queued')
      this.pump()
    }, wait)
  }

  private abortFlights(item: Item): void {
    const flights = [...item.inFlight]
    item.inFlight.clear()
    for (const [slot, flight] of flights) {
      if (typeof slot === 'number') item.again.push(slot)
      if (slot === 'complete') item.completionUnsure = true
      // An upload in the making is let finish: only its answer says what there is to end.
      if (slot === 'create') this.adoptWhenMade(item, flight.sending)
      else flight.sending.abort()
    }
  }

  private adoptWhenMade(item: Item, sending: Sending<unknown>): void {
    void sending.answer.then((answer) => {
      if (judge(answer) !== 'ok') return
      const made = (answer.result as { upload_id: string }).upload_id
      if (item.upload !== undefined || this.items.get(item.id) !== item) {
        void this.parts.transport.abandon(item.ref, item.key, made).answer
        return
      }
      this.takeOk(item, 'create', answer)
      this.pump()
    })
  }

  private abandon(item: Item): void {
    const upload = item.upload
    if (upload === undefined) return
    this.forget(item)
    item.upload = undefined
    const attempt = (left: number) => {
      void this.parts.transport.abandon(item.ref, item.key, upload).answer.then((answer) => {
        if (judge(answer) !== 'again' || left === 0) return
        this.parts.clock.later(() => attempt(left - 1), retryDelayMs(5 - left, this.parts.clock.random()))
      })
    }
    attempt(5)
  }

  private endSession(): void {
    this.signedOut = true
    for (const item of this.items.values()) {
      if (!isRunning(item.state)) continue
      this.setState(item, 'signed-out')
      this.abortFlights(item)
    }
  }

  // --- What is remembered over a reload ---

  private recordOf(item: Item): UploadRecord | undefined {
    if (item.plan.kind !== 'multipart' || item.upload === undefined || this.user === undefined) return undefined
    return {
      ...item.ref,
      user: this.user,
      key: item.key,
      upload: item.upload,
      name: item.name,
      size: item.size,
      lastModified: item.lastModified,
      type: item.type,
      partSize: item.plan.partSize,
      tab: this.parts.tab,
      touched: this.parts.clock.now(),
    }
  }

  private remember(item: Item): void {
    const record = this.recordOf(item)
    if (record && !isOver(item.state)) this.parts.memory.save(record)
  }

  private forget(item: Item): void {
    if (item.upload !== undefined) this.parts.memory.remove(item.upload)
  }

  private keepTouching(): void {
    if (this.cancelTouch || !this.isBusy()) return
    this.cancelTouch = this.parts.clock.later(() => {
      this.cancelTouch = undefined
      for (const item of this.open) if (item.file) this.remember(item)
      this.keepTouching()
    }, touchEveryMs)
  }
}

/** A file that changed on disk fails to be sent just as a broken line does; reading a byte tells them apart. */
async function isReadable(file: File): Promise<boolean> {
  if (file.size === 0) return true
  try {
    await file.slice(0, 1).arrayBuffer()
    return true
  } catch {
    return false
  }
}
