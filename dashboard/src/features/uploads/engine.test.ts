import { beforeEach, describe, expect, it } from 'vitest'
import type { BucketRef } from '../objects/bucket-ref'
import type { EngineClock } from './clock'
import { UploadEngine, requestsMax } from './engine'
import { UploadMemory } from './memory'
import { giveUpAfterMs } from './retry'
import type { Answer, Sending, UploadTransport, UploadedPart } from './transport'

const mib = 1024 * 1024
const ref: BucketRef = { account: 'a'.repeat(32), jurisdiction: 'eu', bucket: 'films' }

/** A server whose answers the test may hold back or spoil. */
class FakeServer implements UploadTransport {
  readonly log: string[] = []
  readonly uploads = new Map<string, Map<number, UploadedPart>>()
  readonly objects = new Map<string, number>()
  /** Consulted for each request: an answer stands for the server's own. */
  spoil: (what: string) => Answer | undefined = () => undefined
  held = false
  active = 0
  activeMax = 0
  private waiting: (() => void)[] = []
  private made = 0

  release(): void {
    this.held = false
    for (const go of this.waiting.splice(0)) go()
  }

  put = (_ref: BucketRef, key: string, body: Blob) => this.answer(`put ${key}`, () => this.objects.set(key, body.size))

  create = (_ref: BucketRef, key: string) =>
    this.answer(`create ${key}`, () => {
      const upload_id = `up${++this.made}`
      this.uploads.set(upload_id, new Map())
      return { upload_id }
    })

  part = (_ref: BucketRef, _key: string, upload: string, number: number, body: Blob) =>
    this.answer(`part ${number}`, () => {
      const part = { part_number: number, etag: `e${number}`, size: body.size }
      this.uploads.get(upload)?.set(number, part)
      return part
    })

  parts = (_ref: BucketRef, _key: string, upload: string, after: number) => {
    const all = [...(this.uploads.get(upload)?.values() ?? [])].sort((a, b) => a.part_number - b.part_number)
    const page = all.filter((part) => part.part_number > after).slice(0, 2)
    const last = page.at(-1)?.part_number ?? 0
    return this.answer('parts', () => page, { is_truncated: last < (all.at(-1)?.part_number ?? 0), after: last })
  }

  complete = (_ref: BucketRef, key: string, upload: string, parts: readonly { part_number: number }[]) =>
    this.answer(`complete ${parts.map((part) => part.part_number).join()}`, () => {
      let size = 0
      for (const part of this.uploads.get(upload)?.values() ?? []) size += part.size
      this.objects.set(key, size)
      this.uploads.delete(upload)
      return {}
    })

  abandon = (_ref: BucketRef, _key: string, upload: string) =>
    this.answer(`abandon ${upload}`, () => this.uploads.delete(upload))

  size = (_ref: BucketRef, key: string) => this.answer(`size ${key}`, () => ({ size: this.objects.get(key) ?? -1 }))

  private answer<T>(what: string, work: () => T, info?: Answer['info']): Sending<T> {
    this.log.push(what)
    this.activeMax = Math.max(this.activeMax, ++this.active)
    let aborted = false
    let abort = () => {}
    const answer = new Promise<Answer<T>>((resolve) => {
      const end = (value: Answer<T>) => {
        this.active--
        resolve(value)
      }
      abort = () => {
        if (!aborted) end({ status: 0 })
        aborted = true
      }
      const go = () => {
        if (aborted) return
        aborted = true
        const spoiled = this.spoil(what)
        end(spoiled ? (spoiled as Answer<T>) : { status: 200, result: work(), ...(info ? { info } : {}) })
      }
      if (this.held) this.waiting.push(go)
      else queueMicrotask(go)
    })
    return { answer, abort: () => abort() }
  }
}

class FakeClock implements EngineClock {
  time = 1_000_000
  private timers: { at: number; work: () => void }[] = []
  now = () => this.time
  random = () => 0.5
  later = (work: () => void, afterMs: number) => {
    const timer = { at: this.time + afterMs, work }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((each) => each !== timer)
    }
  }
  /** Lets promises settle and timers fire, until `ms` have passed. */
  async pass(ms: number): Promise<void> {
    const until = this.time + ms
    await settle()
    for (;;) {
      const next = this.timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.timers = this.timers.filter((timer) => timer !== next)
      this.time = Math.max(this.time, next.at)
      next.work()
      await settle()
    }
    this.time = until
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve()
  await new Promise((resolve) => setTimeout(resolve, 0))
}

