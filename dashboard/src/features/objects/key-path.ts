/**
 * The key in a URL's path. A URL parser resolves the segments "." and ".." even when their dots are
 * escaped, so a slash beside such a segment is escaped instead; the server decodes after routing.
 * The keys "." and ".." themselves cannot be written in a URL at all: see `isAddressable`.
 */
export function encodeKey(key: string): string {
  const segments = key.split('/')
  let out = encodeURIComponent(segments[0] ?? '')
  for (let i = 1; i < segments.length; i++) {
    const before = segments[i - 1] ?? ''
    const segment = segments[i] ?? ''
    const plain = !isDots(before) && !isDots(segment)
    out += (plain ? '/' : '%2F') + encodeURIComponent(segment)
  }
  return out
}

export function isAddressable(key: string): boolean {
  return key !== '' && !isDots(key)
}

function isDots(segment: string): boolean {
  return segment === '.' || segment === '..'
}
