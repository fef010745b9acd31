import { CaretRightIcon, KeyIcon } from '@phosphor-icons/react'
import { jurisdictionName } from '~/api/jurisdictions'
import { useAccount, useEndpoints } from '~/api/queries'
import { Card } from '~/components/Card'
import { CopyField } from '~/components/copy'
import { ButtonLink } from '~/components/links'
import { ErrorState, LoadingState } from '~/components/states'

/** What an S3 client needs to know of the account, and the way to its keys. */
export function AccountDetails() {
  const account = useAccount()
  return (
    <Card title="Account details">
      <div className="flex flex-col gap-5">
        <CopyField label="Account ID" value={account.id} />
        <Endpoints />
        <ButtonLink
          to="/$accountId/r2/api-tokens"
          params={{ accountId: account.id }}
          className="w-full justify-center"
          icon={<KeyIcon aria-hidden />}
        >
          Manage R2 API tokens
        </ButtonLink>
      </div>
    </Card>
  )
}

function Endpoints() {
  const endpoints = useEndpoints()
  if (endpoints.isPending) return <LoadingState />
  if (endpoints.isError) {
    return <ErrorState error={endpoints.error} title="No endpoints" retry={() => void endpoints.refetch()} />
  }
  const { endpoints: all, region, api } = endpoints.data
  return (
    <section aria-labelledby="endpoints" className="flex flex-col gap-3">
      <div>
        <h3 id="endpoints" className="font-medium text-kumo-strong">
          S3 API endpoints
        </h3>
        <p className="text-sm text-kumo-subtle">
          Region <code className="font-mono">{region}</code>. A bucket of a jurisdiction is reached through that
          jurisdiction’s endpoint only.
        </p>
      </div>
      {all.map(({ jurisdiction, url }) => (
        <CopyField key={jurisdiction} label={jurisdictionName(jurisdiction)} value={url} />
      ))}
      <details className="group">
        <summary className="flex w-fit cursor-pointer list-none items-center gap-1.5 rounded-md text-sm text-kumo-link">
          <CaretRightIcon aria-hidden className="transition-transform group-open:rotate-90" />
          Other addresses
        </summary>
        <div className="mt-3 flex flex-col gap-3">
          {all.map(
            ({ jurisdiction, host_style }) =>
              host_style !== null && (
                <CopyField
                  key={jurisdiction}
                  label={`${jurisdictionName(jurisdiction)}, by host`}
                  hint="with the account in the host name, as R2’s are"
                  value={host_style}
                />
              ),
          )}
          <CopyField label="Management API" hint="for wrangler and Cloudflare’s SDKs" value={api} />
        </div>
      </details>
    </section>
  )
}
