import { expect, test } from 'vitest'
import { passwordProblem } from './password'
import { describeUserAgent } from './sessions'

test('a password has 12 to 1024 bytes, not characters', () => {
  expect(passwordProblem('a'.repeat(11))).toContain('1 more')
  expect(passwordProblem('a'.repeat(12))).toBeUndefined()
  expect(passwordProblem('ä'.repeat(6))).toBeUndefined()
  expect(passwordProblem('ä'.repeat(513))).toContain('1026')
})

test('a user agent is said so that a person recognises it', () => {
  expect(describeUserAgent('Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0')).toBe(
    'Firefox on Linux',
  )
  expect(describeUserAgent('curl/8')).toBe('curl/8')
  expect(describeUserAgent('')).toBe('Unknown browser')
})
