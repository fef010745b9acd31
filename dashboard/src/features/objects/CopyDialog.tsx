import { Input } from '@cloudflare/kumo/components/input'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useDeferredValue, useId, useState } from 'react'
import { keys } from '~/api/keys'
import { useActions } from '~/api/queries'
import { plural } from '~/components/format'
import { BucketChoice } from './BucketChoice'
import { isSameBucket, type BucketRef } from './bucket-ref'
import { callsOf } from './calls'
import { copyProblem, copySource, destinationOf, folderOfTyped, type CopySource } from './copy-plan'
import { JobDialog } from './JobDialog'
import { copyObjects, type Target } from './jobs'
import { baseName, nameIn, shownName } from './key-display'
import { rowPageQuery } from './objects'
import { everythingIn } from './selection'

interface Props {
  bucket: BucketRef
  folder: string
  target: Target
  onClose: () => void
  onChanged: () => void
}

type Existing = 'skip' | 'replace'

/** To another key, folder or bucket. The server copies by itself: no bytes come here. */
export function CopyDialog({ bucket, folder, target, onClose, onChanged }: Props) {
  const client = useQueryClient()
  const can = useActions()
  const [source] = useState(() => copySource(target, folder))
  const [into, setInto] = useState(bucket)
  const [typed, setTyped] = useState(source.base)
  const [existing, setExisting] = useState<Existing>('skip')
  const to = destinationOf(source, typed)
  const problem = copyProblem(source, to, isSameBucket(bucket, into))
  const isUntouched = typed === source.base && isSameBucket(bucket, into)
  return (
    <JobDialog
      title={titleOf(source, folder)}
      confirmLabel="Copy"
      ready={problem === undefined}
      doing="Copying"
      did="Copied"
      run={(report, signal) =>
        copyObjects(
          callsOf(bucket, into),
          { target, rename: (key) => to + key.slice(source.base.length), move: false, existing },
          report,
          signal,
        )
      }
      onClose={onClose}
      onChanged={() => {
        void client.invalidateQueries({ queryKey: keys.objects(into.account, into.jurisdiction, into.bucket) })
        onChanged()
      }}
    >
      {can('BucketsList', 'ManageStorage') && <BucketChoice value={into} onChange={setInto} />}
      <Destination source={source} into={into} value={typed} onChange={setTyped} error={isUntouched ? undefined : problem} />
      <ExistingChoice value={existing} onChange={setExisting} />
    </JobDialog>
  )
}

function titleOf({ kind, base, target }: CopySource, folder: string): string {
  if (kind === 'object') return `Copy ${shownName(baseName(base))}`
  if (kind === 'folder') return `Copy ${shownName(nameIn(folder, base))}`
  if (target.except) return `Copy ${everythingIn(folder, target.prefixes[0] ?? folder)}`
  return `Copy ${plural(target.keys.length + target.prefixes.length, 'item')}`
}

interface DestinationProps {
  source: CopySource
  into: BucketRef
  value: string
  onChange: (typed: string) => void
  error: string | undefined
}

const words = {
  object: ['New key', 'The whole key, with its folders.'],
  folder: ['New folder', 'Every object below the folder gets a key that begins with this.'],
  selection: ['Folder', 'What is selected goes into it, folders and all. Leave it empty for the top of the bucket.'],
} as const

/** Suggests the folders that are there already. */
function Destination({ source, into, value, onChange, error }: DestinationProps) {
  const id = useId()
  const typedIn = useDeferredValue(folderOfTyped(value))
  const page = useQuery({ ...rowPageQuery(into, typedIn, undefined), retry: false })
  const folders = page.data?.rows.filter(({ kind }) => kind === 'folder') ?? []
  const name = source.kind === 'object' ? baseName(source.base) : ''
  const [label, description] = words[source.kind]
  return (
    <>
      <Input
        label={label}
        description={description}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        {...(error === undefined ? {} : { error })}
        list={`${id}-folders`}
        autoComplete="off"
        spellCheck={false}
        autoFocus
      />
      <datalist id={`${id}-folders`}>
        {folders.map(({ key }) => (
          <option key={key} value={key + name} />
        ))}
      </datalist>
    </>
  )
}

const choices: readonly { value: Existing; label: string }[] = [
  { value: 'skip', label: 'Skip: leave what is there' },
  { value: 'replace', label: 'Replace what is there' },
]

function ExistingChoice({ value, onChange }: { value: Existing; onChange: (value: Existing) => void }) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-2 font-medium text-kumo-strong">Where an object has the same key</legend>
      {choices.map((choice) => (
        <label key={choice.value} className="flex cursor-pointer items-center gap-2.5">
          <input
            type="radio"
            name="existing"
            className="size-4 accent-kumo-brand"
            checked={value === choice.value}
            onChange={() => onChange(choice.value)}
          />
          {choice.label}
        </label>
      ))}
    </fieldset>
  )
}
