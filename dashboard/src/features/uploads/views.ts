import type { EngineClock } from './clock'
import type { Item, UploadView } from './item'
import { sentBytes } from './item'

/** How often views are renewed while bytes move. */
const progressEveryMs = 120

/**
 * What a panel reads of the items: views that change only when their item did, gathered for a moment, so that the bytes
 * of a thousand files do not draw the page a thousand times.
 */
export class UploadViews {
  private readonly cached = new Map<number, UploadView>()
  private readonly dirty = new Set<number>()
  private readonly listeners = new Set<() => void>()
  private snapshot: readonly UploadView[] = []
  private cancelPublish: (() => void) | undefined

  constructor(
    private readonly items: ReadonlyMap<number, Item>,
    private readonly clock: EngineClock,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  all = (): readonly UploadView[] => this.snapshot

  /** The item has changed. */
  touch(item: Item): void {
    if (this.items.get(item.id) === item) this.dirty.add(item.id)
    this.cancelPublish ??= this.clock.later(() => this.publish(), progressEveryMs)
  }

  /** The item is not in the list any more. */
  drop(item: Item): void {
    this.cached.delete(item.id)
    this.dirty.add(item.id)
  }

  publish(): void {
    this.cancelPublish?.()
    this.cancelPublish = undefined
    for (const id of this.dirty) {
      const item = this.items.get(id)
      if (item) this.cached.set(id, viewOf(item))
    }
    this.dirty.clear()
    this.snapshot = [...this.items.keys()].flatMap((id) => this.cached.get(id) ?? [])
    for (const listener of this.listeners) listener()
  }
}

function viewOf(item: Item): UploadView {
  return {
    id: item.id,
    ref: item.ref,
    key: item.key,
    name: item.name,
    size: item.size,
    lastModified: item.lastModified,
    sentBytes: sentBytes(item),
    state: item.state,
    canRetry: item.canRetry,
    ...(item.reason !== undefined ? { reason: item.reason } : {}),
    ...(item.retryAt !== undefined ? { retryAt: item.retryAt } : {}),
  }
}
