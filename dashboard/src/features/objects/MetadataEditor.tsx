import { Button } from '@cloudflare/kumo/components/button'
import { Input } from '@cloudflare/kumo/components/input'
import { PencilSimpleIcon, PlusIcon, TrashIcon } from '@phosphor-icons/react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useId, useRef, useState, type RefObject } from 'react'
import type { StorageClass } from '~/api/client'
import { keys } from '~/api/keys'
import { FormError } from '~/components/states'
import { toast } from '~/components/toast'
import { storageClassName } from '../buckets/location'
import type { BucketRef } from './bucket-ref'
import {
  draftOf,
  hasProblems,
  httpFields,
  metadataOf,
  problemsOf,
  type CustomField,
  type DraftProblems,
  type MetadataDraft,
} from './metadata-form'
import { Name } from './Name'
import { objectQuery, putMetadata, type ObjectDetails } from './objects'

interface Props {
  bucket: BucketRef
  object: ObjectDetails
  canWrite: boolean
  isEditing: boolean
  onEdit: (isEditing: boolean) => void
}

export function MetadataEditor(props: Props) {
  const { isEditing, object } = props
  const button = useRef<HTMLButtonElement>(null)
  const wasEditing = useRef(false)
  // The form took the place of the button that opened it.
  useEffect(() => {
    if (wasEditing.current && !isEditing) button.current?.focus()
    wasEditing.current = isEditing
  }, [isEditing])
  // What was typed was meant for the object as it was then.
  if (isEditing) return <Editor key={object.version} {...props} />
  return <Shown {...props} button={button} />
}

function Shown({ object, canWrite, onEdit, button }: Props & { button: RefObject<HTMLButtonElement | null> }) {
  const set = httpFields.filter(({ name }) => object.http_metadata[name] !== undefined)
  const custom = Object.entries(object.custom_metadata)
  return (
    <section aria-label="Metadata">
      <div className="mb-2 flex items-center justify-between gap-3">
        <h3 className="font-semibold text-kumo-strong">Metadata</h3>
        {canWrite && (
          <Button ref={button} size="sm" icon={<PencilSimpleIcon aria-hidden />} onClick={() => onEdit(true)}>
            Edit metadata
          </Button>
        )}
      </div>
      {set.length + custom.length === 0 ? (
        <p className="text-kumo-subtle">No headers and no custom metadata.</p>
      ) : (
        <dl className="divide-y divide-kumo-hairline">
          {set.map(({ name, label }) => (
            <Pair key={label} name={label} value={object.http_metadata[name] ?? ''} />
          ))}
          {custom.map(([name, value]) => (
            <Pair key={`custom ${name}`} name={name} value={value} isCustom />
          ))}
        </dl>
      )}
    </section>
  )
}

function Pair({ name, value, isCustom = false }: { name: string; value: string; isCustom?: boolean }) {
  return (
    <div className="flex flex-wrap gap-x-3 py-2">
      <dt className="w-44 shrink-0 text-kumo-subtle wrap-anywhere">
        {isCustom ? <Name text={name} className="font-mono text-sm" /> : name}
      </dt>
      <dd className="min-w-0 flex-1 basis-40 wrap-anywhere">
        <Name text={value} />
      </dd>
    </div>
  )
}

function Editor({ bucket, object, onEdit }: Props) {
  const client = useQueryClient()
  const [draft, setDraft] = useState<MetadataDraft>(() => draftOf(object))
  const problems = problemsOf(draft)
  const save = useMutation({
    mutationFn: () => putMetadata(bucket, object.key, metadataOf(draft)),
    onSuccess: (saved) => {
      client.setQueryData(objectQuery(bucket, object.key).queryKey, saved)
      void client.invalidateQueries({ queryKey: keys.objects(bucket.account, bucket.jurisdiction, bucket.bucket) })
      toast.success('Metadata saved')
      onEdit(false)
    },
  })
  return (
    <form
      aria-label="Edit metadata"
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault()
        if (!hasProblems(problems)) save.mutate()
      }}
    >
      <fieldset className="flex flex-col gap-3">
        <legend className="mb-3 font-semibold text-kumo-strong">Headers</legend>
        <div className="grid gap-3 sm:grid-cols-2">
          {httpFields.map(({ name, label, example }, index) => (
            <Input
              key={name}
              label={label}
              placeholder={example}
              value={draft.http[name] ?? ''}
              onChange={(event) => setDraft({ ...draft, http: { ...draft.http, [name]: event.target.value } })}
              {...(problems.http[name] === undefined ? {} : { error: problems.http[name] })}
              autoComplete="off"
              spellCheck={false}
              autoFocus={index === 0}
            />
          ))}
        </div>
      </fieldset>
      <CustomFields fields={draft.custom} problems={problems} onChange={(custom) => setDraft({ ...draft, custom })} />
      <StorageClassChoice
        value={draft.storageClass}
        onChange={(storageClass) => setDraft({ ...draft, storageClass })}
      />
      <FormError error={save.error} />
      <div className="flex justify-end gap-2">
        <Button onClick={() => onEdit(false)} disabled={save.isPending}>
          Cancel
        </Button>
        <Button
          type="submit"
          variant="primary"
          loading={save.isPending}
          disabled={save.isPending || hasProblems(problems)}
        >
          Save metadata
        </Button>
      </div>
    </form>
  )
}

