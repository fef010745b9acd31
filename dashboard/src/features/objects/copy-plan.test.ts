import { describe, expect, it } from 'vitest'
import { copyProblem, copySource, destinationOf, folderOfTyped } from './copy-plan'
import { everything, targetOf, toggled } from './selection'

const object = copySource({ keys: ['a/x.txt'], prefixes: [] }, 'a/')
const folder = copySource({ keys: [], prefixes: ['a/b/'] }, 'a/')
const several = copySource({ keys: ['a/x', 'a/y'], prefixes: ['a/b/'] }, 'a/')

it('knows one object and one folder from a selection', () => {
  expect(object).toMatchObject({ kind: 'object', base: 'a/x.txt' })
  expect(folder).toMatchObject({ kind: 'folder', base: 'a/b/' })
  expect(several).toMatchObject({ kind: 'selection', base: 'a/' })
  expect(copySource(targetOf(everything, 'a/'), 'a/')).toMatchObject({ kind: 'selection', base: 'a/' })
})

it('ends folders in a slash, and takes keys as they are', () => {
  expect(destinationOf(folder, 'z')).toBe('z/')
  expect(destinationOf(several, 'z/')).toBe('z/')
  expect(destinationOf(several, '')).toBe('')
  expect(destinationOf(object, 'z')).toBe('z')
})

describe('copyProblem', () => {
  it('minds what is there only in the same bucket', () => {
    for (const source of [object, folder, several]) {
      expect(copyProblem(source, source.base, true)).toContain('now')
      expect(copyProblem(source, source.base, false)).toBeUndefined()
    }
  })
  it('asks for a name for an object', () => {
    expect(copyProblem(object, '', false)).toBeDefined()
    expect(copyProblem(object, 'z/', false)).toContain('add a name')
    expect(copyProblem(copySource({ keys: ['marker/'], prefixes: [] }, ''), 'z/', false)).toBeUndefined()
  })
  it('lets no folder be copied into itself', () => {
    expect(copyProblem(folder, 'a/b/c/', true)).toContain('itself')
    expect(copyProblem(folder, 'a/', true)).toContain('itself')
    expect(copyProblem(folder, 'a/b/c/', false)).toBeUndefined()
    expect(copyProblem(folder, 'a/bb/', true)).toBeUndefined()
    expect(copyProblem(several, 'a/b/', true)).toContain('itself')
    expect(copyProblem(several, 'z/', true)).toBeUndefined()
    expect(copyProblem(several, '', true)).toBeUndefined()
  })
  it('lets everything be copied into a folder that is left out of it', () => {
    const all = copySource(targetOf(everything, ''), '')
    expect(copyProblem(all, 'backup/', true)).toContain('itself')
    const without = copySource(targetOf(toggled(everything, 'backup/'), ''), '')
    expect(copyProblem(without, 'backup/today/', true)).toBeUndefined()
    expect(copyProblem(without, 'other/', true)).toContain('itself')
  })
  it('knows the longest key', () => {
    expect(copyProblem(object, 'k'.repeat(1025), false)).toContain('1,024')
  })
})

it('finds the folder that is typed in', () => {
  expect(folderOfTyped('a/b/ca')).toBe('a/b/')
  expect(folderOfTyped('a')).toBe('')
})
