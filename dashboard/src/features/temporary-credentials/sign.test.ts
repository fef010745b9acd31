import { expect, test } from 'vitest'
import { linesOf, type CredentialRequest } from './credentials'
import { mintCommand, mintProgram, shellQuote } from './sign'

const request: CredentialRequest = {
  accountId: 'a'.repeat(32),
  parentAccessKeyId: 'b'.repeat(32),
  jurisdiction: 'default',
  bucket: 'photos',
  permission: 'object-read-write',
  actions: ['PutObject'],
  prefixes: ["it's $(here)/"],
  objects: [],
  ttlSeconds: 900,
}

test('a shell gets a key as it is', () => {
  expect(shellQuote('uploads/a.jpg')).toBe('uploads/a.jpg')
  expect(shellQuote("it's")).toBe(`'it'\\''s'`)
  expect(shellQuote('$(x)')).toBe("'$(x)'")
  expect(shellQuote('')).toBe("''")
})

test('the command has every part of the request, and no secret', () => {
  const command = mintCommand(request, 'http://127.0.0.1:9010')
  for (const part of ['--bucket photos', '--action PutObject', '--ttl 900', `--prefix 'it'\\''s $(here)/'`]) {
    expect(command).toContain(part)
  }
})

test('the program has the claims that the server reads', () => {
  const program = mintProgram(request, 'http://127.0.0.1:9010')
  expect(program).toContain('"aud": "127.0.0.1:9010"')
  expect(program).toContain('"scope": "object-read-write"')
  expect(program).toContain('"prefixPaths"')
  expect(mintProgram({ ...request, prefixes: [] }, '')).not.toContain('paths')
})

test('a line is a key with all its spaces', () => {
  expect(linesOf('a\n\n b \n')).toEqual(['a', ' b '])
})
