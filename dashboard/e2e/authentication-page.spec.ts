import { type Keys as S3Keys, withBoto3 } from './boto3'
import { expect, type Page, type Server, test } from './test'

/**
 * R2's page "Authentication", sentence by sentence: a person who has read only that page gets from the dashboard to a
 * token, and from the token's keys to an object. https://developers.cloudflare.com/r2/api/tokens/
 */

interface Keys extends S3Keys {
  value: string
}

/** "In Account Home, select R2." to "Select Create API token". */
async function goToCreateToken(page: Page): Promise<void> {
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1, name: 'Account Home' })).toBeVisible()
  await page.getByRole('main').getByRole('link', { name: /^R2/ }).first().click()
  const details = page.getByRole('region', { name: 'Account details' })
  await details.getByRole('link', { name: 'Manage R2 API tokens' }).click()
  await page.getByRole('link', { name: 'Create API token' }).first().click()
  await expect(page).toHaveURL(/api-tokens\/create/)
}

/** "Select the R2 Token text to edit your API token name." */
async function editName(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /R2 Token/ }).click()
  await page.getByRole('textbox', { name: /token name/i }).fill(name)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: new RegExp(name) })).toBeVisible()
}

async function reviewKeys(page: Page): Promise<Keys> {
  const field = async (name: string) => (await page.getByTestId(`value-${name}`).innerText()).trim()
  return {
    value: await field('Token value'),
    accessKeyId: await field('Access Key ID'),
    secretAccessKey: await field('Secret Access Key'),
  }
}

const PUT_AND_GET = (bucket: string) => `
print(attempt(lambda: s3.put_object(Bucket="${bucket}", Key="hello.txt", Body=b"hello")),
      attempt(lambda: s3.get_object(Bucket="${bucket}", Key="hello.txt")),
      attempt(lambda: s3.list_buckets()),
      attempt(lambda: s3.create_bucket(Bucket="made-by-${bucket}")))`

/** What each permission may do, by its description on that page: put, get, list buckets, create a bucket. */
const PERMISSIONS: { name: string; description: string; scoped: boolean; outcome: string }[] = [
  {
    name: 'Admin Read & Write',
    description:
      'Allows the ability to create, list and delete buckets, and edit bucket configurations in addition to list, write, and read object access.',
    scoped: false,
    outcome: 'ok ok ok ok',
  },
  {
    name: 'Admin Read only',
    description:
      'Allows the ability to list buckets and view bucket configuration in addition to list and read object access.',
    scoped: false,
    outcome: 'AccessDenied ok ok AccessDenied',
  },
  {
    name: 'Object Read & Write',
    description: 'Allows the ability to read, write, and list objects in specific buckets.',
    scoped: true,
    outcome: 'ok ok AccessDenied AccessDenied',
  },
  {
    name: 'Object Read only',
    description: 'Allows the ability to read and list objects in specific buckets.',
    scoped: true,
    outcome: 'AccessDenied ok AccessDenied AccessDenied',
  },
]

async function createToken(page: Page, server: Server, permission: (typeof PERMISSIONS)[number], name: string): Promise<Keys> {
  await goToCreateToken(page)
  await editName(page, name)
  // "Under Permissions, choose a permission types for your token."
  const choices = page.getByRole('group', { name: 'Permissions' })
  await expect(choices.getByRole('radio')).toHaveCount(4)
  await expect(choices.getByText(permission.description)).toBeVisible()
  await choices.getByRole('radio', { name: permission.name }).check()
  // "If you select the Object Read and Write or Object Read permissions, you can scope your token to a set of buckets."
  const specific = page.getByRole('radio', { name: /Apply to specific buckets only/ })
  if (permission.scoped) {
    await specific.check()
    await page.getByRole('combobox', { name: 'Search buckets' }).fill('photos')
    await page.getByRole('listbox', { name: 'Buckets' }).getByRole('option', { name: /^photos/ }).click()
    await expect(page.getByRole('list', { name: 'Chosen buckets' })).toContainText('photos')
  } else {
    await expect(specific).toHaveCount(0)
  }
  // "Select Create API Token."
  await page.getByRole('button', { name: 'Create API Token' }).click()
  // "After your token has been successfully created, review your Secret Access Key and Access Key ID values. These may
  // often be referred to as Client Secret and Client ID, respectively."
  await expect(page.getByText('(Client Secret)').first()).toBeVisible()
  await expect(page.getByText('(Client ID)').first()).toBeVisible()
  const keys = await reviewKeys(page)
  expect(keys.value).toMatch(/^cofa_/)
  expect(keys.accessKeyId).toMatch(/^[0-9a-f]{32}$/)
  expect(keys.secretAccessKey).toMatch(/^[0-9a-f]{64}$/)
  // "You will also need to configure the endpoint in your S3 client", and those of the jurisdictions by name.
  for (const url of [server.bootstrap.s3_endpoint, ...Object.values(server.bootstrap.jurisdiction_endpoints)]) {
    await expect(page.getByText(url, { exact: false }).first()).toBeVisible()
  }
  await expect(page.getByText('European Union (EU)').first()).toBeVisible()
  await expect(page.getByText('FedRAMP').first()).toBeVisible()
  return keys
}

test.describe.configure({ mode: 'serial' })

test.beforeAll(async ({ server }) => {
  for (const bucket of ['photos', 'others']) {
    await server.createBucket(bucket)
    await server.putObject(bucket, 'hello.txt', 'hello')
  }
})

for (const permission of PERMISSIONS) {
  test(`a token with ${permission.name} is made as the page says, and its keys do what it says`, async ({
    page,
    server,
    signIn,
    checkAccessibility,
  }) => {
    await signIn()
    const keys = await createToken(page, server, permission, `made for ${permission.name}`)
    await checkAccessibility()
    expect(await withBoto3(server.bootstrap.s3_endpoint, keys, PUT_AND_GET('photos'))).toBe(permission.outcome)
    if (permission.scoped) {
      const elsewhere = await withBoto3(
        server.bootstrap.s3_endpoint,
        keys,
        'print(attempt(lambda: s3.get_object(Bucket="others", Key="hello.txt")))',
      )
      expect(elsewhere).toBe('AccessDenied')
    }
    // The secrets are shown once: nothing of them is left after the page, not even in its history.
    await page.getByRole('button', { name: /I have saved these/i }).click()
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/API tokens/i)
    await page.goBack()
    await expect(page.locator('body')).not.toContainText(keys.secretAccessKey)
    expect(await page.content()).not.toContain(keys.value)
  })
}

test('the account details have the account id and every endpoint, by name', async ({ page, server, signIn, checkAccessibility }) => {
  await signIn()
  await page.goto(`/${server.accountId}/r2`)
  const details = page.getByRole('region', { name: 'Account details' })
  const wanted = [
    server.accountId,
    server.bootstrap.s3_endpoint,
    'European Union (EU)',
    'FedRAMP',
    ...Object.values(server.bootstrap.jurisdiction_endpoints),
  ]
  for (const text of wanted) await expect(details.getByText(text).first()).toBeVisible()
  await checkAccessibility()
})
