import { expect, test, type Page } from '../e2e/test'

interface Network {
  name: string
  bitsPerSecond: number
  roundTripMs: number
}

/** The two that Lighthouse throttles to, for a desk and for a phone. */
const NETWORKS: Network[] = [
  { name: '10 Mbit/s, 40 ms', bitsPerSecond: 10_000_000, roundTripMs: 40 },
  { name: '1.6 Mbit/s, 150 ms', bitsPerSecond: 1_638_400, roundTripMs: 150 },
]
const ROUNDS = 7

/** Milliseconds from the request of the page until its first paint, and until the list of buckets is there. */
interface Load {
  painted: number
  usable: number
  bytes: number
}

async function load(page: Page, path: string): Promise<Load> {
  await page.goto('about:blank')
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.enable')
  let bytes = 0
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
  await page.goto(path, { waitUntil: 'commit' })
  await page.getByRole('table', { name: 'Buckets' }).getByRole('link', { name: 'photos' }).waitFor()
  const { painted, usable } = await page.evaluate(() => ({
    painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    usable: performance.now(),
  }))
  await devtools.detach()
  return { painted, usable, bytes }
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

test('the list of buckets, first visit and later ones', async ({ page, server, signIn }) => {
  test.setTimeout(300_000)
  await server.createBucket('photos')
  await signIn()
  const path = `/${server.accountId}/r2`
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.enable')
  for (const network of NETWORKS) {
    for (const first of [true, false]) {
      const rounds: Load[] = []
      for (let round = 0; round < ROUNDS; round++) {
        if (first) await devtools.send('Network.clearBrowserCache')
        await devtools.send('Network.emulateNetworkConditions', {
          offline: false,
          latency: network.roundTripMs,
          downloadThroughput: network.bitsPerSecond / 8,
          uploadThroughput: network.bitsPerSecond / 8,
        })
        rounds.push(await load(page, path))
      }
      const middle = (of: keyof Load): number => Math.round(median(rounds.map((each) => each[of])))
      console.log(
        `${network.name}, ${first ? 'first visit' : 'later'}: painted ${middle('painted')} ms, ` +
          `usable ${middle('usable')} ms, ${middle('bytes')} bytes (median of ${ROUNDS})`,
      )
      expect(middle('usable')).toBeGreaterThan(0)
    }
  }
})
