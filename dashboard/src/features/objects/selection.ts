import type { Target } from './jobs'
import { shownName } from './key-display'

/**
 * Which rows of a listing are selected: some by key, or all of it but some. "All" includes what was not
 * loaded yet, so it costs nothing however long the list is.
 */
export interface Selection {
  readonly mode: 'some' | 'all'
  /** The selected ones, or with "all" those left out. */
  readonly keys: ReadonlySet<string>
}

export const nothing: Selection = { mode: 'some', keys: new Set() }
export const everything: Selection = { mode: 'all', keys: new Set() }

/** What "all" is of: it does not stop at what was loaded, but keeps to what is searched for. */
export function everythingIn(folder: string, prefix: string): string {
  const place = folder === '' ? 'in this bucket' : 'in this folder'
  const search = prefix.slice(folder.length)
  return search === '' ? `everything ${place}` : `everything ${place} that begins with “${shownName(search)}”`
}

export function isSelected(selection: Selection, key: string): boolean {
  return (selection.mode === 'all') !== selection.keys.has(key)
}

export function isEmpty(selection: Selection): boolean {
  return selection.mode === 'some' && selection.keys.size === 0
}

export function toggled(selection: Selection, key: string): Selection {
  const keys = new Set(selection.keys)
  if (!keys.delete(key)) keys.add(key)
  return { mode: selection.mode, keys }
}

export function withKeys(selection: Selection, added: Iterable<string>): Selection {
  const keys = new Set(selection.keys)
  for (const key of added) {
    if (selection.mode === 'all') keys.delete(key)
    else keys.add(key)
  }
  return { mode: selection.mode, keys }
}

/** The selection without keys that are gone. */
export function without(selection: Selection, gone: Iterable<string>): Selection {
  if (selection.mode === 'all') return selection
  const keys = new Set(selection.keys)
  for (const key of gone) keys.delete(key)
  return { mode: 'some', keys }
}

/** What a selection is about: a folder is all keys below it. `prefix` is what all of the list begins with. */
export function targetOf(selection: Selection, prefix: string): Target {
  if (selection.mode === 'all') return { keys: [], prefixes: [prefix], except: selection.keys }
  const all = [...selection.keys]
  return { keys: all.filter((key) => !key.endsWith('/')), prefixes: all.filter((key) => key.endsWith('/')) }
}
