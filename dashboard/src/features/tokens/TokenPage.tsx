import { Button } from '@cloudflare/kumo/components/button'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import type { PermissionGroup, Token } from '~/api/client'
import { useAccountId, useActions } from '~/api/queries'
import { Card } from '~/components/Card'
import { CopyField } from '~/components/copy'
import { EditableText } from '~/components/EditableText'
import { Time } from '~/components/format'
import { ButtonLink, TextLink } from '~/components/links'
import { PageHeader } from '~/components/PageHeader'
import { ErrorState, FormError, LoadingState } from '~/components/states'
import { toast } from '~/components/toast'
import { nameProblem } from '~/features/accounts/name'
import { Problem } from './CreateTokenPage'
import { bodyOfForm, problemsOf, tokenFormOf } from './form'
import { OneTimePage } from './OneTimePage'
import { ownerNames } from './OwnerChoice'
import { PolicyList } from './PolicyList'
import { presets } from './presets'
import { TokenStatus } from './status'
import { summarize, summarizeLimits } from './summary'
import { TokenDialog, type TokenTask } from './TokenDialogs'
import { TokenFields } from './TokenFields'
import { TokenSummary } from './TokenSummary'
import { permissionGroupsQuery, tokenQuery, useUpdateToken, type TokenOwner } from './tokens'

export function TokenPage() {
  const { accountId, tokenId } = useParams({ from: '/signed-in/$accountId/r2/api-tokens/$tokenId' })
  const search = useSearch({ from: '/signed-in/$accountId/r2/api-tokens/$tokenId' })
  const owner: TokenOwner = search.owner === 'user' ? { kind: 'user' } : { kind: 'account', accountId }
  const token = useQuery(tokenQuery(owner, tokenId))
  const groups = useQuery(permissionGroupsQuery(owner))
  const [rolled, setRolled] = useState<string | null>(null)

  if (rolled !== null && token.data !== undefined) {
    return <OneTimePage title="API token rolled" token={token.data} value={rolled} onDone={() => setRolled(null)} />
  }
  if (token.isError || groups.isError) {
    return (
      <>
        <PageHeader title="API token" breadcrumbs={breadcrumbs(accountId, 'API token')} />
        <ErrorState
          error={token.error ?? groups.error}
          title="The token could not be loaded"
          retry={() => void Promise.all([token.refetch(), groups.refetch()])}
        />
      </>
    )
  }
  if (token.isPending || groups.isPending) return <LoadingState label="Loading the token" />
  return (
    <EditToken
      key={token.data.modified_on}
      owner={owner}
      token={token.data}
      groups={groups.data}
      onRolled={setRolled}
    />
  )
}

function breadcrumbs(accountId: string, name: string) {
  return [
    <TextLink key="r2" look="quiet" to="/$accountId/r2" params={{ accountId }}>
      R2
    </TextLink>,
    <TextLink key="tokens" look="quiet" to="/$accountId/r2/api-tokens" params={{ accountId }}>
      API tokens
    </TextLink>,
    <span key="token" className="wrap-anywhere">
      {name}
    </span>,
  ]
}

interface EditTokenProps {
  owner: TokenOwner
  token: Token
  groups: readonly PermissionGroup[]
  onRolled: (value: string) => void
}

