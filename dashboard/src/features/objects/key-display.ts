/** One run of a name: as it is, or a character that would be invisible or act on the text around it. */
export interface NameRun {
  readonly text: string
  /** What stands for it, and its name for a tooltip, where it is not shown as it is. */
  readonly symbol?: { readonly shown: string; readonly name: string }
}

/**
 * Controls, line and paragraph separators, zero-width and bidirectional formatting characters, tags,
 * and spaces other than U+0020, which could pass for one. A zero-width joiner between two letters
 * or emoji is left alone: scripts and emoji need it.
 */
const hidden =
  /[\p{Cc}\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}\p{Co}\p{Cs}]|(?! )\p{Zs}/gu

const controlPicturesStart = 0x2400
const deleteCode = 0x7f

export function nameRuns(name: string): NameRun[] {
  const runs: NameRun[] = []
  let last = 0
  for (const match of name.matchAll(hidden)) {
    const at = match.index
    if (at > last) runs.push({ text: name.slice(last, at) })
    runs.push({ text: match[0], symbol: symbolOf(match[0]) })
    last = at + match[0].length
  }
  if (last < name.length) runs.push({ text: name.slice(last) })
  return runs
}

function symbolOf(character: string): { shown: string; name: string } {
  const code = character.codePointAt(0) ?? 0
  const name = codePointName(code)
  if (code < 0x20) return { shown: String.fromCodePoint(controlPicturesStart + code), name }
  if (code === deleteCode) return { shown: '\u2421', name }
  return { shown: `⟨${name}⟩`, name }
}

function codePointName(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}

/** The same as plain text, for titles, labels and messages. */
export function shownName(name: string): string {
  return nameRuns(name)
    .map((run) => run.symbol?.shown ?? run.text)
    .join('')
}

/** What a key is called inside the folder `prefix`. A key that equals the prefix is the folder itself. */
export function nameIn(prefix: string, key: string): string {
  return key.startsWith(prefix) ? key.slice(prefix.length) : key
}

/** "photos/2026/" → "photos/" ; "photos/" → "" */
export function parentOf(prefix: string): string {
  const end = prefix.lastIndexOf('/', prefix.length - 2)
  return end < 0 ? '' : prefix.slice(0, end + 1)
}

export interface Crumb {
  readonly name: string
  readonly prefix: string
}

/** The folders on the way to `prefix`. Doubled slashes make folders without a name; they are kept. */
export function crumbs(prefix: string): Crumb[] {
  const out: Crumb[] = []
  let from = 0
  for (let slash = prefix.indexOf('/'); slash >= 0; slash = prefix.indexOf('/', from)) {
    out.push({ name: prefix.slice(from, slash), prefix: prefix.slice(0, slash + 1) })
    from = slash + 1
  }
  return out
}

/** The last segment of a key, or the whole key when it ends in a slash. */
export function baseName(key: string): string {
  const slash = key.lastIndexOf('/')
  return slash < 0 || slash === key.length - 1 ? key : key.slice(slash + 1)
}
