import { withBoto3 } from './boto3'
import { expect, PASSWORD, type Page, type Server, test } from './test'

/** What a console is for, done as a person does it, and then looked at from outside: by S3, or by the API. */

test.describe.configure({ timeout: 120_000 })

const value = async (page: Page, name: string) => (await page.getByTestId(`value-${name}`).innerText()).trim()
const GET = (bucket: string, key: string) => `print(attempt(lambda: s3.get_object(Bucket="${bucket}", Key="${key}")))`

async function statusOf(server: Server, path: string, headers: Record<string, string> = {}): Promise<number> {
  const authorization = { Authorization: `Bearer ${server.bootstrap.api_token}` }
  return (await fetch(server.bootstrap.api_endpoint + path, { headers: { ...authorization, ...headers } })).status
}

test('a bucket is created in its jurisdiction, and deleted by its typed name once it is empty', async ({ page, server, signIn }) => {
  await signIn()
  await page.goto(`/${server.accountId}/r2`)
  await page.getByRole('link', { name: 'Create bucket' }).first().click()
  await page.getByLabel('Bucket name').fill('Made_Here')
  await page.getByRole('button', { name: 'Create bucket' }).click()
  await expect(page).toHaveURL(/r2\/new/)
  await page.getByLabel('Bucket name').fill('made-here')
  await page.getByRole('radio', { name: 'European Union (EU)' }).check()
  await page.getByRole('radio', { name: 'Infrequent Access' }).check()
  await page.getByRole('button', { name: 'Create bucket' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^made-here\s*European Union/)

  const path = server.account('/r2/buckets/made-here')
  const eu = { 'cf-r2-jurisdiction': 'eu' }
  expect(await statusOf(server, path)).toBe(404)
  const made = await (await server.api('GET', path, undefined, eu)).json()
  expect(made.result).toMatchObject({ jurisdiction: 'eu', storage_class: 'InfrequentAccess' })

  await server.api('PUT', `${path}/objects/kept.txt`, 'kept', eu)
  await page.goto(`/${server.accountId}/r2`)
  const remove = async () => {
    await page.getByRole('button', { name: 'Actions for bucket made-here' }).click()
    await page.getByRole('menuitem', { name: 'Delete bucket' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete bucket made-here?' })
    await expect(dialog.getByRole('button', { name: 'Delete bucket' })).toBeDisabled()
    await dialog.getByRole('textbox').fill('made-here')
    await dialog.getByRole('button', { name: 'Delete bucket' }).click()
    return dialog
  }
  const refused = await remove()
  await expect(refused.getByText(/^The bucket is not empty/)).toBeVisible()
  await refused.getByRole('button', { name: 'Cancel' }).click()
  await server.api('DELETE', `${path}/objects/kept.txt`, undefined, eu)
  await expect(await remove()).toBeHidden()
  await expect(page.getByRole('link', { name: 'made-here' })).toHaveCount(0)
  expect(await statusOf(server, path, eu)).toBe(404)
})

test('a token is renamed, rolled, disabled and revoked, and S3 follows at once', async ({ page, server, signIn }) => {
  await server.createBucket('rolled')
  await server.putObject('rolled', 'a.txt', 'a')
  const token = await server.command('token', 'create', '--name', 'before', '--permission', 'object-read-only')
  const first = { accessKeyId: token.access_key_id ?? '', secretAccessKey: token.secret_access_key ?? '' }
  const ask = (keys: typeof first) => withBoto3(server.bootstrap.s3_endpoint, keys, GET('rolled', 'a.txt'))
  expect(await ask(first)).toBe('ok')

  await signIn()
  await page.goto(`/${server.accountId}/r2/api-tokens/${first.accessKeyId}`)
  await page.getByRole('button', { name: /before/ }).click()
  await page.getByRole('textbox', { name: /token name/i }).fill('after')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('after')

  await page.getByRole('button', { name: 'Roll', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Roll token' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'API token rolled' })).toBeVisible()
  const second = { accessKeyId: first.accessKeyId, secretAccessKey: await value(page, 'Secret Access Key') }
  expect(second.secretAccessKey).not.toBe(first.secretAccessKey)
  expect(await ask(first)).toBe('SignatureDoesNotMatch')
  expect(await ask(second)).toBe('ok')
  await page.getByRole('button', { name: 'I have saved these' }).click()

  await page.getByRole('button', { name: 'Disable', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disable token' }).click()
  await expect(page.getByRole('button', { name: 'Enable', exact: true })).toBeVisible()
  expect(await ask(second)).toBe('Unauthorized')
  await page.getByRole('button', { name: 'Enable', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Enable token' }).click()
  await expect(page.getByRole('button', { name: 'Disable', exact: true })).toBeVisible()
  expect(await ask(second)).toBe('ok')

  await page.getByRole('button', { name: 'Revoke', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('button', { name: 'Revoke token' })).toBeDisabled()
  await dialog.getByRole('textbox').fill('after')
  await dialog.getByRole('button', { name: 'Revoke token' }).click()
  await expect(page).toHaveURL(/api-tokens\/?(\?.*)?$/)
  expect(await ask(second)).toBe('Unauthorized')
})

test('temporary credentials reach their prefix and nothing else, and explain says why', async ({ page, server, signIn }) => {
  await server.createBucket('lent')
  await server.putObject('lent', 'shared/a.txt', 'a')
  await server.putObject('lent', 'private/b.txt', 'b')
  const parent = await server.command('token', 'create', '--name', 'lender', '--permission', 'object-read-only', '--bucket', 'lent')

  await signIn()
  await page.goto(`/${server.accountId}/r2/temporary-credentials`)
  await page.getByRole('textbox', { name: 'Parent token' }).fill('lender')
  await page.getByRole('list', { name: 'Tokens for Parent token' }).getByRole('button', { name: /lender/ }).click()
  await page.getByRole('combobox', { name: 'Search buckets' }).fill('lent')
  await page.getByRole('listbox', { name: 'Buckets' }).getByRole('option', { name: /^lent/ }).click()
  await page.getByRole('radio', { name: 'Object Read only' }).check()
  await page.getByLabel('Prefixes').fill('shared/')
  await page.getByRole('main').locator('button[type=submit]').click()
  await expect(page.getByRole('heading', { name: 'Temporary credentials for lent' })).toBeVisible()
  const keys = {
    accessKeyId: await value(page, 'Access Key ID'),
    secretAccessKey: await value(page, 'Secret Access Key'),
    sessionToken: await value(page, 'Session Token'),
  }
  expect(await withBoto3(await value(page, 'Endpoint'), keys, GET('lent', 'shared/a.txt') + '\n' + GET('lent', 'private/b.txt'))).toBe(
    'ok\nAccessDenied',
  )

  const explain = (operation: string) =>
    `/${server.accountId}/r2/explain?key=${parent.access_key_id}&operation=${operation}&bucket=lent&object=shared%2Fa.txt`
  await page.goto(explain('GetObject'))
  await expect(page.getByText('Allowed', { exact: true })).toBeVisible()
  await expect(page.getByText(/Bucket Item Read/).first()).toBeVisible()
  await page.goto(explain('PutObject'))
  await expect(page.getByText(/^Denied: /)).toBeVisible()
})

test('a member is invited, signs in by the link, accepts, is given another role, and removed', async ({ page, server, signIn, browser }) => {
  const email = 'katherine@example.com'
  await signIn()
  await page.goto(`/${server.accountId}/members`)
  await page.getByRole('button', { name: 'Invite member' }).click()
  const invite = page.getByRole('dialog', { name: 'Invite member' })
  await invite.getByLabel('E-mail').fill(email)
  await invite.getByRole('checkbox', { name: /Cloudflare R2 Read/ }).check()
  await invite.getByRole('button', { name: 'Invite', exact: true }).click()
  const invited = page.getByRole('dialog', { name: `${email} is invited` })
  await invited.getByRole('button', { name: 'Make set-up link' }).click()
  const link = await value(page, 'Set-up link')
  await invited.getByRole('button', { name: 'Done' }).click()

  const theirs = await browser.newPage({ baseURL: server.url })
  await theirs.goto(link)
  await theirs.getByLabel('New password').fill(PASSWORD)
  await theirs.getByLabel('Repeat the password').fill(PASSWORD)
  await theirs.getByRole('button', { name: /set password/i }).click()
  await theirs.getByRole('list', { name: 'Invitations' }).getByRole('button', { name: 'Accept' }).click()
  await theirs.goto(`/${server.accountId}/r2`)
  await expect(theirs.getByRole('heading', { level: 1, name: 'R2 Object Storage' })).toBeVisible()
  await expect(theirs.getByRole('link', { name: 'Create bucket' })).toHaveCount(0)

  await page.reload()
  await page.getByRole('button', { name: `Actions for ${email}` }).click()
  await page.getByRole('menuitem', { name: /roles/i }).click()
  const roles = page.getByRole('dialog', { name: `Roles of ${email}` })
  await roles.getByRole('checkbox', { name: /Cloudflare R2 Admin/ }).check()
  await roles.getByRole('button', { name: 'Save roles' }).click()
  await expect(roles).toBeHidden()
  await theirs.reload()
  await expect(theirs.getByRole('link', { name: 'Create bucket' }).first()).toBeVisible()

  await page.getByRole('button', { name: `Actions for ${email}` }).click()
  await page.getByRole('menuitem', { name: /remove/i }).click()
  const remove = page.getByRole('dialog', { name: `Remove ${email}?` })
  await remove.getByRole('textbox').fill(email)
  await remove.getByRole('button', { name: 'Remove member' }).click()
  await expect(page.getByRole('button', { name: `Actions for ${email}` })).toHaveCount(0)
  await theirs.goto(`/${server.accountId}/r2`)
  await expect(theirs.getByRole('heading', { level: 1, name: 'R2 Object Storage' })).toHaveCount(0)
  await theirs.close()
})

test('a change stands in the activity with what it was before and after', async ({ page, server, signIn }) => {
  await server.createBucket('watched')
  await server.api('PATCH', server.account('/r2/buckets/watched'), undefined, { 'cf-r2-storage-class': 'InfrequentAccess' })
  await signIn()
  await page.goto(`/${server.accountId}/activity?resource=watched`)
  const entries = page.getByRole('main').getByRole('listitem').getByRole('button', { expanded: false })
  await expect(entries).toHaveCount(2)
  await entries.first().click()
  await expect(page.getByText('Standard', { exact: true }).first()).toBeVisible()
  await expect(page.getByText('InfrequentAccess', { exact: true }).first()).toBeVisible()
})
