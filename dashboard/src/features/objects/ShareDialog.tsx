import { Button } from '@cloudflare/kumo/components/button'
import { Dialog } from '@cloudflare/kumo/components/dialog'
import { Select } from '@cloudflare/kumo/components/select'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { CopyButton, CopyField } from '~/components/copy'
import { formatTime } from '~/components/format'
import { FormError } from '~/components/states'
import type { BucketRef } from './bucket-ref'
import { FocusHere } from './FocusHere'
import { baseName } from './key-display'
import { Name } from './Name'
import { createShareLink } from './objects'

/** Up to the seven days that S3 allows a signed address. */
const lifetimes: Record<string, string> = {
  '900': '15 minutes',
  '3600': '1 hour',
  '43200': '12 hours',
  '86400': '1 day',
  '259200': '3 days',
  '604800': '7 days',
}

interface Props {
  bucket: BucketRef
  objectKey: string
  onClose: () => void
}

/** A link that lets anybody read one object for a while. It is a secret: kept here alone. */
export function ShareDialog({ bucket, objectKey, onClose }: Props) {
  const [seconds, setSeconds] = useState('86400')
  const link = useMutation({
    mutationFn: () => createShareLink(bucket, objectKey, Number(seconds)),
    gcTime: 0,
  })
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog className="z-50! max-w-[calc(100vw-2rem)] p-6 sm:w-lg">
        <div className="flex flex-col gap-4">
          <Dialog.Title className="text-xl font-semibold text-kumo-strong wrap-anywhere">
            Share <Name text={baseName(objectKey)} />
          </Dialog.Title>
          <p>Anybody who has the link can read this one object until it expires, without signing in.</p>
          {link.data === undefined ? (
            <Select
              label="Expires after"
              hideLabel={false}
              className="w-full"
              value={seconds}
              onValueChange={(value) => value !== null && setSeconds(value)}
              items={lifetimes}
            />
          ) : (
            <FocusHere className="flex flex-col gap-4">
              <CopyField label="Link" value={link.data.url} />
              <p className="text-kumo-subtle">
                Expires {formatTime(link.data.expires_on)}. To end it sooner, revoke the API token with the Access Key
                ID <code className="font-mono text-sm wrap-anywhere">{link.data.parent_access_key_id}</code>, or delete
                the object.
              </p>
            </FocusHere>
          )}
          <FormError error={link.error} />
          <div className="flex flex-wrap justify-end gap-2">
            <Dialog.Close render={<Button>{link.data === undefined ? 'Cancel' : 'Close'}</Button>} />
            {link.data !== undefined && (
              <CopyButton text={link.data.url} label="link" size="base">
                Copy link
              </CopyButton>
            )}
            {link.data === undefined && (
              <Button
                variant="primary"
                loading={link.isPending}
                disabled={link.isPending}
                onClick={() => link.mutate()}
              >
                Create link
              </Button>
            )}
          </div>
        </div>
      </Dialog>
    </Dialog.Root>
  )
}
