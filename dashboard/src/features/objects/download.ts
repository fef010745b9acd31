import { useCallback } from 'react'
import { csrfToken } from '~/api/csrf'
import { toast } from '~/components/toast'
import { ticketUrl } from '../preview/ticket'
import type { BucketRef } from './bucket-ref'
import { baseName } from './key-display'
import { isAddressable } from './key-path'

/** Browsers ask before a page starts many downloads, and drop those that come too fast. */
export const downloadsMax = 20
const betweenMs = 400

/** Downloads go through the browser itself, with a ticket in their address: they may be larger than memory. */
export function useDownload(bucket: BucketRef): (keys: readonly string[]) => void {
  return useCallback(
    (keys) => {
      const possible = keys.filter(isAddressable)
      if (possible.length < keys.length) toast.error('Objects called “.” or “..” can only be downloaded over S3')
      possible.slice(0, downloadsMax).forEach((key, index) => {
        setTimeout(() => start(ticketUrl(bucket, key, csrfToken(), Date.now()), baseName(key)), index * betweenMs)
      })
    },
    [bucket],
  )
}

function start(url: string, name: string): void {
  const link = document.createElement('a')
  link.href = url
  // A refusal then shows as a failed download instead of taking the place of this page.
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
}
