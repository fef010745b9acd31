import { expect, it } from 'vitest'
import { draftOf, hasProblems, metadataOf, problemsOf, type CustomField } from './metadata-form'
import { renameProblem } from './rename'

const field = (id: number, name: string, value: string): CustomField => ({ id, name, value })

it('sends back what it was given', () => {
  const metadata = {
    http_metadata: { contentType: 'a/b' },
    custom_metadata: { one: '1', two: '<b>' },
    storage_class: 'InfrequentAccess' as const,
  }
  expect(metadataOf(draftOf(metadata))).toMatchObject(metadata)
})

it('leaves out what is empty', () => {
  const draft = {
    http: { contentType: ' ', cacheControl: ' no-cache ' },
    custom: [field(0, '', ''), field(1, 'a', '')],
    storageClass: 'Standard' as const,
  }
  const sent = metadataOf(draft)
  expect(sent.http_metadata).toEqual({ cacheControl: 'no-cache' })
  expect({ ...sent.custom_metadata }).toEqual({ a: '' })
})

it('takes any name for a name', () => {
  const sent = metadataOf({ http: {}, custom: [field(0, '__proto__', 'x')], storageClass: 'Standard' })
  expect(JSON.stringify(sent.custom_metadata)).toBe('{"__proto__":"x"}')
})

it.each([
  ['Upper', 'x', 'lower case'],
  ['a b', 'x', 'letters'],
  ['', 'x', 'name'],
  ['a', 'x\ny', 'control'],
])('says what is wrong with %j: %j', (name, value, text) => {
  const problems = problemsOf({ http: {}, custom: [field(7, name, value)] })
  expect(problems.custom.get(7)).toContain(text)
  expect(hasProblems(problems)).toBe(true)
})

it('counts bytes, not letters', () => {
  expect(problemsOf({ http: {}, custom: [field(0, 'a', 'ü'.repeat(4095))] }).size).toBeUndefined()
  expect(problemsOf({ http: {}, custom: [field(0, 'ab', 'ü'.repeat(4096))] }).size).toContain('8,194')
})

it('finds names that are there twice', () => {
  expect(problemsOf({ http: {}, custom: [field(0, 'a', ''), field(1, 'a', '')] }).custom.size).toBe(1)
})

it('refuses to move a folder into itself', () => {
  expect(renameProblem('a/', 'a/b/', true)).toContain('itself')
  expect(renameProblem('a/b/', 'a/', true)).toContain('itself')
  expect(renameProblem('a/', 'b', true)).toContain('slash')
  expect(renameProblem('a/', 'ab/', true)).toBeUndefined()
  expect(renameProblem('a', 'a/b', false)).toBeUndefined()
  expect(renameProblem('a', '', false)).toBeDefined()
})
