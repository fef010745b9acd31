import { createHash, randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Page, Request } from '@playwright/test'

import { ObjectsPage } from './objects-page'
import { test } from './own-server'
import { expect, type Server } from './test'

test.use({ world: 'upload' })
test.describe.configure({ timeout: 180_000 })

const BUCKET = 'large-files'
/** As uploads/plan.ts has them. */
const PART_BYTES = 8 * 1024 * 1024
const MARK_BYTES = 64

const folder = mkdtempSync(join(tmpdir(), 'coffer-e2e-files-'))

interface LargeFile {
  path: string
  size: number
  parts: number
  /** Random bytes at both ends of every part: a part that is lost, cut or in the wrong place shows. */
  marks: { at: number; bytes: Buffer }[]
}

/** A sparse file, which costs no time and no disk. */
function largeFile(name: string, size: number): LargeFile {
  const path = join(folder, name)
  closeSync(openSync(path, 'w'))
  truncateSync(path, size)
  const parts = Math.ceil(size / PART_BYTES)
  const file = openSync(path, 'r+')
  const marks = Array.from({ length: parts }, (_, part) => part * PART_BYTES)
    .flatMap((start) => [start, Math.min(start + PART_BYTES, size) - MARK_BYTES])
    .map((at) => ({ at, bytes: randomBytes(MARK_BYTES) }))
  for (const { at, bytes } of marks) writeSync(file, bytes, 0, MARK_BYTES, at)
  closeSync(file)
  return { path, size, parts, marks }
}

async function expectArrived(server: Server, key: string, { size, marks, parts }: LargeFile): Promise<void> {
  const base = server.account(`/r2/buckets/${BUCKET}`)
  const { result } = (await (await server.api('GET', `${base}/metadata/${key}`)).json()) as {
    result: { size: number; parts: number }
  }
  expect(result).toMatchObject({ size, parts })
  const hash = (bytes: Iterable<Buffer>) => {
    const sum = createHash('sha256')
    for (const each of bytes) sum.update(each)
    return sum.digest('hex')
  }
  const read = await Promise.all(
    marks.map(async ({ at }) => {
      const Range = `bytes=${at}-${at + MARK_BYTES - 1}`
      const response = await server.api('GET', `${base}/objects/${key}`, undefined, { Range })
      expect(response.status).toBe(206)
      return Buffer.from(await response.arrayBuffer())
    }),
  )
  expect(hash(read)).toBe(hash(marks.map(({ bytes }) => bytes)))
  expect(await unfinished(server)).toEqual([])
}

async function unfinished(server: Server): Promise<{ upload_id: string; key: string }[]> {
  const answer = await server.api('GET', server.account(`/r2/buckets/${BUCKET}/uploads`))
  return ((await answer.json()) as { result: { upload_id: string; key: string }[] }).result
}

function isPart(request: Request): boolean {
  return request.method() === 'PUT' && /\/uploads\/[^/]+\/parts\/\d+/.test(request.url())
}

/** Numbers of the parts that were asked to be stored, and of those that were. */
function watchParts(page: Page) {
  const sent: number[] = []
  const stored: number[] = []
  const numberOf = (request: Request) => Number(/\/parts\/(\d+)/.exec(request.url())?.[1])
  page.on('request', (request) => isPart(request) && sent.push(numberOf(request)))
  page.on('response', (response) => isPart(response.request()) && response.ok() && stored.push(numberOf(response.request())))
  return { sent, stored }
}

async function slowDown(page: Page, bytesPerSecond: number): Promise<() => Promise<void>> {
  const devtools = await page.context().newCDPSession(page)
  const limit = (uploadThroughput: number) =>
    devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput,
    })
  await limit(bytesPerSecond)
  return async () => void (await limit(-1))
}

test.beforeAll(async ({ server }) => server.createBucket(BUCKET))
test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('300 MB go on by themselves after the server was killed in the middle', async ({ page, server, signIn }) => {
  const file = largeFile('backup.bin', 300_000_000)
  const objects = new ObjectsPage(page, server)
  await signIn()
  await objects.open(BUCKET)
  const { stored } = watchParts(page)
  await objects.upload(file.path)
  await expect.poll(() => stored.length, { intervals: [20], timeout: 60_000 }).toBeGreaterThanOrEqual(6)
  await server.down('SIGKILL')
  const before = stored.length
  expect(before).toBeLessThan(file.parts)
  await expect(objects.uploads.getByText(/cannot be reached/)).toBeVisible()
  await expect(objects.uploads.getByRole('heading', { name: 'Uploading 1 file' })).toBeVisible()

  await server.up()
  await expect(objects.uploads.getByRole('heading', { name: '1 file uploaded' })).toBeVisible({ timeout: 120_000 })
  // Parts that were stored are not sent again, but for those whose answers were under way.
  expect(stored.length).toBeLessThanOrEqual(file.parts + 4)
  await expect(objects.row('backup.bin')).toContainText('300 MB')
  await expectArrived(server, 'backup.bin', file)
})

