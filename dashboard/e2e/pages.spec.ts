import type { Locator } from '@playwright/test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { ObjectsPage } from './objects-page'
import { test } from './own-server'
import { expect, type Page } from './test'

test.use({ world: 'pages', contextOptions: { reducedMotion: 'reduce' } })
// Nothing of it changes what another test of it looks at: as many workers as there are share it.
test.describe.configure({ mode: 'parallel', timeout: 120_000 })

const FIRST_LOAD_BYTES_MAX = 300_000
const WIDE = { width: 1280, height: 800 }
const PHONE = { width: 360, height: 740 }
/** Wide enough for every column. */
const PICTURE = { width: 1440, height: 900 }

interface CreatedToken {
  access_key_id: string
}
const tokens: Record<string, string> = {}

interface PageOfTable {
  name: string
  path: (account: string) => string
  heading: string | RegExp
  /** What is there once the page has its data. */
  shows: (page: Page) => Locator
  screenshot?: string
}

const TABLE: PageOfTable[] = [
  {
    name: 'Account Home',
    path: (account) => `/${account}`,
    heading: 'Account Home',
    shows: (page) => page.getByRole('link', { name: 'R2', exact: true }).last(),
    screenshot: 'account-home',
  },
  {
    name: 'R2 overview',
    path: (account) => `/${account}/r2`,
    heading: 'R2 Object Storage',
    shows: (page) => page.getByRole('table', { name: 'Buckets' }).getByRole('link', { name: 'photos' }),
    screenshot: 'overview',
  },
  {
    name: 'R2 overview, searched',
    path: (account) => `/${account}/r2?search=nothing-has-this`,
    heading: 'R2 Object Storage',
    shows: (page) => page.getByText(/No bucket has .nothing-has-this. in its name/),
  },
  {
    name: 'create bucket',
    path: (account) => `/${account}/r2/new`,
    heading: 'Create bucket',
    shows: (page) => page.getByLabel('Bucket name'),
    screenshot: 'create-bucket',
  },
  {
    name: 'objects',
    path: (account) => `/${account}/r2/buckets/default/photos/objects`,
    heading: 'photos',
    shows: (page) => page.getByRole('grid', { name: 'Objects' }).getByRole('link', { name: 'beach.jpg' }),
    screenshot: 'objects',
  },
  {
    name: 'objects of a folder',
    path: (account) => `/${account}/r2/buckets/default/photos/objects?prefix=2026%2Frome%2F`,
    heading: 'photos',
    shows: (page) => page.getByRole('link', { name: 'forum.jpg' }),
  },
  {
    name: 'bucket settings',
    path: (account) => `/${account}/r2/buckets/eu/invoices/settings`,
    heading: /^invoices/,
    shows: (page) => page.getByText('There are none.'),
    screenshot: 'bucket-settings',
  },
  {
    name: 'bucket metrics',
    path: (account) => `/${account}/r2/buckets/default/photos/metrics`,
    heading: 'photos',
    shows: (page) => page.getByText('of metadata'),
    screenshot: 'bucket-metrics',
  },
  {
    name: 'API tokens',
    path: (account) => `/${account}/r2/api-tokens`,
    heading: 'R2 API tokens',
    shows: (page) => page.getByRole('link', { name: 'photo importer' }),
    screenshot: 'token-list',
  },
  {
    name: 'user API tokens',
    path: (account) => `/${account}/r2/api-tokens?owner=user`,
    heading: 'R2 API tokens',
    shows: (page) => page.getByText('No tokens yet'),
  },
  {
    name: 'create token',
    path: (account) => `/${account}/r2/api-tokens/create`,
    heading: /^R2 Token/,
    shows: (page) => page.getByRole('radio', { name: /^Object Read only/ }),
    screenshot: 'create-token',
  },
  {
    name: 'token',
    path: (account) => `/${account}/r2/api-tokens/${tokens.importer}`,
    heading: /^photo importer/,
    shows: (page) => page.getByRole('button', { name: 'Revoke' }),
    screenshot: 'token',
  },
  {
    name: 'temporary credentials',
    path: (account) => `/${account}/r2/temporary-credentials`,
    heading: 'Temporary credentials',
    shows: (page) => page.getByRole('option', { name: /photos/ }),
    screenshot: 'temporary-credentials',
  },
  {
    name: 'explain',
    path: (account) =>
      `/${account}/r2/explain?key=${tokens.importer}&operation=PutObject&bucket=photos&object=2026%2Frome%2Fforum.jpg`,
    heading: 'Explain access',
    shows: (page) => page.getByText('Allowed', { exact: true }),
    screenshot: 'explain',
  },
  {
    name: 'usage',
    path: (account) => `/${account}/usage`,
    heading: 'Usage',
    shows: (page) => page.getByText('In unfinished uploads'),
    screenshot: 'usage',
  },
  {
    name: 'activity',
    path: (account) => `/${account}/activity`,
    heading: 'Activity',
    shows: (page) => page.getByText('in all in this time'),
    screenshot: 'activity',
  },
  {
    name: 'members',
    path: (account) => `/${account}/members`,
    heading: 'Members',
    shows: (page) => page.getByText('ada@example.com').first(),
    screenshot: 'members',
  },
  {
    name: 'profile',
    path: () => '/profile',
    heading: 'Profile',
    shows: (page) => page.getByRole('button', { name: /sign out everywhere/i }),
    screenshot: 'profile',
  },
  {
    name: 'no such page',
    path: (account) => `/${account}/r2/no-such-page`,
    heading: 'Not found',
    shows: (page) => page.getByRole('link', { name: 'Go to Account Home' }),
  },
]

