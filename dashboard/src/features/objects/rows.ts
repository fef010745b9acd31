/** A line of the list: a folder (a common prefix) or an object. */
export type Row =
  | { readonly kind: 'folder'; readonly key: string }
  | { readonly kind: 'object'; readonly key: string; readonly object: RowObject }

export interface RowObject {
  readonly key: string
  readonly size: number
  readonly last_modified: string
  readonly storage_class: string
}

/**
 * A page's objects and common prefixes in the order of the server, which is that of the keys' bytes: only so do
 * pages follow on each other. Folders therefore stand among the objects, not before them.
 */
export function mergeRows(objects: readonly RowObject[], prefixes: readonly string[]): Row[] {
  const rows: Row[] = []
  let at = 0
  for (const object of objects) {
    for (let prefix = prefixes[at]; prefix !== undefined; prefix = prefixes[++at]) {
      if (compareKeys(prefix, object.key) > 0) break
      rows.push({ kind: 'folder', key: prefix })
    }
    rows.push({ kind: 'object', key: object.key, object })
  }
  for (const prefix of prefixes.slice(at)) rows.push({ kind: 'folder', key: prefix })
  return rows
}

/** By code points, which is the order of UTF-8 bytes; strings themselves compare by UTF-16 units. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    // Surrogates stand for code points above all that a single unit can be.
    const xs = x >= 0xd800 && x <= 0xdfff
    const ys = y >= 0xd800 && y <= 0xdfff
    if (xs !== ys) return xs ? 1 : -1
    return x - y
  }
  return a.length - b.length
}
