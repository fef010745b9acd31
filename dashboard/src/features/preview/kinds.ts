/** How an object is shown: the first three in the sandboxed frame, media by the browser's own players. */
export type PreviewKind = 'image' | 'text' | 'pdf' | 'video' | 'audio' | 'none'

export const previewBytesMax = 20 * 1024 * 1024
/** More text than this is of no use on a screen and slow to lay out. */
export const textBytesMax = 1024 * 1024

const imageTypes = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
  'image/svg+xml',
  'image/x-icon',
  'image/vnd.microsoft.icon',
])
const videoTypes = new Set(['video/mp4', 'video/webm', 'video/ogg', 'video/quicktime'])
const audioTypes = new Set([
  'audio/mpeg',
  'audio/mp4',
  'audio/aac',
  'audio/ogg',
  'audio/wav',
  'audio/x-wav',
  'audio/webm',
  'audio/flac',
])
const textTypes = new Set([
  'application/json',
  'application/xml',
  'application/xhtml+xml',
  'application/javascript',
  'application/ecmascript',
  'application/x-ndjson',
  'application/yaml',
  'application/x-yaml',
  'application/toml',
  'application/sql',
  'application/x-sh',
  'application/x-httpd-php',
])

/** For objects whose uploader named no type, or the one that says nothing. */
const typeOfExtension: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
  svg: 'image/svg+xml',
  ico: 'image/x-icon',
  pdf: 'application/pdf',
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  ogv: 'video/ogg',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
  oga: 'audio/ogg',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  json: 'application/json',
  txt: 'text/plain',
  md: 'text/plain',
  csv: 'text/plain',
  tsv: 'text/plain',
  log: 'text/plain',
  html: 'text/plain',
  htm: 'text/plain',
  css: 'text/plain',
  js: 'text/plain',
  mjs: 'text/plain',
  ts: 'text/plain',
  tsx: 'text/plain',
  jsx: 'text/plain',
  xml: 'text/plain',
  yaml: 'text/plain',
  yml: 'text/plain',
  toml: 'text/plain',
  ini: 'text/plain',
  conf: 'text/plain',
  sh: 'text/plain',
  py: 'text/plain',
  go: 'text/plain',
  rs: 'text/plain',
  c: 'text/plain',
  h: 'text/plain',
  cc: 'text/plain',
  cpp: 'text/plain',
  java: 'text/plain',
  rb: 'text/plain',
  sql: 'text/plain',
  ndjson: 'text/plain',
}

const saysNothing = new Set(['', 'application/octet-stream', 'binary/octet-stream'])

/** The media type to go by, in lower case and without parameters. */
export function effectiveType(contentType: string | undefined, key: string): string {
  const stated = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (!saysNothing.has(stated)) return stated
  const extension = /\.([a-z0-9]+)$/i.exec(key)?.[1]?.toLowerCase() ?? ''
  // hasOwn: an object may well be called "x.constructor".
  return Object.hasOwn(typeOfExtension, extension) ? (typeOfExtension[extension] ?? stated) : stated
}

export function previewKind(contentType: string | undefined, key: string): PreviewKind {
  const type = effectiveType(contentType, key)
  if (imageTypes.has(type)) return 'image'
  if (type === 'application/pdf') return 'pdf'
  if (videoTypes.has(type)) return 'video'
  if (audioTypes.has(type)) return 'audio'
  if (type.startsWith('text/') || textTypes.has(type)) return 'text'
  if (type.startsWith('application/') && (type.endsWith('+json') || type.endsWith('+xml'))) return 'text'
  return 'none'
}
