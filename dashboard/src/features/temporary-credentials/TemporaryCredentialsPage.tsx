import { Button } from '@cloudflare/kumo/components/button'
import { Checkbox } from '@cloudflare/kumo/components/checkbox'
import { Input, InputArea } from '@cloudflare/kumo/components/input'
import { Select } from '@cloudflare/kumo/components/select'
import { CaretRightIcon } from '@phosphor-icons/react'
import { useState, type FormEvent } from 'react'
import { useAccount, useActions, useEndpoints } from '~/api/queries'
import { Card } from '~/components/Card'
import { CodeBlock } from '~/components/copy'
import { TextLink } from '~/components/links'
import { PageHeader } from '~/components/PageHeader'
import { FormError } from '~/components/states'
import { EnableR2 } from '~/features/accounts/EnableR2'
import { BucketPicker } from '~/features/tokens/BucketPicker'
import { PermissionCards } from '~/features/tokens/PermissionCards'
import type { BucketRef } from '~/features/tokens/policy'
import { presets, type PresetId } from '~/features/tokens/presets'
import { isAccessKeyId, TokenPicker } from '~/features/tokens/TokenPicker'
import { CredentialResult } from './CredentialResult'
import {
  linesOf,
  pathsMax,
  temporaryActions,
  useMakeCredential,
  type Credential,
  type CredentialRequest,
} from './credentials'
import { mintCommand, mintProgram } from './sign'

const ttls = [
  { seconds: 900, label: '15 minutes' },
  { seconds: 3600, label: '1 hour' },
  { seconds: 43_200, label: '12 hours' },
  { seconds: 86_400, label: '1 day' },
  { seconds: 604_800, label: '7 days, the most' },
]

export function TemporaryCredentialsPage() {
  const account = useAccount()
  const header = (
    <PageHeader
      title="Temporary credentials"
      description="Made of a token, for one bucket and perhaps some of its keys, for at most seven days. Nothing is stored: they end with their time, or with their token."
      breadcrumbs={[
        <TextLink key="r2" look="quiet" to="/$accountId/r2" params={{ accountId: account.id }}>
          R2
        </TextLink>,
        <span key="page">Temporary credentials</span>,
      ]}
    />
  )
  return (
    <>
      {header}
      {account.r2.enabled ? <CredentialForm accountId={account.id} /> : <EnableR2 />}
    </>
  )
}