test.beforeAll(async ({ server }) => {
  test.setTimeout(120_000)
  await server.createBucket('photos')
  await server.createBucket('backups')
  await server.createBucket('website')
  await server.createBucket('invoices', 'eu')
  await server.createBucket('payroll', 'us')
  const image = (size: number) => Buffer.alloc(size, 7)
  await Promise.all(
    ['beach.jpg', 'harbour.jpg', 'sunset.jpg', '2026/rome/forum.jpg', '2026/rome/tiber.jpg', 'raw/img_001.dng'].map((key, index) =>
      server.putObject('photos', key, image(120_000 + index * 90_000), 'image/jpeg'),
    ),
  )
  await server.putObject('photos', 'README.md', '# Our photos\n', 'text/markdown')
  await server.putObject('backups', 'monday.tar.zst', image(2_400_000), 'application/zstd')
  await server.putObject('website', 'index.html', '<!doctype html><title>Hello</title>', 'text/html')
  const token = (name: string, ...words: string[]) =>
    server.command<CreatedToken>('token', 'create', '--name', name, ...words)
  const expires = new Date(Date.now() + 30 * 86_400_000).toISOString().replace(/\.\d+/, '')
  tokens.importer = (await token('photo importer', '--permission', 'object-read-write', '--bucket', 'photos')).access_key_id
  await token('nightly backup', '--permission', 'object-read-write', '--bucket', 'backups', '--ip', '192.0.2.0/24')
  await token('billing', '--permission', 'object-read-only', '--bucket', 'eu/invoices', '--expires', expires)
  await token('terraform', '--permission', 'admin-read-write')
  await server.command('member', 'add', '--email', 'ada@example.com', '--role', 'Administrator')
  await server.command('member', 'add', '--email', 'grace@example.com', '--role', 'Cloudflare R2 Read')
})

async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.COFFER_SCREENSHOTS
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  const viewport = page.viewportSize() ?? WIDE
  if (viewport.width === WIDE.width) await page.setViewportSize(PICTURE)
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled', caret: 'hide' })
  await page.setViewportSize(viewport)
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const widths = await page.evaluate(() => ({
    page: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }))
  expect(widths.page, 'the page is wider than the window').toBeLessThanOrEqual(widths.window)
}

