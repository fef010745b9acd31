import { expect, it } from 'vitest'
import { previewKind } from './kinds'
import { makeTicket, ticketUrl } from './ticket'

it.each([
  ['image/png', 'x', 'image'],
  ['image/svg+xml', 'x.svg', 'image'],
  ['text/html; charset=utf-8', 'x.html', 'text'],
  ['application/json', 'x', 'text'],
  ['application/problem+json', 'x', 'text'],
  ['application/pdf', 'x', 'pdf'],
  ['VIDEO/MP4', 'x', 'video'],
  ['audio/mpeg', 'x', 'audio'],
  ['application/zip', 'x.png', 'none'],
  ['application/octet-stream', 'x.PNG', 'image'],
  [undefined, 'x.html', 'text'],
  [undefined, 'x.constructor', 'none'],
  [undefined, 'folder/', 'none'],
  ['image/tiff', 'x', 'none'],
] as const)('shows %s called %s as %s', (type, key, kind) => {
  expect(previewKind(type, key)).toBe(kind)
})

// Computed with Python's hmac module.
const token = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'
const path = '/client/v4/accounts/61b7bf5ad6dd026db78be4f23b88e1fa/r2/buckets/films/objects/a%20b/clip.mp4'

it('makes the ticket that the server computes', () => {
  expect(makeTicket(token, path, 'cf-r2-jurisdiction=eu', 1790000000)).toBe(
    '1790000000.27c8e42c7ceab995ce2af0b3b779f6949a856ff53cd95dd0eeeea76c11cc6724',
  )
  expect(makeTicket(token, path, '', 1790000000)).toBe(
    '1790000000.09c1d648bc8ac76cd650709ba2c6930c38f4942c2767ce7ed4d98c85656ca046',
  )
})

it('puts the ticket last in the address', () => {
  const ref = { account: '61b7bf5ad6dd026db78be4f23b88e1fa', jurisdiction: 'eu', bucket: 'films' } as const
  const now = (1790000000 - 55 * 60) * 1000
  expect(ticketUrl(ref, 'a b/clip.mp4', token, now)).toBe(
    `${path}?cf-r2-jurisdiction=eu&ticket=${makeTicket(token, path, 'cf-r2-jurisdiction=eu', 1790000000)}`,
  )
})
