import { Checkbox } from '@cloudflare/kumo/components/checkbox'
import { Input } from '@cloudflare/kumo/components/input'
import { useState } from 'react'
import type { BucketRef } from './bucket-ref'
import { callsOf } from './calls'
import { JobDialog } from './JobDialog'
import { copyObjects } from './jobs'
import { baseName, shownName } from './key-display'
import { renameProblem } from './rename'

interface Props {
  bucket: BucketRef
  objectKey: string
  isFolder: boolean
  onClose: () => void
  onChanged: () => void
}

/** S3 has no rename: each object is copied, which moves no bytes, and the old one deleted once its copy is there. */
export function RenameDialog({ bucket, objectKey, isFolder, onClose, onChanged }: Props) {
  const [to, setTo] = useState(objectKey)
  const [replace, setReplace] = useState(false)
  const problem = renameProblem(objectKey, to, isFolder)
  const name = shownName(isFolder ? objectKey : baseName(objectKey))
  return (
    <JobDialog
      title={`Rename ${name}`}
      confirmLabel="Rename"
      ready={to !== objectKey && problem === undefined}
      doing="Renaming"
      did="Renamed"
      run={(report, signal) =>
        copyObjects(
          callsOf(bucket),
          {
            target: isFolder ? { keys: [], prefixes: [objectKey] } : { keys: [objectKey], prefixes: [] },
            rename: (key) => to + key.slice(objectKey.length),
            move: true,
            existing: replace ? 'replace' : 'fail',
          },
          report,
          signal,
        )
      }
      onClose={onClose}
      onChanged={onChanged}
    >
      <Input
        label={isFolder ? 'New folder' : 'New key'}
        description={
          isFolder
            ? 'Every object below the folder gets a key that begins with this.'
            : 'The whole key, with its folders. Another folder moves it there.'
        }
        value={to}
        onChange={(event) => setTo(event.target.value)}
        {...(to !== objectKey && problem !== undefined ? { error: problem } : {})}
        autoComplete="off"
        spellCheck={false}
        autoFocus
      />
      <Checkbox
        label="Replace objects that are already there"
        checked={replace}
        onCheckedChange={(checked) => setReplace(checked)}
      />
    </JobDialog>
  )
}
