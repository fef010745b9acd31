import { AxeBuilder } from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'

import { ADMIN_EMAIL, PASSWORD, Server } from './server'

export { expect, type Page }
export { ADMIN_EMAIL, PASSWORD, Server }

/** What went wrong in a page that no assertion looks at: scripts that failed, policies broken, other origins asked. */
function watch(page: Page, origin: string): string[] {
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`))
  page.on('console', (message) => {
    // A refused request is the page's own business, and shown by it.
    const refused = /^(Failed to load resource|ApiError)/.test(message.text())
    if (message.type() === 'error' && !refused) {
      faults.push(`console: ${message.text()}`)
    }
  })
  page.on('request', (request) => {
    const url = request.url()
    if (/^https?:/.test(url) && new URL(url).origin !== origin) faults.push(`request to another origin: ${url}`)
  })
  return faults
}

interface Fixtures {
  /** Of the page of this test; asserted to be empty at its end. */
  faults: string[]
  /** Signs the page in as the administrator, or as somebody else. */
  signIn: (email?: string) => Promise<void>
  /** Fails when axe finds anything against WCAG 2.2 A and AA on the page as it is. */
  checkAccessibility: () => Promise<void>
}

/** One server for each worker, with the administrator's password set. */
export const test = base.extend<Fixtures, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = await Server.start()
      await server.setPassword()
      await use(server)
      await server.close()
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  faults: [
    async ({ page, server }, use) => {
      const faults = watch(page, server.url)
      await use(faults)
      expect(faults).toEqual([])
    },
    { auto: true },
  ],
  signIn: async ({ page }, use) => {
    await use(async (email = ADMIN_EMAIL) => {
      await page.goto('/sign-in')
      await page.getByLabel(/e-?mail/i).fill(email)
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await expect(page).not.toHaveURL(/sign-in/)
    })
  },
  checkAccessibility: async ({ page }, use) => {
    await use(async () => {
      // Without preload, as it would fetch stylesheets, which the policy of a preview's frame forbids.
      const found = await new AxeBuilder({ page })
        .options({ preload: false })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
        .analyze()
      expect(found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(' | ')}`)).toEqual([])
    })
  },
})
