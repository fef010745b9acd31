import { test } from './own-server'
import { expect, type Page } from './test'

test.use({ world: 'roles' })
test.describe.configure({ timeout: 120_000 })

interface Role {
  name: string
  email: string
  /** Entries of the navigation, besides those that everybody has. */
  navigation: string[]
  writes: boolean
  /** Sees and makes the account's tokens. */
  tokens: boolean
  invites: boolean
}

const EVERYBODY = ['Account Home', 'R2', 'API tokens', 'Temporary credentials']

/** docs/IDENTITY.md, "Roles". */
const ROLES: Role[] = [
  {
    name: 'Super Administrator - All Privileges',
    email: 'super@example.com',
    navigation: ['Explain access', 'Usage', 'Activity', 'Members'],
    writes: true,
    tokens: true,
    invites: true,
  },
  {
    name: 'Administrator',
    email: 'administrator@example.com',
    navigation: ['Usage', 'Activity', 'Members'],
    writes: true,
    tokens: false,
    invites: false,
  },
  {
    name: 'Administrator Read Only',
    email: 'reader@example.com',
    navigation: ['Usage', 'Activity', 'Members'],
    writes: false,
    tokens: false,
    invites: false,
  },
  {
    name: 'Cloudflare R2 Admin',
    email: 'r2-admin@example.com',
    navigation: ['Usage'],
    writes: true,
    tokens: false,
    invites: false,
  },
  {
    name: 'Cloudflare R2 Read',
    email: 'r2-read@example.com',
    navigation: ['Usage'],
    writes: false,
    tokens: false,
    invites: false,
  },
]

test.beforeAll(async ({ server }) => {
  await server.createBucket('photos')
  await server.putObject('photos', 'beach.txt', 'beach')
  for (const { name, email } of ROLES) await server.createMember(email, name)
  const { id } = await server.command<{ id: string }>('account', 'create', '--name', 'Without R2')
  without.accountId = id
  await server.command('member', 'add', '--account', id, '--email', 'administrator@example.com', '--role', 'Administrator')
  await server.command('member', 'add', '--account', id, '--email', 'admin@localhost', '--role', ROLES[0]?.name ?? '')
})

const without = { accountId: '' }

async function expectOffered(page: Page, role: 'button' | 'link', name: string | RegExp, offered: boolean): Promise<void> {
  await expect(page.getByRole(role, { name }).first()).toBeVisible({ visible: offered })
}

for (const role of ROLES) {
  test(`${role.name}: what is offered is what the role allows`, async ({ page, server, signIn, checkAccessibility }) => {
    const account = `/${server.accountId}`
    await signIn(role.email)
    await page.goto(`${account}/r2`)
    const navigation = page.getByRole('navigation', { name: 'Main' })
    await expect(navigation.getByRole('link')).toHaveText([...EVERYBODY, ...role.navigation])
    await expect(page.getByRole('table', { name: 'Buckets' }).getByRole('link', { name: 'photos' })).toBeVisible()
    await expectOffered(page, 'link', 'Create bucket', role.writes)
    // Of operators of the installation only.
    await expectOffered(page, 'button', 'Edit quota', false)
    await page.getByRole('button', { name: 'Actions for bucket photos' }).click()
    await expect(page.getByRole('menuitem')).toHaveText(role.writes ? ['Settings', 'Delete bucket'] : ['Settings'])
    await page.keyboard.press('Escape')

    await page.goto(`${account}/r2/buckets/default/photos/objects`)
    const row = page.getByRole('row', { name: /beach\.txt/ })
    await expect(row).toBeVisible()
    await expectOffered(page, 'button', 'Upload', role.writes)
    await expectOffered(page, 'button', 'Create folder', role.writes)
    await row.getByRole('button', { name: 'Actions for beach.txt' }).click()
    const reading = ['Details', 'Download', 'Share link…']
    await expect(page.getByRole('menuitem')).toHaveText(role.writes ? [...reading, 'Rename…', 'Copy to…', 'Delete…'] : reading)
    await page.getByRole('menuitem', { name: 'Details' }).click()
    await expect(page.getByRole('dialog').getByRole('region', { name: 'Metadata' })).toBeVisible()
    await expectOffered(page, 'button', 'Edit metadata', role.writes)
    await page.keyboard.press('Escape')

    await page.goto(`${account}/r2/buckets/default/photos/settings`)
    await expect(page.getByRole('heading', { name: 'General' })).toBeVisible()
    await expectOffered(page, 'button', 'Delete bucket', role.writes)
    await expect(page.getByRole('radio', { name: /^Infrequent Access/ })).toBeVisible({ visible: role.writes })

    await page.goto(`${account}/r2/api-tokens`)
    await expect(page.getByRole('heading', { level: 1, name: 'R2 API tokens' })).toBeVisible()
    await expectOffered(page, 'link', 'Account API tokens', role.tokens)
    await page.goto(`${account}/r2/api-tokens/create`)
    const permissions = page.getByRole('radio', { name: /^(Admin|Object) Read/ })
    await expect(permissions).toHaveCount(role.writes ? 4 : 2)
    await expect(page.getByRole('radio', { name: /^Account API token/ })).toBeVisible({ visible: role.tokens })
    await checkAccessibility()

    if (role.navigation.includes('Members')) {
      await page.goto(`${account}/members`)
      await expect(page.getByText('r2-read@example.com')).toBeVisible()
      await expectOffered(page, 'button', 'Invite member', role.invites)
      await expectOffered(page, 'button', /^Actions for /, role.invites)
    }
  })
}

