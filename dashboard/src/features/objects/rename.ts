import { refusalOf } from '../uploads/plan'

/** Why `from` cannot become `to`, in a person's words; undefined when it can. */
export function renameProblem(from: string, to: string, isFolder: boolean): string | undefined {
  if (to === '') return 'Type a key.'
  if (isFolder && !to.endsWith('/')) return 'A folder ends in a slash.'
  if (to === from) return 'This is what it is called now.'
  // Objects that just arrived would be found again, and moved once more.
  if (isFolder && (to.startsWith(from) || from.startsWith(to))) return 'A folder cannot go into itself or its parents.'
  return refusalOf(to, 0)
}
