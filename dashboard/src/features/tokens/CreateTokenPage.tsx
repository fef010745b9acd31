import { Button } from '@cloudflare/kumo/components/button'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { KeyIcon } from '@phosphor-icons/react'
import { useState, type FormEvent } from 'react'
import type { Schemas } from '~/api/client'
import { useAccountId, useActions } from '~/api/queries'
import { EditableText } from '~/components/EditableText'
import { ButtonLink, TextLink } from '~/components/links'
import { PageHeader } from '~/components/PageHeader'
import { EmptyState, ErrorState, FormError, LoadingState } from '~/components/states'
import { nameProblem } from '~/features/accounts/name'
import { bodyOfForm, newTokenForm, problemsOf } from './form'
import { OneTimePage } from './OneTimePage'
import { OwnerChoice } from './OwnerChoice'
import { presets, type Preset } from './presets'
import { summarize } from './summary'
import { TokenFields } from './TokenFields'
import { TokenSummary } from './TokenSummary'
import { permissionGroupsQuery, useCreateToken, type TokenOwner } from './tokens'

export function CreateTokenPage() {
  const accountId = useAccountId()
  const search = useSearch({ from: '/signed-in/$accountId/r2/api-tokens/create' })
  const can = useActions()
  const mayAccount = can('AccountTokensWrite')
  const kind: TokenOwner['kind'] = mayAccount && search.owner !== 'user' ? 'account' : 'user'
  const owner: TokenOwner = kind === 'account' ? { kind, accountId } : { kind }
  const [created, setCreated] = useState<Schemas['CreatedToken'] | null>(null)
  const navigate = useNavigate()
  const offered = presets.filter(({ actions }) => can(...actions))

  if (created !== null) {
    return (
      <OneTimePage
        title="API token created"
        token={created}
        value={created.value}
        onDone={() => {
          void navigate({
            to: '/$accountId/r2/api-tokens',
            params: { accountId },
            search: kind === 'user' ? { owner: 'user' } : {},
          })
        }}
      />
    )
  }
  if (offered.length === 0) {
    return (
      <>
        <PageHeader title="Create API token" breadcrumbs={breadcrumbs(accountId)} />
        <EmptyState icon={<KeyIcon aria-hidden />} title="There is no permission that you could give to a token">
          Nobody gives away more than they have, and your role does not reach the storage of this account. Ask a Super
          Administrator for another role.
        </EmptyState>
      </>
    )
  }
  return <NewToken owner={owner} mayAccount={mayAccount} offered={offered} onCreated={setCreated} />
}

function breadcrumbs(accountId: string) {
  return [
    <TextLink key="r2" look="quiet" to="/$accountId/r2" params={{ accountId }}>
      R2
    </TextLink>,
    <TextLink key="tokens" look="quiet" to="/$accountId/r2/api-tokens" params={{ accountId }}>
      API tokens
    </TextLink>,
    <span key="create">Create API token</span>,
  ]
}

interface NewTokenProps {
  owner: TokenOwner
  mayAccount: boolean
  offered: readonly Preset[]
  onCreated: (token: Schemas['CreatedToken']) => void
}

function NewToken({ owner, mayAccount, offered, onCreated }: NewTokenProps) {
  const accountId = useAccountId()
  const navigate = useNavigate({ from: '/$accountId/r2/api-tokens/create' })
  const groups = useQuery(permissionGroupsQuery(owner))
  const create = useCreateToken(owner)
  // The least that one might want, so that nothing is given away by not looking.
  const initial = offered.find(({ id }) => id === 'object-read-only') ?? offered[0]
  const [form, setForm] = useState(() => newTokenForm({ preset: initial?.id ?? 'object-read-only', buckets: 'all' }))
  const [tried, setTried] = useState(false)

  const now = new Date()
  const problems = problemsOf(form, now)
  const body = groups.data === undefined ? undefined : bodyOfForm(form, { accountId, groups: groups.data, now })

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (body === undefined || Object.keys(problems).length > 0) return
    create.mutate(body, {
      onSuccess: (token) => {
        create.reset()
        onCreated(token)
      },
    })
  }

  return (
    <>
      <PageHeader
        title="Create API token"
        heading={
          <EditableText
            label="token name"
            value={form.name}
            problem={nameProblem}
            onSave={(name) => setForm({ ...form, name })}
          />
        }
        description="Select the name to edit it."
        breadcrumbs={breadcrumbs(accountId)}
      />
      {groups.isPending ? (
        <LoadingState />
      ) : groups.isError ? (
        <ErrorState
          error={groups.error}
          title="The permissions could not be loaded"
          retry={() => void groups.refetch()}
        />
      ) : (
        <form onSubmit={submit} noValidate className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_24rem]">
          <div className="flex min-w-0 flex-col gap-6">
            <OwnerChoice
              value={owner.kind}
              mayAccount={mayAccount}
              onChange={(kind) => void navigate({ search: kind === 'user' ? { owner: 'user' } : {}, replace: true })}
            />
            <TokenFields form={form} onChange={setForm} presets={offered} problems={problems} tried={tried} />
          </div>
          <div className="flex min-w-0 flex-col gap-4 xl:sticky xl:top-20">
            <TokenSummary
              sentences={
                form.access === undefined
                  ? []
                  : summarize({
                      access: form.access,
                      expiresOn: body?.expires_on,
                      condition: body?.condition,
                      owner: owner.kind,
                    })
              }
              body={body}
            />
            {tried && <Problem problems={Object.values(problems)} />}
            <FormError error={create.error} />
            <div className="flex flex-wrap gap-2">
              <Button type="submit" variant="primary" loading={create.isPending} disabled={create.isPending}>
                Create API Token
              </Button>
              <ButtonLink to="/$accountId/r2/api-tokens" params={{ accountId }} search={{}}>
                Cancel
              </ButtonLink>
            </div>
          </div>
        </form>
      )}
    </>
  )
}

export function Problem({ problems }: { problems: string[] }) {
  const [first] = problems
  return first === undefined ? null : <FormError error={new Error(first)} />
}