function EditToken({ owner, token, groups, onRolled }: EditTokenProps) {
  const accountId = useAccountId()
  const can = useActions()
  const navigate = useNavigate()
  const update = useUpdateToken(owner)
  const [form, setForm] = useState(() => tokenFormOf(token, accountId))
  const [tried, setTried] = useState(false)
  const [task, setTask] = useState<TokenTask | null>(null)
  const search = owner.kind === 'user' ? { owner: 'user' as const } : {}
  const toList = { to: '/$accountId/r2/api-tokens', params: { accountId }, search } as const

  const mayWrite = owner.kind === 'user' || can('AccountTokensWrite')
  const now = new Date()
  const problems = problemsOf(form, now, token)
  const body = bodyOfForm(form, { accountId, groups, now, before: token })
  // What it has stays on offer, though the person could not give it: the server decides.
  const offered = presets.filter(({ id, actions }) => id === form.access?.preset || can(...actions))

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (body === undefined || Object.keys(problems).length > 0) return
    update.mutate({ id: token.id, ...body }, { onSuccess: () => toast.success('Token saved') })
  }
  const sentences =
    form.access === undefined
      ? [
          'What it can do is in its policies.',
          ...summarizeLimits({ expiresOn: body?.expires_on, condition: body?.condition }),
        ]
      : summarize({ access: form.access, expiresOn: body?.expires_on, condition: body?.condition, owner: owner.kind })

  return (
    <>
      <PageHeader
        title={token.name}
        heading={
          mayWrite ? (
            <EditableText
              label="token name"
              value={form.name}
              problem={nameProblem}
              onSave={(name) => setForm({ ...form, name })}
            />
          ) : (
            token.name
          )
        }
        description={
          <span className="flex flex-wrap items-center gap-2">
            {ownerNames[owner.kind]} <TokenStatus token={token} />
          </span>
        }
        breadcrumbs={breadcrumbs(accountId, token.name)}
        actions={
          mayWrite && (
            <>
              <Button onClick={() => setTask('roll')}>Roll</Button>
              <Button onClick={() => setTask(token.status === 'disabled' ? 'enable' : 'disable')}>
                {token.status === 'disabled' ? 'Enable' : 'Disable'}
              </Button>
              <Button variant="secondary-destructive" onClick={() => setTask('revoke')}>
                Revoke
              </Button>
            </>
          )
        }
      />
      <form onSubmit={submit} noValidate className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="flex min-w-0 flex-col gap-6">
          {mayWrite ? (
            <TokenFields
              form={form}
              onChange={setForm}
              presets={offered}
              problems={problems}
              tried={tried}
              policies={token.policies}
            />
          ) : (
            <Card title="Policies">
              <PolicyList policies={token.policies} />
            </Card>
          )}
        </div>
        <div className="flex min-w-0 flex-col gap-4 xl:sticky xl:top-20">
          <Details token={token} />
          <TokenSummary sentences={sentences} body={body} />
          {tried && <Problem problems={Object.values(problems)} />}
          <FormError error={update.error} />
          {mayWrite && (
            <div className="flex flex-wrap gap-2">
              <Button type="submit" variant="primary" loading={update.isPending} disabled={update.isPending}>
                Save changes
              </Button>
              <ButtonLink {...toList}>Back to tokens</ButtonLink>
            </div>
          )}
        </div>
      </form>
      {task !== null && (
        <TokenDialog
          owner={owner}
          token={token}
          task={task}
          onClose={() => setTask(null)}
          onRolled={(_, value) => onRolled(value)}
          onRevoked={() => void navigate(toList)}
        />
      )}
    </>
  )
}

function Details({ token }: { token: Token }) {
  const { id: accessKeyId, issued_on, modified_on, last_used_on, not_before } = token
  return (
    <Card title="Token">
      <div className="flex flex-col gap-4">
        <CopyField label="Access Key ID" hint="(Client ID)" value={accessKeyId} />
        <p className="text-sm text-kumo-subtle">
          The Secret Access Key was shown when the token was created or last rolled. Roll it for a new one.
        </p>
        <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1.5">
          <dt className="text-kumo-subtle">Last used</dt>
          <dd>{last_used_on === null ? 'Never' : <Time value={last_used_on} />}</dd>
          <dt className="text-kumo-subtle">Created</dt>
          <dd>
            <Time value={issued_on} />
          </dd>
          <dt className="text-kumo-subtle">Changed</dt>
          <dd>
            <Time value={modified_on} />
          </dd>
          {not_before !== undefined && (
            <>
              <dt className="text-kumo-subtle">Not before</dt>
              <dd>
                <Time value={not_before} exact />
              </dd>
            </>
          )}
        </dl>
      </div>
    </Card>
  )
}
