import { expect, test } from 'vitest'
import { questionProblem, relevant } from './operations'

const key = 'a'.repeat(32)

test('a question is complete when its operation has what it acts on', () => {
  expect(questionProblem({})).toBe('Choose a token.')
  expect(questionProblem({ key, operation: 'ListBuckets' })).toBeUndefined()
  expect(questionProblem({ key, operation: 'ListObjectsV2' })).toBe('Name a bucket.')
  expect(questionProblem({ key, operation: 'GetObject', bucket: 'b' })).toBe('Name an object.')
  expect(questionProblem({ key, operation: 'CopyObject', bucket: 'b', object: 'o', source: 'x' })).toContain(
    'BUCKET/KEY',
  )
  expect(questionProblem({ key, operation: 'CopyObject', bucket: 'b', object: 'o', source: 'x/y' })).toBeUndefined()
})

test('what an operation does not ask for is left out', () => {
  expect(
    relevant({ key, operation: 'ListBuckets', bucket: 'b', object: 'o', source: 's/o', jurisdiction: 'default' }),
  ).toEqual({ key, operation: 'ListBuckets' })
})
