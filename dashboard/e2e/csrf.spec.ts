import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { expect, test } from './test'

/** A page of somebody else's, at another port of this host (the same site) or under another name (another site). */
let foreign: HttpServer
let port: number

test.beforeAll(async () => {
  foreign = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end('<!doctype html><title>elsewhere</title>')
  })
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve))
  port = (foreign.address() as AddressInfo).port
})
test.afterAll(() => foreign.close())

// What these pages ask for is what the other tests call a fault.
test.use({ faults: async ({}, use) => use([]) })

for (const host of ['127.0.0.1', 'localhost']) {
  test.describe(`a page at ${host}, another port`, () => {
    test.beforeEach(async ({ page, signIn }) => {
      await signIn()
      await page.goto(`http://${host}:${port}/`)
    })

    test('reads nothing of a session', async ({ page, server }) => {
      const outcomes = await page.evaluate(
        async ([api, account]) => {
          const tries: [string, RequestInit][] = [
            [`${api}/session`, { headers: { 'X-Coffer-CSRF': '1' } }],
            [`${api}/session`, {}],
            [`${api}/user`, {}],
            [`${api}/accounts/${account}/tokens`, { headers: { 'X-Coffer-CSRF': '1' } }],
          ]
          const results: string[] = []
          for (const [url, init] of tries) {
            for (const mode of ['cors', 'no-cors'] as const) {
              try {
                const response = await fetch(url!, { credentials: 'include', mode, ...init })
                results.push(response.type === 'opaque' ? 'opaque' : `read ${response.status}`)
              } catch {
                results.push('refused')
              }
            }
          }
          return results
        },
        [server.bootstrap.api_endpoint, server.accountId],
      )
      expect(outcomes.filter((each) => each.startsWith('read'))).toEqual([])
    })

    test('changes nothing', async ({ page, server }) => {
      const buckets = server.bootstrap.api_endpoint + server.account('/r2/buckets')
      await page.evaluate(
        async ([url, session]) => {
          const send = (target: string, init: RequestInit) =>
            fetch(target, { credentials: 'include', mode: 'no-cors', ...init }).catch(() => undefined)
          // JSON is read whatever its Content-Type says, so this needs no preflight.
          await send(url!, { method: 'POST', body: '{"name":"forged-by-fetch"}' })
          await send(`${session}`, { method: 'DELETE' })
          const form = document.createElement('form')
          form.method = 'post'
          form.enctype = 'text/plain'
          form.action = url!
          const field = document.createElement('input')
          field.name = '{"name":"forged-by-form","x":"'
          field.value = '"}'
          form.append(field)
          document.body.append(form)
          form.submit()
        },
        [buckets, `${server.bootstrap.api_endpoint}/session`],
      )
      await page.waitForURL(/r2\/buckets/)
      await expect(page.locator('body')).toContainText(/Authentication error|Missing X-Auth-Key/)
      const listed = await (await server.api('GET', server.account('/r2/buckets'))).text()
      expect(listed).not.toContain('forged-')
      // Still signed in.
      await page.goto('/')
      await expect(page).not.toHaveURL(/sign-in/)
    })

    test('signs nobody in, and frames nothing', async ({ page, server }) => {
      const framed = await page.evaluate(
        (url) =>
          new Promise<boolean>((resolve) => {
            const frame = document.createElement('iframe')
            frame.src = url
            frame.onload = () => {
              try {
                // An error page of the browser has an origin of its own, too: only its content tells.
                resolve((frame.contentDocument?.title ?? '').includes('Coffer'))
              } catch {
                resolve(false)
              }
            }
            document.body.append(frame)
          }),
        server.url,
      )
      expect(framed).toBe(false)
      expect(page.frames().filter((frame) => frame.url().startsWith(server.url))).toEqual([])
    })
  })
}

test('an HTML object at the S3 port is as foreign as any page', async ({ page, server, signIn }) => {
  await server.createBucket('neighbours')
  await server.putObject('neighbours', 'page.html', '<!doctype html><title>object</title>', 'text/html')
  const shared = await (
    await server.api('POST', server.account('/r2/buckets/neighbours/share-links'), {
      key: 'page.html',
      expires_in_s: 300,
    })
  ).json()
  await signIn()
  await page.goto(shared.result.url)
  const outcome = await page.evaluate(async (api) => {
    try {
      await fetch(`${api}/session`, { credentials: 'include', headers: { 'X-Coffer-CSRF': '1' } })
      return 'read'
    } catch {
      return 'refused'
    }
  }, server.bootstrap.api_endpoint)
  expect(outcome).toBe('refused')
})
