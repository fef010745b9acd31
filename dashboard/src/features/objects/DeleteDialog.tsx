import { useEffect, useState } from 'react'
import { formatBytes, formatCount, plural } from '~/components/format'
import type { BucketRef } from './bucket-ref'
import { callsOf } from './calls'
import { JobDialog } from './JobDialog'
import { countObjects, deleteObjects, type Target } from './jobs'
import { nameIn } from './key-display'
import { Name } from './Name'
import { everythingIn } from './selection'

const namesShownMax = 5

interface Props {
  bucket: BucketRef
  folder: string
  target: Target
  onClose: () => void
  onChanged: () => void
}

export function DeleteDialog({ bucket, folder, target, onClose, onChanged }: Props) {
  const { keys, prefixes, except } = target
  const only = keys.length + prefixes.length === 1 && !except ? (keys[0] ?? prefixes[0]) : undefined
  return (
    <JobDialog
      title={
        except ? (
          `Delete ${everythingIn(folder, prefixes[0] ?? folder)}?`
        ) : only === undefined ? (
          `Delete ${plural(keys.length + prefixes.length, 'item')}?`
        ) : (
          <>
            Delete <Name text={nameIn(folder, only)} />?
          </>
        )
      }
      confirmLabel="Delete"
      destructive
      typed={prefixes.length > 0 ? 'delete' : undefined}
      doing="Deleting"
      did="Deleted"
      run={(report, signal) => deleteObjects(callsOf(bucket), target, report, signal)}
      onClose={onClose}
      onChanged={onChanged}
    >
      {only === undefined && !except && <Names all={[...prefixes, ...keys]} folder={folder} />}
      {prefixes.length > 0 && <FolderCount bucket={bucket} target={target} />}
      <p>Deleted objects cannot be brought back.</p>
    </JobDialog>
  )
}

function Names({ all, folder }: { all: readonly string[]; folder: string }) {
  const more = all.length - namesShownMax
  return (
    <ul className="list-disc pl-5">
      {all.slice(0, namesShownMax).map((key) => (
        <li key={key} className="wrap-anywhere">
          <Name text={nameIn(folder, key)} />
        </li>
      ))}
      {more > 0 && <li>and {formatCount(more)} more</li>}
    </ul>
  )
}

/** How much a folder holds, while it is being counted: nobody should delete a million objects unawares. */
function FolderCount({ bucket, target }: { bucket: BucketRef; target: Target }) {
  const [counted, setCounted] = useState({ count: 0, bytes: 0, over: false, failed: false })
  useEffect(() => {
    const controller = new AbortController()
    countObjects(
      callsOf(bucket),
      target.prefixes,
      (count, bytes) => setCounted({ count, bytes, over: false, failed: false }),
      controller.signal,
    ).then(
      () => setCounted((now) => ({ ...now, over: true })),
      () => setCounted((now) => ({ ...now, failed: !controller.signal.aborted })),
    )
    return () => controller.abort()
  }, [bucket, target])
  const { count, bytes, over, failed } = counted
  const except = target.except?.size ?? 0
  return (
    <p aria-live="polite">
      {target.except ? 'In all ' : target.prefixes.length === 1 ? 'The folder holds ' : 'The folders hold '}
      <strong className="font-semibold tabular-nums">
        {over ? '' : 'at least '}
        {plural(count, 'object')}
      </strong>
      , {formatBytes(bytes)}
      {except > 0 && `; ${plural(except, 'item')} that you left out of the selection will stay`}.
      {!over && !failed && <span className="text-kumo-subtle"> Counting…</span>}
    </p>
  )
}
