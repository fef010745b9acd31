/** A field of an entry's state: where it is, and what it was and became. `undefined`: it was not there. */
export interface FieldChange {
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
  readonly kind: 'added' | 'removed' | 'changed' | 'same'
}

/** States are the server's own and small; these are for one that is not. */
const fieldsMax = 500
const depthMax = 8

/** The difference between two states of anything, field by field, changes first and in the order of the fields. */
export function fieldChanges(before: unknown, after: unknown): FieldChange[] {
  const was = flatten(before)
  const is = flatten(after)
  const changes = [...new Set([...was.keys(), ...is.keys()])].map((path): FieldChange => {
    const [a, b] = [was.get(path), is.get(path)]
    const kind = a === undefined ? 'added' : b === undefined ? 'removed' : a === b ? 'same' : 'changed'
    return { path, before: a, after: b, kind }
  })
  return [...changes.filter(({ kind }) => kind !== 'same'), ...changes.filter(({ kind }) => kind === 'same')]
}

function flatten(value: unknown): Map<string, string> {
  const fields = new Map<string, string>()
  if (value !== null && value !== undefined) add(fields, '', value, 0)
  return fields
}

function add(fields: Map<string, string>, path: string, value: unknown, depth: number): void {
  if (fields.size >= fieldsMax) return
  if (typeof value !== 'object' || value === null || isShortList(value)) {
    fields.set(path, textOf(value))
    return
  }
  if (depth >= depthMax) {
    fields.set(path, '…')
    return
  }
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [`${path}[${index}]`, item])
    : Object.entries(value).map(([name, item]) => [path === '' ? name : `${path}.${name}`, item])
  // Nothing inside is a fact too.
  if (entries.length === 0) fields.set(path, Array.isArray(value) ? 'none' : '{}')
  for (const [name, item] of entries) add(fields, name, item, depth + 1)
}

/** Names in a list are read as one thing: "a, b". */
function isShortList(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item !== 'object' || item === null)
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (isShortList(value)) return value.map(textOf).join(', ')
  return JSON.stringify(value) ?? ''
}