class FakeStorage {
  private readonly map = new Map<string, string>()
  get length() {
    return this.map.size
  }
  key = (index: number) => [...this.map.keys()][index] ?? null
  getItem = (name: string) => this.map.get(name) ?? null
  setItem = (name: string, value: string) => void this.map.set(name, value)
  removeItem = (name: string) => void this.map.delete(name)
}

/** Large files without large memory: only what the engine reads of a file. */
function fileOf(name: string, size: number, lastModified = 5): File {
  const slice = (start = 0, end = size) => ({
    size: end - start,
    arrayBuffer: () => Promise.resolve(new ArrayBuffer(1)),
  })
  return { name, size, lastModified, type: 'video/mp4', slice } as unknown as File
}

let server: FakeServer
let clock: FakeClock
let storage: FakeStorage

function engineFor(tab: string, user = 'u1'): UploadEngine {
  const engine = new UploadEngine({ transport: server, memory: new UploadMemory(storage), clock, tab })
  engine.signIn(user)
  return engine
}

const states = (engine: UploadEngine) => engine.views().map((view) => view.state)

beforeEach(() => {
  server = new FakeServer()
  clock = new FakeClock()
  storage = new FakeStorage()
})

describe('UploadEngine', () => {
  it('sends a small file in one request, an empty one too', async () => {
    const engine = engineFor('t')
    engine.add(ref, [
      { file: fileOf('a', 10), key: 'p/a' },
      { file: fileOf('b', 0), key: 'p/b' },
    ])
    await clock.pass(1000)
    expect(server.log).toEqual(['put p/a', 'put p/b'])
    expect(states(engine)).toEqual(['done', 'done'])
    expect(engine.isBusy()).toBe(false)
  })

  it('sends a large one in parts, at most four requests at a time', async () => {
    const engine = engineFor('t')
    engine.add(ref, [
      { file: fileOf('a', 60 * mib), key: 'a' },
      { file: fileOf('b', 20 * mib), key: 'b' },
    ])
    await clock.pass(1000)
    expect(server.activeMax).toBe(requestsMax)
    expect(server.objects).toEqual(
      new Map([
        ['a', 60 * mib],
        ['b', 20 * mib],
      ]),
    )
    expect(server.log).toContain('complete 1,2,3,4,5,6,7,8')
    expect(new UploadMemory(storage).of('u1')).toEqual([])
  })

  it('goes on through a restart of the server', async () => {
    const engine = engineFor('t')
    const downUntil = clock.time + 60_000
    let parts = 0
    server.spoil = (what) =>
      what.startsWith('part') && ++parts > 3 && clock.time < downUntil ? { status: 0 } : undefined
    engine.add(ref, [{ file: fileOf('a', 100 * mib), key: 'a' }])
    await clock.pass(5_000)
    expect(states(engine)).toEqual(['waiting'])
    await clock.pass(90_000)
    expect(states(engine)).toEqual(['done'])
    expect(server.objects.get('a')).toBe(100 * mib)
  })

  it('gives up after some minutes and goes on when told to', async () => {
    const engine = engineFor('t')
    server.spoil = () => ({ status: 503, message: 'starting' })
    engine.add(ref, [{ file: fileOf('a', 1), key: 'a' }])
    await clock.pass(giveUpAfterMs + 60_000)
    expect(engine.views()[0]).toMatchObject({ state: 'failed', reason: 'starting', canRetry: true })
    server.spoil = () => undefined
    engine.resume(engine.views()[0]?.id ?? 0)
    await clock.pass(1000)
    expect(states(engine)).toEqual(['done'])
  })

  it('does not try again what the server refuses', async () => {
    const engine = engineFor('t')
    server.spoil = () => ({ status: 403, message: 'no' })
    engine.add(ref, [{ file: fileOf('a', 1), key: 'a' }])
    await clock.pass(60_000)
    expect(server.log).toHaveLength(1)
    expect(engine.views()[0]).toMatchObject({ state: 'failed', reason: 'no' })
  })

  it('waits as long as the server asks', async () => {
    const engine = engineFor('t')
    server.spoil = () => (server.log.length === 1 ? { status: 429, retryAfterS: 20 } : undefined)
    engine.add(ref, [{ file: fileOf('a', 1), key: 'a' }])
    await clock.pass(19_000)
    expect(server.log).toHaveLength(1)
    await clock.pass(2_000)
    expect(states(engine)).toEqual(['done'])
  })

  it('pauses and resumes without sending again what has arrived', async () => {
    const engine = engineFor('t')
    server.spoil = (what) => {
      if (what === 'part 5') engine.pause(1)
      return undefined
    }
    engine.add(ref, [{ file: fileOf('a', 80 * mib), key: 'a' }])
    await clock.pass(1000)
    expect(states(engine)).toEqual(['paused'])
    const arrived = [...(server.uploads.get('up1')?.keys() ?? [])]
    server.spoil = () => undefined
    const before = server.log.length
    engine.resume(1)
    await clock.pass(1000)
    expect(states(engine)).toEqual(['done'])
    const resent = server.log.slice(before).filter((what) => what.startsWith('part'))
    // Part 5's answer was dropped by the pause although the server has it.
    for (const number of arrived.filter((each) => each < 5)) expect(resent).not.toContain(`part ${number}`)
  })

  it('cancels at the server too', async () => {
    const engine = engineFor('t')
    server.held = true
    engine.add(ref, [{ file: fileOf('a', 80 * mib), key: 'a' }])
    await clock.pass(200)
    engine.cancel(1)
    server.release()
    await clock.pass(1000)
    expect(server.uploads.size).toBe(0)
    expect(server.log.at(-1)).toBe('abandon up1')
    expect(new UploadMemory(storage).of('u1')).toEqual([])
  })

  it('pauses when the session ends and goes on after sign-in', async () => {
    const engine = engineFor('t')
    server.spoil = (what) => (what === 'part 3' ? { status: 401, code: 10000 } : undefined)
    engine.add(ref, [{ file: fileOf('a', 80 * mib), key: 'a' }])
    await clock.pass(1000)
    expect(states(engine)).toEqual(['signed-out'])
    server.spoil = () => undefined
    engine.signIn('u1')
    await clock.pass(1000)
    expect(states(engine)).toEqual(['done'])
  })

  it('shows nothing of one user to another', async () => {
    const engine = engineFor('t')
    server.held = true
    engine.add(ref, [{ file: fileOf('a', 80 * mib), key: 'a' }])
    engine.signIn('u2')
    await clock.pass(1000)
    expect(engine.views()).toEqual([])
  })

  it('remembers what was begun before it was known whose it is', async () => {
    const engine = new UploadEngine({ transport: server, memory: new UploadMemory(storage), clock, tab: 't' })
    server.spoil = (what) => (what === 'part 4' ? { status: 503 } : undefined)
    engine.add(ref, [{ file: fileOf('a', 80 * mib), key: 'a' }])
    await clock.pass(1000)
    expect(new UploadMemory(storage).of('u1')).toEqual([])
    engine.signIn('u1')
    expect(new UploadMemory(storage).of('u1').map(({ upload }) => upload)).toEqual(['up1'])
    await clock.pass(1000)
    expect(engine.views()).toHaveLength(1)
  })

  it('resumes after a reload with the same file only', async () => {
    const before = engineFor('t')
    server.spoil = (what) => (['part 4', 'part 6'].includes(what) ? { status: 503 } : undefined)
    before.add(ref, [{ file: fileOf('a.mp4', 80 * mib), key: 'dir/a.mp4' }])
    await clock.pass(3000)
    const present = [...(server.uploads.get('up1')?.keys() ?? [])]
    expect(present.length).toBeGreaterThan(3)

    server.spoil = () => undefined
    before.pauseAll()
    const after = engineFor('t')
    await clock.pass(200)
    expect(after.views()[0]).toMatchObject({ state: 'needs-file', key: 'dir/a.mp4' })
    const id = after.views()[0]?.id ?? 0
    expect(after.giveFile(id, fileOf('a.mp4', 80 * mib, 6))).toContain('the time of its last change')
    const from = server.log.length
    expect(after.giveFile(id, fileOf('a.mp4', 80 * mib))).toBeUndefined()
    await clock.pass(1000)
    expect(states(after)).toEqual(['done'])
    const sent = server.log.slice(from)
    expect(sent.filter((what) => what === 'parts').length).toBeGreaterThan(1)
    expect(sent.filter((what) => what.startsWith('part ')).sort()).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        .filter((n) => !present.includes(n))
        .map((n) => `part ${n}`)
        .sort(),
    )
    expect(server.objects.get('dir/a.mp4')).toBe(80 * mib)
  })

  it('leaves to another tab what that tab sends', async () => {
    const one = engineFor('one')
    server.held = false
    server.spoil = (what) => (what.startsWith('part ') ? { status: 503 } : undefined)
    one.add(ref, [{ file: fileOf('a', 80 * mib), key: 'a' }])
    await clock.pass(1000)
    const two = engineFor('two')
    await clock.pass(200)
    expect(two.views()).toEqual([])
  })

  it('takes a completion whose answer was lost for done', async () => {
    const engine = engineFor('t')
    let lost = 0
    server.spoil = (what) => {
      if (!what.startsWith('complete')) return undefined
      if (lost++ > 0) return { status: 404, code: 10024, message: 'no such upload' }
      server.objects.set('a', 20 * mib)
      return { status: 0 }
    }
    engine.add(ref, [{ file: fileOf('a', 20 * mib), key: 'a' }])
    await clock.pass(5000)
    expect(states(engine)).toEqual(['done'])
  })

  it('starts anew when the server gave the upload up', async () => {
    const engine = engineFor('t')
    server.spoil = (what) =>
      what === 'part 2' && server.log.length < 6 ? { status: 404, message: 'no such upload' } : undefined
    engine.add(ref, [{ file: fileOf('a', 20 * mib), key: 'a' }])
    await clock.pass(1000)
    expect(engine.views()[0]).toMatchObject({ state: 'failed', canRetry: true })
    server.spoil = () => undefined
    engine.resume(1)
    await clock.pass(1000)
    expect(states(engine)).toEqual(['done'])
    expect(server.log.filter((what) => what.startsWith('create'))).toHaveLength(2)
  })

  it('says so when the file itself cannot be read', async () => {
    const engine = engineFor('t')
    const file = fileOf('a', 10)
    Object.assign(file, { slice: () => ({ size: 1, arrayBuffer: () => Promise.reject(new Error('NotReadable')) }) })
    server.spoil = () => ({ status: 0 })
    engine.add(ref, [{ file, key: 'a' }])
    await clock.pass(1000)
    expect(engine.views()[0]).toMatchObject({ state: 'failed', canRetry: false })
  })

  it('replaces an upload to the same key', async () => {
    const engine = engineFor('t')
    server.held = true
    engine.add(ref, [{ file: fileOf('a', 10), key: 'a' }])
    engine.add(ref, [{ file: fileOf('a', 12), key: 'a' }])
    server.release()
    await clock.pass(1000)
    expect(engine.views()).toHaveLength(1)
    expect(server.objects.get('a')).toBe(12)
  })

  it('refuses keys that are too long without asking the server', async () => {
    const engine = engineFor('t')
    engine.add(ref, [{ file: fileOf('a', 10), key: 'ü'.repeat(513) }])
    await clock.pass(1000)
    expect(states(engine)).toEqual(['failed'])
    expect(server.log).toEqual([])
  })

  it('sends ten thousand files', async () => {
    const engine = engineFor('t')
    engine.add(
      ref,
      Array.from({ length: 10_000 }, (_, i) => ({ file: fileOf(`f${i}`, 1), key: `d/f${i}` })),
    )
    for (let i = 0; i < 400 && engine.isBusy(); i++) await clock.pass(200)
    expect(server.objects.size).toBe(10_000)
    expect(server.activeMax).toBe(requestsMax)
  }, 20_000)
})
