import { Button } from '@cloudflare/kumo/components/button'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, result, type Bucket, type StorageClass } from '~/api/client'
import { jurisdictionHeader } from '~/api/jurisdictions'
import { keys } from '~/api/keys'
import { useAccountId } from '~/api/queries'
import { Card } from '~/components/Card'
import { FormError } from '~/components/states'
import { toast } from '~/components/toast'
import { storageClassName } from '../buckets/location'

const choices: readonly { value: StorageClass; text: string }[] = [
  { value: 'Standard', text: 'For what is read often.' },
  { value: 'InfrequentAccess', text: 'For what is kept but seldom read.' },
]

interface Props {
  bucket: Bucket
  canChange: boolean
}

export function StorageClassCard({ bucket, canChange }: Props) {
  return (
    <Card
      title="Default storage class"
      description="Of objects that name no class when they are uploaded. Objects that are there keep theirs."
    >
      {canChange ? (
        <Choice key={bucket.storage_class} bucket={bucket} />
      ) : (
        <p className="font-medium">{storageClassName(bucket.storage_class)}</p>
      )}
    </Card>
  )
}

function Choice({ bucket }: { bucket: Bucket }) {
  const accountId = useAccountId()
  const client = useQueryClient()
  const [chosen, setChosen] = useState<StorageClass>(bucket.storage_class)
  const save = useMutation({
    mutationFn: () =>
      result(
        api.PATCH('/accounts/{account_id}/r2/buckets/{bucket_name}', {
          params: {
            path: { account_id: accountId, bucket_name: bucket.name },
            header: { ...jurisdictionHeader(bucket.jurisdiction), 'cf-r2-storage-class': chosen },
          },
        }),
      ),
    onSuccess: async () => {
      toast.success('Default storage class changed')
      await Promise.all([
        client.invalidateQueries({ queryKey: keys.bucket(accountId, bucket.jurisdiction, bucket.name), exact: true }),
        client.invalidateQueries({ queryKey: keys.buckets(accountId) }),
      ])
    },
  })
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <fieldset className="grid gap-3 sm:grid-cols-2">
        <legend className="sr-only">Default storage class</legend>
        {choices.map(({ value, text }) => (
          <label
            key={value}
            className="flex cursor-pointer items-start gap-3 rounded-lg px-4 py-3 ring ring-kumo-hairline hover:bg-kumo-tint has-checked:bg-kumo-info-tint has-checked:ring-kumo-brand has-focus-visible:outline-2 has-focus-visible:outline-kumo-focus"
          >
            <input
              type="radio"
              name="storage-class"
              className="mt-1 size-4 accent-kumo-brand"
              checked={chosen === value}
              onChange={() => setChosen(value)}
            />
            <span>
              <span className="block font-medium text-kumo-strong">{storageClassName(value)}</span>
              <span className="block text-sm text-kumo-subtle">{text}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <FormError error={save.error} />
      {chosen !== bucket.storage_class && (
        <Button
          type="submit"
          variant="primary"
          className="self-start"
          loading={save.isPending}
          disabled={save.isPending}
        >
          Save
        </Button>
      )}
    </form>
  )
}
