import { describe, expect, it } from 'vitest'
import { baseName, crumbs, nameIn, nameRuns, parentOf, shownName } from './key-display'
import { encodeKey, isAddressable } from './key-path'

describe('nameRuns', () => {
  it('leaves ordinary names of any script alone', () => {
    for (const name of ['a b.txt', 'ünïcode', '文件', 'ملف.txt', '👩‍👩‍👧', '<script>alert(1)</script>']) {
      expect(nameRuns(name)).toEqual([{ text: name }])
    }
  })
  it('shows controls as their pictures', () => {
    expect(shownName('a\nb\u0000\u007f')).toBe('a␊b␀␡')
  })
  it('shows what reorders or hides text', () => {
    expect(shownName('invoice\u202efdp.exe')).toBe('invoice⟨U+202E⟩fdp.exe')
    expect(shownName('a\u200bb\u2066c\u{e0041}')).toBe('a⟨U+200B⟩b⟨U+2066⟩c⟨U+E0041⟩')
    expect(shownName('a\u00a0b')).toBe('a⟨U+00A0⟩b')
  })
  it('shows the C1 controls', () => {
    expect(shownName('\u0085')).toBe('⟨U+0085⟩')
  })
  it('keeps the text of each run, so that a copy is exact', () => {
    const name = 'x\u202ey\tz'
    expect(
      nameRuns(name)
        .map((run) => run.text)
        .join(''),
    ).toBe(name)
  })
})

describe('folders', () => {
  it('names keys inside a folder', () => {
    expect(nameIn('a/', 'a/b.txt')).toBe('b.txt')
    expect(nameIn('a/', 'a/')).toBe('')
    expect(nameIn('b/', 'a/c')).toBe('a/c')
  })
  it('walks up', () => {
    expect(parentOf('a/b/')).toBe('a/')
    expect(parentOf('a/')).toBe('')
    expect(parentOf('')).toBe('')
    expect(parentOf('a//')).toBe('a/')
  })
  it('makes breadcrumbs, nameless folders included', () => {
    expect(crumbs('a//b/')).toEqual([
      { name: 'a', prefix: 'a/' },
      { name: '', prefix: 'a//' },
      { name: 'b', prefix: 'a//b/' },
    ])
    expect(crumbs('')).toEqual([])
    expect(crumbs('/')).toEqual([{ name: '', prefix: '/' }])
  })
  it('takes the last segment', () => {
    expect(baseName('a/b/c.txt')).toBe('c.txt')
    expect(baseName('a/b/')).toBe('a/b/')
    expect(baseName('c')).toBe('c')
  })
})

describe('encodeKey', () => {
  const pathOf = (key: string) => new URL(`http://h/objects/${encodeKey(key)}`).pathname.slice('/objects/'.length)
  it('survives a URL parser', () => {
    for (const key of [
      'a/b c',
      'a/../b',
      '../x',
      'x/..',
      './y',
      'a//b',
      '/a',
      'a?b#c%2F',
      'ü',
      'a/.',
      '..a',
      'a\\b',
      'a\tb\n',
    ]) {
      expect(decodeURIComponent(pathOf(key)), key).toBe(key)
    }
  })
  it('keeps ordinary slashes readable', () => {
    expect(encodeKey('a/b/c d')).toBe('a/b/c%20d')
  })
  it('knows the keys no URL can name', () => {
    expect(isAddressable('..')).toBe(false)
    expect(isAddressable('.')).toBe(false)
    expect(isAddressable('a/..')).toBe(true)
  })
})
