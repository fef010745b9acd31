import { Input } from '@cloudflare/kumo/components/input'
import { useState } from 'react'
import { refusalOf } from '../uploads/plan'
import type { BucketRef } from './bucket-ref'
import { FormDialog } from './FormDialog'
import { createFolder } from './objects'

interface Props {
  bucket: BucketRef
  folder: string
  onClose: () => void
  onCreated: () => void
}

export function CreateFolderDialog({ bucket, folder, onClose, onCreated }: Props) {
  const [name, setName] = useState('')
  const prefix = `${folder}${name.replace(/\/+$/, '')}/`
  const refusal = name === '' ? undefined : refusalOf(prefix, 0)
  return (
    <FormDialog
      title="Create folder"
      confirmLabel="Create folder"
      ready={/[^/]/.test(name) && refusal === undefined}
      onClose={onClose}
      onSubmit={() => createFolder(bucket, prefix).then(onCreated)}
    >
      <Input
        label="Name"
        description="An object of no bytes whose key ends in a slash is made, so that the folder is seen while it is empty."
        value={name}
        onChange={(event) => setName(event.target.value)}
        {...(refusal === undefined ? {} : { error: refusal })}
        autoComplete="off"
        spellCheck={false}
        autoFocus
      />
    </FormDialog>
  )
}
