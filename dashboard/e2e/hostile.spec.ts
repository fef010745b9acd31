import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { BrowserContext, Download } from '@playwright/test'

import { bytesOf, ObjectsPage } from './objects-page'
import { test as base } from './own-server'
import { expect } from './test'

/**
 * Names and contents that would be scripts where something takes them for markup. Any that runs does three things: it sets
 * `__hacked` on its window, opens a dialog, and asks a server that listens for it.
 */
interface Trap {
  url: string
  /** What was asked of the server. */
  asked: string[]
  script: string
}

const test = base.extend<{ trap: Trap; expectNothingRan: () => Promise<void> }>({
  trap: async ({}, use) => {
    const asked: string[] = []
    const listening: HttpServer = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(204, { 'Access-Control-Allow-Origin': '*' }).end()
    })
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
    await use({ url, asked, script: `window.__hacked=1;fetch('${url}/ran');alert(1)` })
    await new Promise((resolve) => listening.close(resolve))
  },
  expectNothingRan: async ({ context, trap }, use) => {
    const dialogs: string[] = []
    context.on('dialog', (dialog) => {
      if (dialog.type() !== 'beforeunload') dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    await use(async () => {
      expect(await hackedFrames(context)).toEqual([])
      expect(dialogs).toEqual([])
      expect(trap.asked).toEqual([])
    })
  },
})

test.use({ world: 'hostile' })
test.describe.configure({ timeout: 120_000 })

async function hackedFrames(context: BrowserContext): Promise<string[]> {
  const hacked: string[] = []
  for (const frame of context.pages().flatMap((page) => page.frames())) {
    // A frame that runs no scripts at all cannot be asked, nor hacked.
    const answer = await Promise.race([
      frame.evaluate(() => '__hacked' in window).catch(() => false),
      new Promise<boolean>((resolve) => setTimeout(resolve, 2000, false)),
    ])
    if (answer) hacked.push(frame.url())
  }
  return hacked
}

const BUCKET = 'hostile'

/** Without a slash, which would make folders of it. */
const SCRIPT = 'window.__hacked=1;alert(1)'
const MARKUP = `<img src=x onerror="${SCRIPT}">`

/** Names that are markup, addresses, or mislead the eye. */
function names({ script }: Trap): string[] {
  return [
    MARKUP,
    `<img src=x onerror="${script}">`,
    `"><script>${SCRIPT}</script>`,
    `javascript:${SCRIPT}`,
    `'-(${SCRIPT})-'`,
    '{{constructor.constructor("window.__hacked=1")()}}',
    `__proto__`,
    'constructor',
    'line\nbreak\ttab\u0001\u007f',
    'photo\u202egnp.exe',
    'zero\u200bwidth\u200f',
    `${'long '.repeat(150)}name`,
    `deep/${MARKUP}/below.txt`,
  ]
}

test.beforeAll(async ({ server }) => server.createBucket(BUCKET))

test('keys that are markup are shown as text, wherever they are shown', async ({ page, server, signIn, trap, expectNothingRan, checkAccessibility }) => {
  const objects = new ObjectsPage(page, server)
  for (const name of names(trap)) await server.putObject(BUCKET, name, 'harmless', 'text/plain')
  await signIn()
  await objects.open(BUCKET)
  await expect(objects.grid.getByRole('link', { name: MARKUP, exact: true })).toBeVisible()
  await expect(objects.grid.getByRole('link', { name: '"><script>' })).toBeVisible()
  // What cannot be seen, or would turn the text around, has a sign instead.
  await expect(objects.grid.getByRole('link', { name: 'photo⟨U+202E⟩gnp.exe' })).toBeVisible()
  await expect(objects.grid.getByRole('link', { name: 'zero⟨U+200B⟩width⟨U+200F⟩' })).toBeVisible()
  await expect(objects.grid.getByRole('link', { name: 'line␊break␉tab␁␡' })).toBeVisible()
  await page.setViewportSize({ width: 360, height: 740 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true)
  await page.setViewportSize({ width: 1280, height: 800 })
  await checkAccessibility()

  // Everything that repeats a name: details, dialogs, the toast at the end.
  for (const name of names(trap).filter((each) => !each.startsWith('deep/'))) {
    await objects.open(BUCKET, { object: name })
    await expect(objects.details.getByText('harmless').or(objects.details.getByRole('region', { name: 'Metadata' })).first()).toBeVisible()
  }
  await expectNothingRan()
  await objects.open(BUCKET, { prefix: `deep/${MARKUP}/` })
  await expect(objects.row('below.txt')).toBeVisible()
  await objects.choose('below.txt', /^Rename/)
  const rename = page.getByRole('dialog')
  await rename.getByLabel('New key').fill(`"><script>${trap.script}</script>/moved.txt`)
  await rename.getByRole('button', { name: 'Rename', exact: true }).click()
  await expect(rename).toBeHidden()
  await objects.open(BUCKET, { search: MARKUP.slice(0, 12) })
  await expect(objects.grid.getByRole('row')).not.toHaveCount(0)
  await objects.choose(MARKUP, /^Delete/)
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByText('Deleted 1 object')).toBeVisible()
  await expect(objects.row(MARKUP)).toHaveCount(0)
  await expectNothingRan()
})

