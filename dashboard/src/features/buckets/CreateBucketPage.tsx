import { Button } from '@cloudflare/kumo/components/button'
import { Input } from '@cloudflare/kumo/components/input'
import { Radio } from '@cloudflare/kumo/components/radio'
import { Select } from '@cloudflare/kumo/components/select'
import { CheckCircleIcon, CircleIcon, XCircleIcon } from '@phosphor-icons/react'
import { useNavigate } from '@tanstack/react-router'
import { useId, useState, type FormEvent } from 'react'
import type { Jurisdiction, StorageClass } from '~/api/client'
import { jurisdictionName, jurisdictions } from '~/api/jurisdictions'
import { useAccountId } from '~/api/queries'
import { Card } from '~/components/Card'
import { ButtonLink, TextLink } from '~/components/links'
import { PageHeader } from '~/components/PageHeader'
import { FormError } from '~/components/states'
import { toast } from '~/components/toast'
import { bucketNameMax, bucketNameRules, isBucketName, type NameRule } from './bucket-name'
import { useCreateBucket } from './buckets'
import { locationHints } from './location'

const automatic = 'auto'

export function CreateBucketPage() {
  const accountId = useAccountId()
  const create = useCreateBucket(accountId)
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [jurisdiction, setJurisdiction] = useState<Jurisdiction>('default')
  const [location, setLocation] = useState(automatic)
  const [storageClass, setStorageClass] = useState<StorageClass>('Standard')
  const [tried, setTried] = useState(false)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (!isBucketName(name)) return
    create.mutate(
      { name, jurisdiction, storageClass, ...(location === automatic ? {} : { locationHint: location }) },
      {
        onSuccess: () => {
          toast.success(`Bucket ${name} created`)
          void navigate({
            to: '/$accountId/r2/buckets/$jurisdiction/$bucket/objects',
            params: { accountId, jurisdiction, bucket: name },
          })
        },
      },
    )
  }

  return (
    <div className="mx-auto max-w-3xl">
      <PageHeader
        title="Create bucket"
        breadcrumbs={[
          <TextLink key="r2" look="quiet" to="/$accountId/r2" params={{ accountId }}>
            R2
          </TextLink>,
          <span key="new">Create bucket</span>,
        ]}
      />
      <form onSubmit={submit} noValidate className="flex flex-col gap-6">
        <Card title="Name">
          <BucketName value={name} onChange={setName} strict={tried} />
        </Card>
        <Card title="Location" description="Neither can be changed later.">
          <div className="flex flex-col gap-5">
            <Radio.Group
              legend="Jurisdiction"
              value={jurisdiction}
              onValueChange={(value) => setJurisdiction(value as Jurisdiction)}
              description="A bucket of a jurisdiction is reached through that jurisdiction’s endpoint only."
            >
              {jurisdictions.map((value) => (
                <Radio.Item key={value} value={value} label={jurisdictionName(value)} />
              ))}
            </Radio.Group>
            <Select
              label="Location hint"
              description="Kept and shown, as R2 does. This server stores all objects where it runs."
              className="w-full sm:w-80"
              value={location}
              onValueChange={(value) => setLocation(value ?? automatic)}
              items={{
                [automatic]: 'Automatic',
                ...Object.fromEntries(locationHints.map((hint) => [hint.value, hint.label])),
              }}
            />
          </div>
        </Card>
        <Card title="Default storage class">
          <Radio.Group value={storageClass} onValueChange={(value) => setStorageClass(value as StorageClass)}>
            <Radio.Legend className="sr-only">Default storage class</Radio.Legend>
            <Radio.Item value="Standard" label="Standard" />
            <Radio.Item value="InfrequentAccess" label="Infrequent Access" />
          </Radio.Group>
          <p className="mt-3 text-sm text-kumo-subtle">
            What objects get whose upload names no class. You can change it later in the bucket’s settings.
          </p>
        </Card>
        <FormError error={create.error} />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" variant="primary" loading={create.isPending} disabled={create.isPending}>
            Create bucket
          </Button>
          <ButtonLink to="/$accountId/r2" params={{ accountId }}>
            Cancel
          </ButtonLink>
        </div>
      </form>
    </div>
  )
}

interface NameProps {
  value: string
  onChange: (name: string) => void
  /** After an attempt: what is missing counts as wrong. */
  strict: boolean
}

function BucketName({ value, onChange, strict }: NameProps) {
  const rulesId = useId()
  const rules = bucketNameRules(value)
  const wrong = rules.some(({ state }) => state === 'broken' || (strict && state === 'unmet'))
  return (
    <>
      <Input
        label="Bucket name"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        variant={wrong ? 'error' : 'default'}
        aria-invalid={wrong}
        aria-describedby={rulesId}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        maxLength={bucketNameMax * 2}
        className="w-full"
      />
      <ul id={rulesId} className="mt-3 flex flex-col gap-1 text-sm">
        {rules.map((rule) => (
          <Rule key={rule.text} rule={rule} strict={strict} />
        ))}
      </ul>
    </>
  )
}

function Rule({ rule: { text, state }, strict }: { rule: NameRule; strict: boolean }) {
  const broken = state === 'broken' || (strict && state === 'unmet')
  if (broken) {
    return (
      <li className="flex items-center gap-2 text-kumo-danger">
        <XCircleIcon aria-hidden weight="fill" className="size-4" />
        {text}
        <span className="sr-only">: not met</span>
      </li>
    )
  }
  return (
    <li className="flex items-center gap-2 text-kumo-subtle">
      {state === 'met' ? (
        <CheckCircleIcon aria-hidden weight="fill" className="size-4 text-kumo-success" />
      ) : (
        <CircleIcon aria-hidden className="size-4" />
      )}
      {text}
      <span className="sr-only">{state === 'met' ? ': met' : ''}</span>
    </li>
  )
}
