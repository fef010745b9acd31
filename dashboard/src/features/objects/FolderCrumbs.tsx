import { CaretRightIcon } from '@phosphor-icons/react'
import { TextLink } from '~/components/links'
import type { BucketRef } from './bucket-ref'
import { crumbs } from './key-display'
import { Name } from './Name'

/** The way to the folder that is open. At the root there is nothing to go back to, and nothing is shown. */
export function FolderCrumbs({ bucket, folder }: { bucket: BucketRef; folder: string }) {
  if (folder === '') return null
  const params = { accountId: bucket.account, jurisdiction: bucket.jurisdiction, bucket: bucket.bucket }
  const all = [{ name: bucket.bucket, prefix: '' }, ...crumbs(folder)]
  // A prefix from an address need not end in a slash; then it is not a folder, and still a place.
  const tail = folder.slice(folder.lastIndexOf('/') + 1)
  if (tail !== '') all.push({ name: tail, prefix: folder })
  return (
    <nav aria-label="Folders">
      <ol className="flex flex-wrap items-center gap-x-1.5 gap-y-1">
        {all.map(({ name, prefix }, index) => (
          <li key={prefix} className="flex min-w-0 items-center gap-1.5">
            {index > 0 && <CaretRightIcon aria-hidden size={12} className="text-kumo-subtle" />}
            {index === all.length - 1 ? (
              <span aria-current="page" className="font-medium text-kumo-strong wrap-anywhere">
                <Name text={name} />
              </span>
            ) : (
              <TextLink
                to="/$accountId/r2/buckets/$jurisdiction/$bucket/objects"
                params={params}
                search={prefix === '' ? {} : { prefix }}
                className="wrap-anywhere"
              >
                <Name text={name} />
              </TextLink>
            )}
          </li>
        ))}
      </ol>
    </nav>
  )
}
