import { Button } from '@cloudflare/kumo/components/button'
import { Select } from '@cloudflare/kumo/components/select'
import { Tabs } from '@cloudflare/kumo/components/tabs'
import { WarningIcon } from '@phosphor-icons/react'
import { useBlocker } from '@tanstack/react-router'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Jurisdiction, Token } from '~/api/client'
import { isJurisdiction, jurisdictionName } from '~/api/jurisdictions'
import { useAccountId, useEndpoints } from '~/api/queries'
import { Card } from '~/components/Card'
import { ConfirmDialog } from '~/components/ConfirmDialog'
import { CodeBlock, CopyField } from '~/components/copy'
import { PageHeader } from '~/components/PageHeader'
import { ErrorState, LoadingState } from '~/components/states'
import { accessOf, actsOnManagementApi, type BucketRef } from './policy'
import { secretAccessKeyOf } from './secret'
import { snippets } from './snippets'

interface Props {
  title: string
  token: Token
  /** Kept by whoever shows this page, and nowhere else. */
  value: string
  onDone: () => void
}

/** Shows a token's secrets, the one time that they are known. Leaving it has to be meant. */
export function OneTimePage({ title, token, value, onDone }: Props) {
  const accountId = useAccountId()
  const secretAccessKey = useMemo(() => secretAccessKeyOf(value), [value])
  const saved = useRef(false)
  const blocker = useBlocker({
    shouldBlockFn: () => !saved.current,
    enableBeforeUnload: () => !saved.current,
    withResolver: true,
  })
  const done = () => {
    saved.current = true
    onDone()
  }

  // It comes in place of a form that was scrolled.
  useLayoutEffect(() => {
    window.scrollTo(0, 0)
  }, [])

  return (
    <div className="mx-auto max-w-4xl">
      <PageHeader title={title} description={<span className="wrap-anywhere">{token.name}</span>} />
      <div className="flex flex-col gap-6">
        <p className="flex items-start gap-3 rounded-xl bg-kumo-warning-tint px-4 py-3 ring ring-kumo-hairline">
          <WarningIcon aria-hidden className="mt-0.5 size-5 shrink-0 text-kumo-warning" />
          <span>
            <strong className="font-semibold">Save these values now.</strong> The token value and the Secret Access Key
            are not shown again, not even to you. If they are lost, roll the token.
          </span>
        </p>
        <Card title="Token value" description="For the management API: Cloudflare’s SDKs, wrangler, curl.">
          <CopyField label="Token value" value={value} />
        </Card>
        <Card title="S3 clients" description="The same token, as S3 clients know it.">
          <div className="flex flex-col gap-4">
            <CopyField label="Access Key ID" hint="(Client ID)" value={token.id} />
            <CopyField label="Secret Access Key" hint="(Client Secret)" value={secretAccessKey} />
          </div>
        </Card>
        <EndpointsAndSnippets
          accountId={accountId}
          token={token}
          tokenValue={value}
          secretAccessKey={secretAccessKey}
        />
        <div>
          <Button variant="primary" size="lg" onClick={done}>
            I have saved these
          </Button>
        </div>
      </div>
      <ConfirmDialog
        open={blocker.status === 'blocked'}
        onClose={() => blocker.status === 'blocked' && blocker.reset()}
        title="Leave without the secrets?"
        confirmLabel="Leave"
        destructive
        onConfirm={() => {
          saved.current = true
          if (blocker.status === 'blocked') blocker.proceed()
          return Promise.resolve()
        }}
      >
        <p>The token value and the Secret Access Key are not shown again. The token itself stays.</p>
      </ConfirmDialog>
    </div>
  )
}

function onlyJurisdiction(buckets: 'all' | BucketRef[]): Jurisdiction {
  const all = buckets === 'all' ? [] : buckets
  const [first] = all
  return first !== undefined && all.every(({ jurisdiction }) => jurisdiction === first.jurisdiction)
    ? first.jurisdiction
    : 'default'
}

interface SnippetProps {
  accountId: string
  token: Token
  tokenValue: string
  secretAccessKey: string
}

function EndpointsAndSnippets({ accountId, token, tokenValue, secretAccessKey }: SnippetProps) {
  const endpoints = useEndpoints()
  const buckets = accessOf(token.policies, accountId)?.buckets ?? 'all'
  const [jurisdiction, setJurisdiction] = useState(() => onlyJurisdiction(buckets))
  const [client, setClient] = useState('aws-cli')
  if (endpoints.isPending) return <LoadingState label="Loading the endpoints" />
  if (endpoints.isError) {
    return (
      <ErrorState
        error={endpoints.error}
        title="The endpoints could not be loaded"
        retry={() => void endpoints.refetch()}
      />
    )
  }
  const { endpoints: all, api } = endpoints.data
  const endpoint = all.find((candidate) => candidate.jurisdiction === jurisdiction) ?? all[0]
  if (endpoint === undefined) return null
  const bucket = buckets === 'all' ? undefined : buckets.find((one) => one.jurisdiction === endpoint.jurisdiction)
  const offered = snippets({
    accountId,
    tokenValue,
    accessKeyId: token.id,
    secretAccessKey,
    endpoint: endpoint.url,
    bucket: bucket?.name ?? 'my-bucket',
    api,
  })
  const snippet = offered.find(({ id }) => id === client) ?? offered[0]
  if (snippet === undefined) return null
  const onlyS3 = snippet.id === 'wrangler' && !actsOnManagementApi(token.policies)

  return (
    <>
      <Card
        title="Endpoints"
        description="Region auto. A bucket of a jurisdiction is reached through that jurisdiction’s endpoint only."
      >
        <div className="grid gap-4 sm:grid-cols-2">
          {all.map(({ jurisdiction: one, url }) => (
            <CopyField key={one} label={jurisdictionName(one)} value={url} />
          ))}
        </div>
      </Card>
      <Card title="Ready to paste" description="With this token’s values filled in: do not share or commit them.">
        <div className="flex flex-col gap-4">
          <div className="flex flex-wrap items-end justify-between gap-3">
            <Tabs
              tabs={offered.map(({ id, label }) => ({ value: id, label }))}
              value={snippet.id}
              onValueChange={setClient}
              className="max-w-full"
            />
            <Select
              aria-label="Endpoint of the examples"
              className="w-52"
              value={endpoint.jurisdiction}
              onValueChange={(chosen) => {
                if (chosen !== null && isJurisdiction(chosen)) setJurisdiction(chosen)
              }}
              items={Object.fromEntries(all.map(({ jurisdiction: one }) => [one, jurisdictionName(one)]))}
            />
          </div>
          <div role="tabpanel" aria-label={snippet.label} className="flex flex-col gap-3">
            {onlyS3 ? (
              <p className="text-kumo-subtle">
                wrangler goes through the management API, where this token’s permission does not act: object permissions
                are for S3 clients. Create a token with Admin Read &amp; Write for wrangler.
              </p>
            ) : (
              <>
                <p className="text-sm text-kumo-subtle wrap-anywhere">{snippet.hint}</p>
                <CodeBlock label={`${snippet.label} example`} code={snippet.code} />
              </>
            )}
          </div>
        </div>
      </Card>
    </>
  )
}
