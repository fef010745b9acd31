import { test } from './own-server'
import { expect } from './test'

// Operators' commands without an account would not know any more which is meant.
test.use({ world: 'accounts' })

test('who belongs to two accounts switches between them, and sees the buckets of one', async ({ page, server, signIn }) => {
  await server.createBucket('of-the-first')
  const second = await server.command('account', 'create', '--name', 'Second')
  await server.command('member', 'add', '--account', second.id ?? '', '--email', 'admin@localhost', '--role', 'Administrator')
  await signIn()
  await page.goto(`/${server.accountId}/r2?search=of-the-first`)
  await expect(page.getByRole('link', { name: 'of-the-first' })).toBeVisible()
  await page.getByRole('button', { name: /Switch account/ }).click()
  await page.getByRole('menuitem', { name: 'Second' }).click()
  await expect(page).toHaveURL(new RegExp(second.id ?? 'none'))
  await page.goto(`/${second.id}/r2`)
  await expect(page.getByRole('region', { name: 'Account details' }).getByTestId('value-Account ID')).toHaveText(second.id ?? 'none')
  await expect(page.getByRole('link', { name: 'of-the-first' })).toHaveCount(0)
})