/** Both themes and both widths; what a phone shows has no colours of its own, so it is looked at in one theme. */
const LOOKS = [
  { viewport: WIDE, colorScheme: 'light', suffix: '-light' },
  { viewport: WIDE, colorScheme: 'dark', suffix: '-dark' },
  { viewport: PHONE, colorScheme: 'dark', suffix: '-phone' },
] as const

async function expectAccessible(page: Page, check: () => Promise<void>, name?: string): Promise<void> {
  for (const { viewport, colorScheme, suffix } of LOOKS) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme })
    await expect(page.locator('html')).toHaveAttribute('data-mode', colorScheme)
    if (name) await screenshot(page, name + suffix)
    await check()
    await expectNoSidewaysScroll(page)
  }
}

for (const { name, path, heading, shows, screenshot: file } of TABLE) {
  test(`${name} opens by its address, and is accessible in both themes and widths`, async ({
    page,
    server,
    signIn,
    checkAccessibility,
  }) => {
    await signIn()
    await page.goto(path(server.accountId))
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading)
    await expect(shows(page)).toBeVisible()
    await expect(page).toHaveTitle(/.+ · Coffer$/)
    await expectAccessible(page, checkAccessibility, file)
  })
}

test('sign-in is accessible in both themes and widths', async ({ page, checkAccessibility }) => {
  await page.goto('/sign-in')
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
  await expect(page).toHaveTitle(/.+ · Coffer$/)
  await expectAccessible(page, checkAccessibility, 'sign-in')
})

test('the one-time page of a token is accessible in both themes and widths', async ({ page, server, signIn, checkAccessibility }) => {
  await signIn()
  await page.goto(`/${server.accountId}/r2/api-tokens/create`)
  await page.getByRole('button', { name: 'Create API Token' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'API token created' })).toBeVisible()
  await expect(page.getByText('European Union (EU)').first()).toBeVisible()
  await expectAccessible(page, checkAccessibility, 'one-time-keys')
  await page.getByRole('button', { name: 'I have saved these' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'R2 API tokens' })).toBeVisible()
})

test('uploads and the details of an object are accessible in both themes and widths', async ({ page, server, signIn, checkAccessibility }) => {
  await signIn()
  const objects = new ObjectsPage(page, server)
  await objects.open('website')
  await objects.upload(
    { name: 'style.css', mimeType: 'text/css', buffer: Buffer.from('body { margin: 0 }') },
    { name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>') },
  )
  await expect(objects.uploads.getByRole('heading', { name: '2 files uploaded' })).toBeVisible()
  await expectAccessible(page, checkAccessibility, 'uploads')
  await page.setViewportSize(WIDE)
  await objects.openDetails('style.css')
  await expectAccessible(page, checkAccessibility, 'object')
})

test('the first visit to the list of buckets is small', async ({ page, server, signIn }) => {
  await signIn()
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.enable')
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 40,
    downloadThroughput: 10_000_000 / 8,
    uploadThroughput: 10_000_000 / 8,
  })
  let bytes = 0
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
  const begun = Date.now()
  await page.goto(`/${server.accountId}/r2`)
  await expect(page.getByRole('table', { name: 'Buckets' }).getByRole('link', { name: 'photos' })).toBeVisible()
  test.info().annotations.push({ type: 'first load', description: `${bytes} bytes, ${Date.now() - begun} ms` })
  expect(bytes).toBeGreaterThan(50_000)
  expect(bytes).toBeLessThan(FIRST_LOAD_BYTES_MAX)
})

test('the code of a page is on its way while the session is still asked for', async ({ page, server, signIn }) => {
  await signIn()
  let answer = () => {}
  const held = new Promise<void>((resolve) => (answer = resolve))
  await page.route('**/client/v4/session', async (route) => {
    await held
    await route.continue()
  })
  const code = page.waitForResponse(/\/assets\/OverviewPage-/)
  await page.goto(`/${server.accountId}/r2`)
  await code
  answer()
  await expect(page.getByRole('table', { name: 'Buckets' }).getByRole('link', { name: 'photos' })).toBeVisible()
})

