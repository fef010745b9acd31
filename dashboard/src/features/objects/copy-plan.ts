import { refusalOf } from '../uploads/plan'
import type { Target } from './jobs'

/** What is copied, and what its keys begin with that the new ones do not. */
export interface CopySource {
  readonly target: Target
  /** The whole key of one object, the prefix of one folder, or the folder that a selection was made in. */
  readonly base: string
  readonly kind: 'object' | 'folder' | 'selection'
}

export function copySource(target: Target, folder: string): CopySource {
  const { keys, prefixes, except } = target
  const only = keys.length + prefixes.length === 1 && !except ? (keys[0] ?? prefixes[0]) : undefined
  if (only === undefined) return { target, base: folder, kind: 'selection' }
  return { target, base: only, kind: keys.length === 1 ? 'object' : 'folder' }
}

/** What takes the place of the base: one object gets the key as it was typed, all else goes into a folder. */
export function destinationOf({ kind }: CopySource, typed: string): string {
  return kind === 'object' || typed === '' || typed.endsWith('/') ? typed : `${typed}/`
}

/** Why this cannot be copied there, in a person's words; undefined when it can. */
export function copyProblem(source: CopySource, to: string, intoSameBucket: boolean): string | undefined {
  const { kind, base, target } = source
  if (kind === 'object' && to === '') return 'Type a key.'
  if (kind === 'object' && to.endsWith('/') && !base.endsWith('/')) return 'A key that ends in a slash is a folder: add a name.'
  if (intoSameBucket) {
    if (to === base) return kind === 'object' ? 'This is its key now.' : 'They are there now.'
    if (target.prefixes.some((prefix) => overlaps(prefix, to + prefix.slice(base.length), target.except))) {
      return 'A folder cannot be copied into itself or its parents.'
    }
  }
  return refusalOf(to, 0)
}

/** Copies that land among what is still listed would be found there, and copied once more, without an end. */
function overlaps(from: string, to: string, except: ReadonlySet<string> | undefined): boolean {
  if (!to.startsWith(from) && !from.startsWith(to)) return false
  return ![...(except ?? [])].some((left) => left.endsWith('/') && to.startsWith(left))
}

/** The folder that is being typed: all up to the last slash. */
export function folderOfTyped(typed: string): string {
  return typed.slice(0, typed.lastIndexOf('/') + 1)
}
