import { test } from './own-server'
import { ObjectsPage } from './objects-page'
import { expect, type Page, type Server } from './test'

test.use({ world: 'many' })
test.describe.configure({ timeout: 120_000 })

const BUCKETS = 3000
const TOKENS = 2000
const KEYS = 5000
/** More rows than a screen shows, with those that are kept ready around it. */
const ROWS_MAX = 90
const AT_ONCE = 16

/** Runs the work for 0 to count - 1, some at a time. */
async function times(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

function numbered(prefix: string, index: number): string {
  return `${prefix}-${String(index).padStart(4, '0')}`
}

async function makeTokens(server: Server): Promise<void> {
  const { value } = await server.command<{ value: string }>(
    'token', 'create', '--name', 'maker', '--permission', 'Account API Tokens Write', '--permission', 'admin-read-write',
  )
  const headers = { Authorization: `Bearer ${value}` }
  const groups = (await (await server.api('GET', server.account('/tokens/permission_groups'), undefined, headers)).json()) as {
    result: { id: string; name: string }[]
  }
  const group = groups.result.find(({ name }) => name === 'Workers R2 Storage Bucket Item Read')
  const everything = { [`com.cloudflare.api.account.${server.accountId}`]: { 'com.cloudflare.edge.r2.bucket.*': '*' } }
  await times(TOKENS, (index) =>
    server.api(
      'POST',
      server.account('/tokens'),
      {
        name: numbered('service', index),
        policies: [{ effect: 'allow', resources: everything, permission_groups: [{ id: group?.id }] }],
      },
      headers,
    ),
  )
}

test.beforeAll(async ({ server }) => {
  test.setTimeout(180_000)
  await times(BUCKETS, (index) => server.createBucket(numbered('bucket', index)))
  await makeTokens(server)
  await times(KEYS, (index) => server.putObject('bucket-0000', `logs/${numbered('entry', index)}.txt`, ''))
})

async function expectFewRows(page: Page): Promise<void> {
  expect(await page.getByRole('row').count()).toBeLessThan(ROWS_MAX)
}

test('thousands of buckets are scrolled and searched, with few of them drawn', async ({ page, server, signIn, checkAccessibility }) => {
  await signIn()
  await page.goto(`/${server.accountId}/r2`)
  const table = page.getByRole('table', { name: 'Buckets' })
  await expect(table.getByRole('link', { name: 'bucket-0000' })).toBeVisible()
  await expectFewRows(page)
  // Page after page comes as the end comes into sight.
  const last = table.getByRole('link', { name: numbered('bucket', 1000) })
  await expect(async () => {
    await page.mouse.move(500, 500)
    await page.mouse.wheel(0, 3000)
    await expect(table.getByRole('link', { name: /^bucket-(0[3-9]|[12])/ }).first()).toBeVisible({ timeout: 250 })
  }).toPass({ timeout: 60_000, intervals: [50] })
  await expect(last).toHaveCount(0)
  await expectFewRows(page)
  await expect(page.getByText(/buckets loaded, there are more/)).toBeAttached()

  await page.evaluate(() => window.scrollTo(0, 0))
  await page.getByRole('searchbox', { name: 'Search buckets by name' }).fill('2999')
  await expect(table.getByRole('link')).toHaveText(['bucket-2999'])
  expect(new URL(page.url()).searchParams.get('search')).toBe('2999')
  await checkAccessibility()
  await page.getByRole('searchbox', { name: 'Search buckets by name' }).fill('bucket-12')
  await expect(table.getByRole('link').first()).toHaveText('bucket-1200')
  await expect(page.getByText('100 buckets', { exact: true })).toBeAttached()
  await expectFewRows(page)
})

test('create-token finds one bucket among thousands', async ({ page, server, signIn }) => {
  await signIn()
  await page.goto(`/${server.accountId}/r2/api-tokens/create`)
  await page.getByRole('radio', { name: 'Apply to specific buckets only' }).click()
  const list = page.getByRole('listbox', { name: 'Buckets' })
  await expect(list.getByRole('option', { name: /bucket-0000/ })).toBeVisible()
  expect(await list.getByRole('option').count()).toBeLessThan(40)
  const search = page.getByRole('combobox', { name: 'Search buckets' })
  const chosen = page.getByRole('list', { name: 'Chosen buckets' }).getByRole('listitem')
  await search.fill('bucket-2718')
  await expect(list.getByRole('option')).toHaveCount(1)
  await page.keyboard.press('Enter')
  await search.fill('bucket-03')
  await list.getByRole('option', { name: /bucket-0314/ }).click()
  await expect(chosen).toHaveText(['bucket-2718', 'bucket-0314'])
  await page.getByRole('button', { name: 'Remove bucket-2718' }).click()
  await expect(chosen).toHaveText(['bucket-0314'])
})

test('thousands of tokens are scrolled and searched, with few of them drawn', async ({ page, server, signIn, checkAccessibility }) => {
  await signIn()
  await page.goto(`/${server.accountId}/r2/api-tokens`)
  await expect(page.getByRole('heading', { name: /^2,00\d tokens$/ })).toBeVisible({ timeout: 20_000 })
  await expectFewRows(page)
  const table = page.getByRole('table', { name: 'API tokens' })
  // Rows are measured as they come into sight, so the end may move on once.
  await expect(async () => {
    await page.keyboard.press('End')
    await expect(table.getByRole('link', { name: 'maker' })).toBeInViewport({ timeout: 500 })
  }).toPass({ timeout: 20_000, intervals: [50] })
  await expectFewRows(page)
  await page.getByRole('searchbox', { name: 'Search tokens' }).fill('service-1234')
  await expect(table.getByRole('link')).toHaveText(['service-1234'])
  await checkAccessibility()
  await table.getByRole('link').click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('service-1234')

  // And where one of them is chosen.
  await page.goto(`/${server.accountId}/r2/explain`)
  await page.getByRole('textbox', { name: 'Token' }).fill('service-0777')
  await page.getByRole('button', { name: /service-0777/ }).click()
  await expect(page.getByRole('button', { name: 'Change Token' })).toBeVisible()
})

test('a folder of thousands is walked by keyboard and searched by prefix', async ({ page, server, signIn, checkAccessibility }) => {
  const objects = new ObjectsPage(page, server)
  await signIn()
  await objects.open('bucket-0000', { prefix: 'logs/' })
  await objects.row('entry-0000.txt').focus()
  await expectFewRows(page)
  // What is known so far, and on as pages come.
  await expect(async () => {
    await page.keyboard.press('End')
    await expect(objects.row(`${numbered('entry', KEYS - 1)}.txt`)).toBeFocused({ timeout: 250 })
  }).toPass({ timeout: 30_000, intervals: [50] })
  await expect(objects.row(`${numbered('entry', KEYS - 1)}.txt`)).toBeInViewport()
  await expect(objects.grid).toHaveAttribute('aria-rowcount', String(KEYS + 1))
  await expectFewRows(page)
  await page.keyboard.press('Home')
  await expect(objects.row('entry-0000.txt')).toBeFocused()
  await page.keyboard.press('Control+a')
  await expect(page.getByText('Everything selected').first()).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('searchbox', { name: 'Search by prefix' }).fill('entry-423')
  await expect(objects.row('entry-4230.txt')).toBeVisible()
  await expect(objects.grid.getByText('10 entries')).toBeVisible()
  await checkAccessibility()
  await page.getByRole('searchbox', { name: 'Search by prefix' }).fill('nothing')
  await expect(page.getByText('No keys begin with this')).toBeVisible()
})
