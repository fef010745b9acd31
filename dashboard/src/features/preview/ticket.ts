import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { BucketRef } from '../objects/bucket-ref'
import { bucketPath } from '../objects/bucket-ref'
import { encodeKey } from '../objects/key-path'

/** The server takes an hour at most; a little less, since clocks differ. */
export const ticketLifeS = 55 * 60

/**
 * What stands for the CSRF header in an address that the browser itself loads: `<expires>.<mac>`.
 * crypto.subtle is absent on plain http, hence a library.
 */
export function makeTicket(csrfToken: string, path: string, query: string, expiresS: number): string {
  const text = `GET\n${path}\n${query}\n${expiresS}`
  return `${expiresS}.${bytesToHex(hmac(sha256, utf8ToBytes(csrfToken), utf8ToBytes(text)))}`
}

/** The address of an object for a download or a media element. Good for this session, for an hour. */
export function ticketUrl(ref: BucketRef, key: string, csrfToken: string, nowMs: number): string {
  const path = `${bucketPath(ref)}/objects/${encodeKey(key)}`
  const query = ref.jurisdiction === 'default' ? '' : `cf-r2-jurisdiction=${ref.jurisdiction}`
  const ticket = makeTicket(csrfToken, path, query, Math.floor(nowMs / 1000) + ticketLifeS)
  return `${path}?${query ? `${query}&` : ''}ticket=${ticket}`
}