test('a key or a search that is an address goes nowhere', async ({ page, server, signIn, trap, expectNothingRan }) => {
  await signIn()
  const account = `/${server.accountId}`
  for (const value of [`javascript:${trap.script}`, `<svg onload="${trap.script}">`, trap.url]) {
    const text = encodeURIComponent(value)
    await page.goto(`${account}/r2?search=${text}`)
    await expect(page.getByText(/No bucket has/)).toBeVisible()
    await page.goto(`${account}/r2/buckets/default/${BUCKET}/objects?prefix=${text}&search=${text}&object=${text}`)
    await expect(page.getByText('There is no such object')).toBeVisible()
    await page.goto(`${account}/r2/explain?key=${text}&operation=${text}&bucket=${text}&object=${text}`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await page.goto(`/sign-in?to=${text}`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Account Home')
    expect(new URL(page.url()).origin).toBe(server.url)
  }
  await expectNothingRan()
})

test('metadata, names of tokens, accounts and members that are markup are shown as text', async ({ page, server, signIn, trap, expectNothingRan, checkAccessibility }) => {
  const markup = `<img src=x onerror="${trap.script}">`
  await server.putObject(BUCKET, 'meta.txt', 'harmless', 'text/plain')
  await server.api('PUT', server.account(`/r2/buckets/${BUCKET}/metadata/meta.txt`), {
    http_metadata: { contentType: `text/html;x="${markup.replaceAll('"', "'")}"`, contentDisposition: markup },
    custom_metadata: { note: markup, 'on-click': `javascript:${trap.script}`, '__proto__x': '"><script>' },
  })
  // As long as names may be.
  const short = `<img src=x onerror="fetch('${trap.url}')">`
  await server.command('token', 'create', '--name', short, '--permission', 'object-read-only')
  await server.command('token', 'create', '--name', 'javascript:alert(1)', '--permission', 'object-read-only')
  const email = `"<img/src=x/onerror=alert(1)>"@example.com`
  const invited = await server
    .command('member', 'add', '--email', email, '--role', 'Administrator Read Only')
    .then(() => true)
    .catch(() => false)
  await signIn()
  const objects = new ObjectsPage(page, server)
  await objects.open(BUCKET, { object: 'meta.txt' })
  const metadata = objects.details.getByRole('region', { name: 'Metadata' })
  await expect(metadata.getByText(`javascript:${trap.script}`)).toBeVisible()
  await expect(metadata.getByText('"><script>')).toBeVisible()
  await checkAccessibility()
  await metadata.getByRole('button', { name: 'Edit metadata' }).click()
  await expect(objects.details.getByLabel('Content-Disposition')).toHaveValue(markup)

  await page.goto(`/${server.accountId}/r2/api-tokens`)
  await page.getByRole('link', { name: short }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('<img src=x')
  await page.getByRole('button', { name: 'Revoke' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox').fill(short)
  await dialog.getByRole('button', { name: 'Revoke token' }).click()
  await expect(page.getByText(`${short} is revoked`)).toBeVisible()
  await page.goto(`/${server.accountId}/activity`)
  await expect(page.getByText('<img src=x').first()).toBeVisible()
  const closed = page.getByRole('main').getByRole('listitem').getByRole('button', { expanded: false })
  for (let left = await closed.count(); left > 0; left--) await closed.first().click()
  if (invited) {
    await page.goto(`/${server.accountId}/members`)
    await expect(page.getByText('<img/src=x').first()).toBeVisible()
  }
  await expectNothingRan()
})

test('pages and pictures with scripts are previewed without running them', async ({ page, server, signIn, trap, expectNothingRan }) => {
  const html = `<!doctype html><title>x</title><h1>Page of an object</h1><script>${trap.script}</script><img src=x onerror="${trap.script}"><iframe src="javascript:${trap.script}"></iframe>`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="${trap.script}"><script>${trap.script}</script><image href="${trap.url}/image" width="9" height="9"/><rect width="9" height="9"/></svg>`
  await server.putObject(BUCKET, 'page.html', html, 'text/html')
  await server.putObject(BUCKET, 'picture.svg', svg, 'image/svg+xml')
  await server.putObject(BUCKET, 'page.xhtml', html.replace('<!doctype html>', ''), 'application/xhtml+xml')
  const objects = new ObjectsPage(page, server)
  await signIn()
  await objects.open(BUCKET, { object: 'page.html' })
  const frame = (name: string) => objects.details.locator(`iframe[title="Preview of ${name}"]`).contentFrame()
  // Its source, as text.
  await expect(frame('page.html').getByText('<h1>Page of an object</h1>')).toBeVisible()
  await objects.open(BUCKET, { object: 'page.xhtml' })
  await expect(frame('page.xhtml').getByText('<h1>Page of an object</h1>')).toBeVisible()
  await objects.open(BUCKET, { object: 'picture.svg' })
  await expect(frame('picture.svg').getByRole('img', { name: 'Preview of the object' })).toBeVisible()
  await expectNothingRan()
})

test('pages and pictures with scripts are only downloaded, whoever opens their address', async ({ page, server, context, signIn, trap, expectNothingRan }) => {
  const html = `<!doctype html><script>${trap.script}</script>`
  await server.putObject(BUCKET, 'opened.html', html, 'text/html')
  await server.putObject(BUCKET, 'opened.svg', `<svg xmlns="http://www.w3.org/2000/svg" onload="${trap.script}"/>`, 'image/svg+xml')
  const objects = new ObjectsPage(page, server)
  const downloads: string[] = []
  // Of a tab that was opened for nothing but a download, the opener tells.
  const note = (download: Download) => downloads.push(download.url())
  page.on('download', note)
  context.on('page', (tab) => tab.on('download', note))
  await signIn()
  await objects.open(BUCKET)
  for (const name of ['opened.html', 'opened.svg']) {
    const started = page.waitForEvent('download')
    await objects.choose(name, 'Download')
    const download = await started
    expect((await bytesOf(download)).toString()).toContain('__hacked')
    const address = download.url()
    expect(address).toMatch(/ticket=\d+\.[0-9a-f]{64}$/)

    // In a new tab of the same browser: typed, and as a link of the dashboard's own page.
    const typed = await context.newPage()
    expect((await typed.goto(address))?.status()).toBe(401)
    await typed.close()
    const begun = downloads.length
    await page.evaluate((url) => void window.open(url), address)
    await expect.poll(() => downloads.slice(begun)).toEqual([address])

    // As a frame, an image or a script of the dashboard, should anything ever put it there.
    await page.evaluate(async (url) => {
      const frame = document.createElement('iframe')
      frame.src = url
      document.body.append(frame)
      await fetch(url).then((response) => response.text())
      frame.remove()
    }, address)
    const headers = (await page.request.get(address, { headers: { 'Sec-Fetch-Site': 'same-origin' } })).headers()
    expect(headers['content-security-policy']).toBe("sandbox; default-src 'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['content-disposition']).toMatch(/^attachment/)
  }
  await expectNothingRan()
})
