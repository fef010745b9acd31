import type { BrowserContext } from '@playwright/test'

import { ADMIN_EMAIL, PASSWORD, Server } from './server'
import { test as base } from './test'

type Cookies = Parameters<BrowserContext['addCookies']>[0]

/** The cookie of a new session, as the sign-in page gets it: that page has tests of its own. */
async function newSession(server: Server, email: string): Promise<Cookies> {
  const response = await fetch(`${server.url}/client/v4/session`, {
    method: 'POST',
    headers: { Origin: server.url },
    body: JSON.stringify({ email, password: PASSWORD }),
  })
  const [cookie = ''] = response.headers.getSetCookie()
  const [, name = '', value = ''] = /^([^=]+)=([^;]+)/.exec(cookie) ?? []
  if (!response.ok || name === '') throw new Error(`${email} could not sign in: ${response.status}`)
  return [{ name, value, url: server.url, httpOnly: true, sameSite: 'Strict' }]
}

/**
 * For files whose data would be in the way of others: those that name a world of their own with
 * `test.use({ world: 'many' })` get a worker, and with it a server, of their own. `signIn` takes a session that
 * was made once.
 */
export const test = base.extend<object, { world: string; server: Server; sessions: Map<string, Cookies> }>({
  world: ['', { option: true, scope: 'worker' }],
  server: [
    async ({ world: _ }, use) => {
      const server = await Server.start()
      await server.setPassword()
      await use(server)
      await server.close()
    },
    { scope: 'worker' },
  ],
  sessions: [async ({ server: _ }, use) => use(new Map()), { scope: 'worker' }],
  signIn: async ({ context, server, sessions }, use) => {
    await use(async (email = ADMIN_EMAIL) => {
      const cookies = sessions.get(email) ?? (await newSession(server, email))
      sessions.set(email, cookies)
      await context.clearCookies()
      await context.addCookies(cookies)
    })
  },
})
