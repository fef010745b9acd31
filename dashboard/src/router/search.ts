/** Reads these texts of an address's search part; absent when empty, so that addresses stay short. */
export function texts<Name extends string>(...names: Name[]) {
  return (search: Record<string, unknown>): { [N in Name]?: string } => {
    const found: { [N in Name]?: string } = {}
    for (const name of names) {
      const value = search[name]
      if (typeof value === 'string' && value !== '') found[name] = value
    }
    return found
  }
}

/**
 * Where to go after sign-in: a path of this origin or nothing. A value from a link must not lead elsewhere
 * (`//host`, `/\host`) nor back to sign-in.
 */
export function returnPath(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\/(?![/\\])/.test(value)) return undefined
  if (value === '/' || value.startsWith('/sign-in') || value.startsWith('/setup')) return undefined
  return value
}