for (const role of ROLES) {
  test(`${role.name}: a page that is reached by its address all the same says what to do`, async ({ page, server, signIn }) => {
    const account = `/${server.accountId}`
    await signIn(role.email)
    for (const path of ['r2', 'r2/new', 'r2/api-tokens', 'r2/api-tokens/create', 'r2/temporary-credentials', 'r2/explain', 'usage', 'activity', 'members']) {
      await page.goto(`${account}/${path}`)
      await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
      await expect(page.getByText('Something went wrong')).toHaveCount(0)
      await expect(page.getByRole('main').getByRole('status').filter({ hasText: /Loading/ })).toHaveCount(0)
    }
    if (!role.navigation.includes('Activity')) {
      await page.goto(`${account}/activity`)
      await expect(page.getByText(/not allowed|does not let you/i).first()).toBeVisible()
    }
    if (!role.writes) {
      await page.goto(`${account}/r2/new`)
      await page.getByLabel('Bucket name').fill('not-for-me')
      await page.getByRole('button', { name: 'Create bucket' }).click()
      await expect(page.getByText(/not allowed|does not let you/i).first()).toBeVisible()
    }
    if (!role.tokens) {
      await page.goto(`${account}/r2/explain`)
      await expect(page.getByText('A Super Administrator can ask for you.')).toBeVisible()
    }
  })
}

/** What can be pressed in the main part of the page, by its name. */
async function controls(page: Page): Promise<{ role: 'link' | 'button'; name: string }[]> {
  const found: { role: 'link' | 'button'; name: string }[] = []
  for (const role of ['link', 'button'] as const) {
    for (const each of await page.getByRole('main').getByRole(role).all()) {
      const name = (await each.getAttribute('aria-label')) ?? (await each.innerText()).trim()
      found.push({ role, name })
    }
  }
  return found
}

/** Of everything that a click may change: where one is, what is open, what is said. */
async function state(page: Page): Promise<string> {
  return page.evaluate(() => {
    const open = document.querySelectorAll('[role=dialog], [role=menu], [role=alertdialog], details[open], [aria-expanded=true]').length
    const said = [...document.querySelectorAll('[role=status], [aria-live]')].map((each) => each.textContent).join('|')
    return `${location.href} ${open} ${said}`
  })
}

for (const { name, email } of [ROLES[0], ROLES[4]].filter((role) => role !== undefined)) {
  test(`${name}: every link and button of the overview does something`, async ({ page, server, signIn, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await signIn(email)
    const overview = `/${server.accountId}/r2`
    await page.goto(overview)
    await expect(page.getByRole('table', { name: 'Buckets' }).getByRole('link', { name: 'photos' })).toBeVisible()
    const all = (await controls(page)).filter((control, index, list) => list.findIndex((other) => other.role === control.role && other.name === control.name) === index)
    expect(all.length).toBeGreaterThan(6)
    for (const control of all) {
      expect(control.name, `a ${control.role} without a name`).not.toBe('')
      if (page.url() !== server.url + overview) await page.goto(overview)
      const element = page.getByRole('main').getByRole(control.role, { name: control.name, exact: true }).first()
      await expect(element).toBeEnabled()
      const before = await state(page)
      await element.click()
      await expect.poll(() => state(page), { message: `${control.role} "${control.name}" does nothing` }).not.toBe(before)
      await expect(page.getByRole('heading', { level: 1, includeHidden: true })).toHaveCount(1)
      await expect(page.getByText(/Something went wrong|There is nothing at this address/)).toHaveCount(0)
      await page.keyboard.press('Escape')
    }
  })
}

async function openWithout(page: Page): Promise<void> {
  await page.goto(`/${without.accountId}/r2`)
  await expect(page.getByText('R2 is not enabled for Without R2')).toBeVisible()
  await expectOffered(page, 'link', 'Create bucket', false)
}

test.describe('an account without R2', () => {
  test.describe.configure({ mode: 'serial' })

  test('its members are told who can enable it', async ({ page, signIn, checkAccessibility }) => {
    await signIn('administrator@example.com')
    await openWithout(page)
    await expect(page.getByText('Only an operator of this server can enable it.')).toBeVisible()
    await expectOffered(page, 'button', 'Enable R2', false)
    await checkAccessibility()
    await page.goto(`/${without.accountId}/r2/temporary-credentials`)
    await expect(page.getByText('R2 is not enabled for Without R2')).toBeVisible()
  })

  test('an operator enables it, with a quota', async ({ page, signIn, checkAccessibility }) => {
    await signIn()
    await openWithout(page)
    await page.getByRole('button', { name: 'Enable R2' }).click()
    const dialog = page.getByRole('dialog', { name: 'Enable R2' })
    await dialog.getByLabel('Storage in GB').fill('many')
    await expect(dialog.getByText('A number, or empty for no limit.')).toBeVisible()
    await expect(dialog.getByRole('button', { name: 'Enable R2' })).toBeDisabled()
    await checkAccessibility()
    await dialog.getByLabel('Storage in GB').fill('2.5')
    await dialog.getByLabel('Buckets').fill('10')
    await dialog.getByRole('button', { name: 'Enable R2' }).click()
    await expect(dialog).toBeHidden()
    await expect(page.getByText('No buckets yet')).toBeVisible()
    await expect(page.getByText('of 2.5 GB')).toBeVisible()
    await page.goto(`/${without.accountId}`)
    await expect(page.getByText(/Enabled, .*2\.5 GB/)).toBeVisible()
  })
})
