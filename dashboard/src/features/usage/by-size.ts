interface Sized {
  name: string
  bytes?: number | undefined
  objects?: number | undefined
}

/** Largest first; then by objects and name, so that the order is the same each time. */
export function bySize<T extends Sized>(buckets: readonly T[]): T[] {
  return [...buckets].sort(
    (a, b) => (b.bytes ?? 0) - (a.bytes ?? 0) || (b.objects ?? 0) - (a.objects ?? 0) || (a.name < b.name ? -1 : 1),
  )
}
