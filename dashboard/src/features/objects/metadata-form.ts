import type { StorageClass } from '~/api/client'
import type { HttpMetadata, Metadata } from './objects'

/** The server's limit on the names and values of custom metadata together. */
export const customBytesMax = 8192

export const httpFields = [
  { name: 'contentType', label: 'Content-Type', example: 'image/png' },
  { name: 'contentEncoding', label: 'Content-Encoding', example: 'gzip' },
  { name: 'contentLanguage', label: 'Content-Language', example: 'en' },
  { name: 'contentDisposition', label: 'Content-Disposition', example: 'attachment; filename="photo.png"' },
  { name: 'cacheControl', label: 'Cache-Control', example: 'max-age=3600' },
  { name: 'cacheExpiry', label: 'Expires', example: 'Thu, 01 Jan 2027 00:00:00 GMT' },
] as const satisfies readonly { name: keyof HttpMetadata; label: string; example: string }[]

export interface CustomField {
  /** Stays while name and value are edited. */
  readonly id: number
  readonly name: string
  readonly value: string
}

export interface MetadataDraft {
  readonly http: HttpMetadata
  readonly custom: readonly CustomField[]
  readonly storageClass: StorageClass
}

export function draftOf({ http_metadata, custom_metadata, storage_class }: Metadata): MetadataDraft {
  return {
    http: http_metadata,
    custom: Object.entries(custom_metadata).map(([name, value], id) => ({ id, name, value })),
    storageClass: storage_class,
  }
}

/** What to send: nothing for what was left empty. */
export function metadataOf({ http, custom, storageClass }: MetadataDraft): Metadata {
  const http_metadata: HttpMetadata = {}
  for (const { name } of httpFields) {
    const value = http[name]?.trim()
    if (value) http_metadata[name] = value
  }
  // No prototype: a name may be "__proto__".
  const custom_metadata = Object.create(null) as Record<string, string>
  for (const { name, value } of custom) if (name !== '') custom_metadata[name] = value
  return { http_metadata, custom_metadata, storage_class: storageClass }
}

/** A header's name, in lower case as S3 keeps them. */
const headerName = /^[a-z0-9!#$%&'*+.^_`|~-]+$/
const control = /[\u0000-\u0008\u000a-\u001f\u007f]/

export interface DraftProblems {
  readonly http: Partial<Record<keyof HttpMetadata, string>>
  readonly custom: ReadonlyMap<number, string>
  readonly size?: string
}

export function problemsOf({ http, custom }: Pick<MetadataDraft, 'http' | 'custom'>): DraftProblems {
  const problems: Partial<Record<keyof HttpMetadata, string>> = {}
  for (const { name } of httpFields) if (control.test(http[name] ?? '')) problems[name] = 'Has a control character.'
  const seen = new Set<string>()
  const byField = new Map<number, string>()
  for (const { id, name, value } of custom) {
    const problem = customProblem(name, value, seen)
    if (problem !== undefined) byField.set(id, problem)
    seen.add(name)
  }
  const bytes = customBytes(custom)
  return {
    http: problems,
    custom: byField,
    ...(bytes > customBytesMax
      ? { size: `Custom metadata has ${bytes.toLocaleString('en')} bytes; 8,192 are allowed.` }
      : {}),
  }
}

function customProblem(name: string, value: string, seen: ReadonlySet<string>): string | undefined {
  if (name === '') return value === '' ? undefined : 'Give it a name.'
  if (name !== name.toLowerCase()) return 'Names are lower case.'
  if (!headerName.test(name)) return 'Names have letters, digits and - _ . only.'
  if (seen.has(name)) return 'There is one of this name already.'
  if (control.test(value)) return 'The value has a control character.'
  return undefined
}

export function customBytes(custom: readonly CustomField[]): number {
  const encoder = new TextEncoder()
  return custom.reduce((sum, { name, value }) => sum + encoder.encode(name).length + encoder.encode(value).length, 0)
}

export function hasProblems({ http, custom, size }: DraftProblems): boolean {
  return Object.keys(http).length > 0 || custom.size > 0 || size !== undefined
}