test('after a reload the same file is chosen again, and only what is missing is sent', async ({ page, server, signIn, checkAccessibility }) => {
  const file = largeFile('film.bin', 120_000_000)
  const objects = new ObjectsPage(page, server)
  page.on('dialog', (dialog) => void dialog.accept())
  await signIn()
  await objects.open(BUCKET)
  const { sent, stored } = watchParts(page)
  const full = await slowDown(page, 20_000_000)
  await objects.upload(file.path)
  await expect.poll(() => stored.length, { intervals: [20], timeout: 60_000 }).toBeGreaterThanOrEqual(3)
  await page.reload()
  await full()

  await expect(objects.uploads.getByText('Choose the file again to go on')).toBeVisible()
  await checkAccessibility()
  const [upload] = await unfinished(server)
  const list = server.account(`/r2/buckets/${BUCKET}/uploads/${upload?.upload_id}/parts?key=film.bin`)
  const { result: present } = (await (await server.api('GET', list)).json()) as { result: { part_number: number }[] }
  expect(present.length).toBeGreaterThanOrEqual(3)
  expect(present.length).toBeLessThan(file.parts)

  const again = objects.uploads.getByLabel('Choose film.bin again', { exact: true })
  const another = largeFile('other.bin', 17_000_000)
  await again.setInputFiles(another.path)
  await expect(objects.uploads.getByText(/This is another file: its name and its size/)).toBeVisible()

  sent.length = 0
  await again.setInputFiles(file.path)
  await expect(objects.uploads.getByRole('heading', { name: '1 file uploaded' })).toBeVisible({ timeout: 120_000 })
  const known = new Set(present.map(({ part_number }) => part_number))
  const missing = Array.from({ length: file.parts }, (_, index) => index + 1).filter((number) => !known.has(number))
  expect([...sent].sort((a, b) => a - b)).toEqual(missing)
  await expectArrived(server, 'film.bin', file)
})

test('an upload is paused and resumed; one that is cancelled leaves nothing', async ({ page, server, signIn, checkAccessibility }) => {
  const file = largeFile('paused.bin', 60_000_000)
  const objects = new ObjectsPage(page, server)
  await signIn()
  await objects.open(BUCKET)
  const { sent, stored } = watchParts(page)
  const full = await slowDown(page, 10_000_000)
  await objects.upload(file.path)
  await expect.poll(() => stored.length, { intervals: [20], timeout: 60_000 }).toBeGreaterThanOrEqual(1)
  await objects.uploads.getByRole('button', { name: 'Pause paused.bin' }).click()
  await expect(objects.uploads.getByText('Paused', { exact: true })).toBeVisible()
  const sentBefore = sent.length
  await checkAccessibility()
  // The panel stays while the person goes elsewhere, and nothing is sent meanwhile.
  await page.getByRole('link', { name: 'Settings' }).click()
  await expect(page.getByRole('heading', { name: 'Unfinished uploads' })).toBeVisible()
  await expect(page.getByText('paused.bin').first()).toBeVisible()
  expect(sent.length).toBe(sentBefore)
  await full()
  await page.getByRole('link', { name: 'Objects', exact: true }).click()
  await objects.uploads.getByRole('button', { name: 'Resume paused.bin' }).click()
  await expect(objects.uploads.getByRole('heading', { name: '1 file uploaded' })).toBeVisible({ timeout: 60_000 })
  await expectArrived(server, 'paused.bin', file)

  await slowDown(page, 10_000_000)
  const unwanted = largeFile('unwanted.bin', 60_000_000)
  stored.length = 0
  await objects.upload(unwanted.path)
  await expect.poll(() => stored.length, { intervals: [20], timeout: 60_000 }).toBeGreaterThanOrEqual(1)
  expect(await unfinished(server)).toHaveLength(1)
  await objects.uploads.getByRole('button', { name: 'Cancel unwanted.bin' }).click()
  await expect(objects.uploads.getByText('Cancelled', { exact: true })).toBeVisible()
  await expect.poll(() => unfinished(server)).toEqual([])
  await expect(objects.row('unwanted.bin')).toHaveCount(0)
})