const storageClasses: readonly { value: StorageClass; text: string }[] = [
  { value: 'Standard', text: 'For what is read often.' },
  { value: 'InfrequentAccess', text: 'For what is kept but seldom read.' },
]

interface StorageClassProps {
  value: StorageClass
  onChange: (value: StorageClass) => void
}

function StorageClassChoice({ value, onChange }: StorageClassProps) {
  return (
    <fieldset className="grid gap-3 sm:grid-cols-2">
      <legend className="mb-3 font-semibold text-kumo-strong">Storage class</legend>
      {storageClasses.map((choice) => (
        <label
          key={choice.value}
          className="flex cursor-pointer items-start gap-3 rounded-lg px-4 py-3 ring ring-kumo-hairline hover:bg-kumo-tint has-checked:bg-kumo-info-tint has-checked:ring-kumo-brand has-focus-visible:outline-2 has-focus-visible:outline-kumo-focus"
        >
          <input
            type="radio"
            name="object-storage-class"
            className="mt-1 size-4 accent-kumo-brand"
            checked={value === choice.value}
            onChange={() => onChange(choice.value)}
          />
          <span>
            <span className="block font-medium text-kumo-strong">{storageClassName(choice.value)}</span>
            <span className="block text-sm text-kumo-subtle">{choice.text}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

interface CustomFieldsProps {
  fields: readonly CustomField[]
  problems: DraftProblems
  onChange: (fields: readonly CustomField[]) => void
}

function CustomFields({ fields, problems, onChange }: CustomFieldsProps) {
  const nextId = useRef(fields.length)
  const hint = useId()
  const change = (id: number, part: Partial<CustomField>) =>
    onChange(fields.map((field) => (field.id === id ? { ...field, ...part } : field)))
  return (
    <fieldset aria-describedby={hint} className="flex flex-col gap-3">
      <legend className="mb-1 font-semibold text-kumo-strong">Custom metadata</legend>
      <p id={hint} className="text-kumo-subtle">
        Sent as x-amz-meta- headers over S3. Names are lower case; all together have 8,192 bytes at most.
      </p>
      {fields.map(({ id, name, value }) => (
        <div key={id}>
          <div className="flex items-center gap-2">
            <div className="min-w-0 basis-2/5">
              <Input
                aria-label="Name"
                placeholder="name"
                value={name}
                onChange={(event) => change(id, { name: event.target.value })}
                variant={problems.custom.has(id) ? 'error' : 'default'}
                className="w-full font-mono text-sm"
                autoComplete="off"
                spellCheck={false}
              />
            </div>
            <div className="min-w-0 flex-1">
              <Input
                aria-label={`Value of ${name}`}
                placeholder="value"
                value={value}
                onChange={(event) => change(id, { value: event.target.value })}
                className="w-full"
                autoComplete="off"
                spellCheck={false}
              />
            </div>
            <Button
              variant="ghost"
              shape="square"
              icon={<TrashIcon aria-hidden />}
              aria-label={`Remove ${name || 'this entry'}`}
              onClick={() => onChange(fields.filter((field) => field.id !== id))}
            />
          </div>
          {problems.custom.has(id) && (
            <p role="alert" className="mt-1 text-sm text-kumo-danger">
              {problems.custom.get(id)}
            </p>
          )}
        </div>
      ))}
      {problems.size !== undefined && (
        <p role="alert" className="text-sm text-kumo-danger">
          {problems.size}
        </p>
      )}
      <Button
        size="sm"
        className="self-start"
        icon={<PlusIcon aria-hidden />}
        onClick={() => onChange([...fields, { id: nextId.current++, name: '', value: '' }])}
      >
        Add entry
      </Button>
    </fieldset>
  )
}