function CredentialForm({ accountId }: { accountId: string }) {
  const can = useActions()
  // Over REST the caller has to be a Super Administrator, who alone may write the account's tokens.
  const mayMake = can('AccountTokensWrite')
  const make = useMakeCredential()
  const endpoints = useEndpoints().data
  const [parent, setParent] = useState('')
  const [buckets, setBuckets] = useState<BucketRef[]>([])
  const [permission, setPermission] = useState<PresetId>('object-read-only')
  const [actions, setActions] = useState<string[]>([])
  const [prefixes, setPrefixes] = useState('')
  const [objects, setObjects] = useState('')
  const [ttl, setTtl] = useState(3600)
  const [tried, setTried] = useState(false)
  const [made, setMade] = useState<Credential | null>(null)

  const [bucket] = buckets
  const jurisdiction = bucket?.jurisdiction ?? 'default'
  const endpoint = endpoints?.endpoints.find((one) => one.jurisdiction === jurisdiction)?.url ?? ''
  const request: CredentialRequest = {
    accountId,
    parentAccessKeyId: parent.trim(),
    jurisdiction,
    bucket: bucket?.name ?? '',
    permission,
    actions,
    prefixes: linesOf(prefixes),
    objects: linesOf(objects),
    ttlSeconds: ttl,
  }
  const tooMany = request.prefixes.length + request.objects.length > pathsMax
  const problems = {
    parent: isAccessKeyId(request.parentAccessKeyId) ? undefined : 'Choose the token that the credential is made of.',
    bucket: bucket === undefined ? 'Choose a bucket.' : undefined,
    paths: tooMany ? `At most ${pathsMax} prefixes and objects together.` : undefined,
  }

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (Object.values(problems).some((problem) => problem !== undefined)) return
    make.mutate(request, {
      onSuccess: (credential) => {
        make.reset()
        setMade(credential)
      },
    })
  }

  if (made !== null) {
    return <CredentialResult credential={made} request={request} endpoint={endpoint} onDone={() => setMade(null)} />
  }
  return (
    <form onSubmit={submit} noValidate className="grid items-start gap-6 xl:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-6">
        <Card title="Token" description="What it may not do, its credentials may not do either.">
          {mayMake ? (
            <TokenPicker
              label="Parent token"
              onlyActive
              value={parent}
              onChange={setParent}
              error={tried ? problems.parent : undefined}
            />
          ) : (
            <Input
              label="Access Key ID of the parent token"
              value={parent}
              onChange={(event) => setParent(event.target.value)}
              autoComplete="off"
              spellCheck={false}
              className="w-full font-mono"
            />
          )}
        </Card>
        <Card title="Bucket">
          <BucketPicker single value={buckets} onChange={setBuckets} error={tried ? problems.bucket : undefined} />
        </Card>
        <Card title="Permission">
          <PermissionCards presets={presets} value={permission} onChange={setPermission} />
        </Card>
        <Card title="Keys" description="Without any, the whole bucket.">
          <div className="flex flex-col gap-4">
            <InputArea
              label="Prefixes"
              description="One a line: keys that begin with it."
              rows={3}
              value={prefixes}
              onChange={(event) => setPrefixes(event.target.value)}
              spellCheck={false}
              className="w-full font-mono"
            />
            <InputArea
              label="Objects"
              description="One key a line."
              rows={3}
              value={objects}
              onChange={(event) => setObjects(event.target.value)}
              error={problems.paths}
              variant={problems.paths === undefined ? 'default' : 'error'}
              spellCheck={false}
              className="w-full font-mono"
            />
          </div>
        </Card>
        <Card title="Expiry">
          <Select
            label="Valid for"
            className="w-56"
            value={String(ttl)}
            onValueChange={(value) => setTtl(Number(value))}
            items={Object.fromEntries(ttls.map(({ seconds, label }) => [String(seconds), label]))}
          />
        </Card>
      </div>
      <div className="flex min-w-0 flex-col gap-6 xl:sticky xl:top-20">
        {mayMake && (
          <Card title="Make it here">
            <div className="flex flex-col gap-4">
              <p className="text-kumo-subtle">
                The server makes it of the token’s secret, which it has. Actions are for what is signed locally.
              </p>
              {tried && <FormError error={firstProblem(problems)} />}
              <FormError error={make.error} />
              <div>
                <Button
                  type="submit"
                  variant="primary"
                  loading={make.isPending}
                  disabled={make.isPending || actions.length > 0}
                >
                  Create temporary credentials
                </Button>
              </div>
            </div>
          </Card>
        )}
        <Card
          title="Sign it locally"
          description="Where the parent’s Secret Access Key is: nothing is asked of the server."
        >
          <div className="flex flex-col gap-4">
            <Actions value={actions} onChange={setActions} />
            <CodeBlock label="command" code={mintCommand(request, endpoint)} />
            <details className="group">
              <summary className="flex w-fit cursor-pointer list-none items-center gap-1.5 rounded-md text-kumo-link">
                <CaretRightIcon aria-hidden className="transition-transform group-open:rotate-90" />
                The same in JavaScript
              </summary>
              <div className="mt-3">
                <CodeBlock label="JavaScript program" code={mintProgram(request, endpoint)} />
              </div>
            </details>
          </div>
        </Card>
      </div>
    </form>
  )
}

function firstProblem(problems: Record<string, string | undefined>): Error | null {
  const text = Object.values(problems).find((problem) => problem !== undefined)
  return text === undefined ? null : new Error(text)
}

function Actions({ value, onChange }: { value: string[]; onChange: (actions: string[]) => void }) {
  return (
    <details className="group">
      <summary className="flex w-fit cursor-pointer list-none items-center gap-1.5 rounded-md text-kumo-link">
        <CaretRightIcon aria-hidden className="transition-transform group-open:rotate-90" />
        Only some actions{value.length > 0 && ` (${value.length})`}
      </summary>
      <div className="mt-3">
        <Checkbox.Group
          legend="Actions"
          value={value}
          onValueChange={onChange}
          description="Without any, all that the permission has."
        >
          <div className="grid gap-2 sm:grid-cols-2">
            {temporaryActions.map((action) => (
              <Checkbox.Item key={action} value={action} label={action} />
            ))}
          </div>
        </Checkbox.Group>
      </div>
    </details>
  )
}