/** Presses a key until something has the focus, as a person without a mouse would. */
async function reach(page: Page, wanted: Locator, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    if ((await wanted.count()) === 1 && (await wanted.evaluate((element) => element === document.activeElement))) return
    await page.keyboard.press(key)
  }
  throw new Error(`${key} never reached ${String(wanted)}`)
}

test('a token is created by keyboard alone', async ({ page, server, signIn }) => {
  await signIn()
  await page.goto(`/${server.accountId}/r2/api-tokens`)
  await expect(page.getByRole('link', { name: 'photo importer' })).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused()
  await page.keyboard.press('Enter')
  await reach(page, page.getByRole('link', { name: 'Create API token' }))
  await page.keyboard.press('Enter')
  // The new page takes the focus, so that a screen reader says where one is.
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  await reach(page, page.getByRole('button', { name: /^R2 Token/ }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'token name' })).toBeFocused()
  await page.keyboard.type('made by keys')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: /^made by keys/ })).toBeFocused()
  await reach(page, page.getByRole('radio', { name: /^Object Read only/ }))
  await page.keyboard.press('ArrowUp')
  await expect(page.getByRole('radio', { name: /^Object Read & Write/ })).toBeChecked()
  await reach(page, page.getByRole('radio', { name: /^Apply to all buckets/ }))
  await page.keyboard.press('ArrowDown')
  await reach(page, page.getByRole('combobox', { name: 'Search buckets' }))
  await page.keyboard.type('phot')
  await expect(page.getByRole('option')).toHaveCount(1)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('option', { name: /photos/ })).toHaveAttribute('aria-selected', 'true')
  await reach(page, page.getByRole('button', { name: 'Create API Token', exact: true }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'API token created' })).toBeVisible()
  await reach(page, page.getByRole('button', { name: 'Copy Secret Access Key' }))
  await reach(page, page.getByRole('button', { name: 'I have saved these' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('link', { name: 'made by keys' })).toBeVisible()
})

async function expectOnRow(objects: ObjectsPage, name: string): Promise<void> {
  await expect(objects.row(name)).toBeFocused()
}

test('the grid of objects is worked by keyboard alone', async ({ page, server, signIn }) => {
  const objects = new ObjectsPage(page, server)
  await server.putObject('website', 'keys/one.txt', 'one')
  await server.putObject('website', 'keys/three.txt', 'three')
  await server.putObject('website', 'keys/two.txt', 'two')
  await signIn()
  await objects.open('website')
  await expect(objects.row('keys/')).toBeVisible()
  await reach(page, objects.row('index.html'))
  await page.keyboard.press('ArrowDown')
  await expectOnRow(objects, 'keys/')
  await page.keyboard.press('Enter')
  await expect(objects.row('one.txt')).toBeVisible()
  await reach(page, objects.row('one.txt'))
  await page.keyboard.press('End')
  await expectOnRow(objects, 'two.txt')
  await page.keyboard.press('Home')
  await expectOnRow(objects, 'one.txt')
  await page.keyboard.press('Space')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(page.getByText('2 selected').first()).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText('2 selected')).toHaveCount(0)
  await page.keyboard.press('Home')
  await expectOnRow(objects, 'one.txt')
  await page.keyboard.press('Enter')
  await expect(objects.details).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(objects.details).toBeHidden()
  await expectOnRow(objects, 'one.txt')
  await page.keyboard.press('Shift+F10')
  await expect(page.getByRole('menu')).toBeVisible()
  await reach(page, page.getByRole('menuitem', { name: /^Rename/ }), 'ArrowDown')
  await page.keyboard.press('Escape')
  await expectOnRow(objects, 'one.txt')
  await page.keyboard.press('Delete')
  const dialog = page.getByRole('dialog', { name: 'Delete one.txt?' })
  await expect(dialog).toBeVisible()
  await reach(page, dialog.getByRole('button', { name: 'Delete' }))
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(objects.row('one.txt')).toHaveCount(0)
  await expect(objects.row('two.txt')).toBeVisible()
})
