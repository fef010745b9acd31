import { expect, test } from 'vitest'
import { returnPath, texts } from './search'

test.each(['/abc/r2?search=x', '/profile'])('returnPath takes %s', (path) => expect(returnPath(path)).toBe(path))

test.each([
  '//evil.example',
  '/\\evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  '/sign-in?to=/x',
  '/setup',
  '/',
  '',
  7,
  undefined,
])('returnPath refuses %s', (path) => expect(returnPath(path)).toBeUndefined())

test('texts takes what it is asked for, if it is a text and not empty', () => {
  expect(texts('a', 'b', 'c')({ a: 'x', b: '', c: 1, d: 'y' })).toEqual({ a: 'x' })
})
