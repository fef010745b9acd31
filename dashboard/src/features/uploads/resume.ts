import { partRange } from './plan'
import type { UploadRecord } from './memory'
import type { UploadedPart } from './transport'

interface FileFacts {
  readonly name: string
  readonly size: number
  readonly lastModified: number
}

/** What about `file` differs from the one whose upload was begun; empty when it is the same. */
export function differences(record: UploadRecord, file: FileFacts): string[] {
  const out: string[] = []
  if (file.name !== record.name) out.push('its name')
  if (file.size !== record.size) out.push('its size')
  if (file.lastModified !== record.lastModified) out.push('the time of its last change')
  return out
}

/**
 * The parts of the server's list that can stay: those in the plan and of the size the plan gives
 * them. Others are sent again, which replaces them.
 */
export function usableParts(
  size: number,
  partSize: number,
  present: readonly UploadedPart[],
): Map<number, UploadedPart> {
  const parts = Math.ceil(size / partSize)
  const usable = new Map<number, UploadedPart>()
  for (const part of present) {
    if (part.part_number < 1 || part.part_number > parts) continue
    const { start, end } = partRange(size, partSize, part.part_number)
    if (part.size === end - start) usable.set(part.part_number, part)
  }
  return usable
}
