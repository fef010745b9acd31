import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/**
 * R2's rule: the Secret Access Key is the SHA-256 of the token's value, in hex. Not by crypto.subtle, which browsers
 * do not have on plain HTTP.
 */
export function secretAccessKeyOf(tokenValue: string): string {
  return bytesToHex(sha256(utf8ToBytes(tokenValue)))
}
