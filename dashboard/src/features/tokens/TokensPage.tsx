import { KeyIcon, PlusIcon } from '@phosphor-icons/react'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { Token } from '~/api/client'
import { useAccountId, useActions } from '~/api/queries'
import { ButtonLink, TextLink } from '~/components/links'
import { PageHeader } from '~/components/PageHeader'
import { OneTimePage } from './OneTimePage'
import { ownerDescriptions } from './OwnerChoice'
import { TokenList } from './TokenList'
import type { TokenOwner } from './tokens'

const tab =
  'block border-b-2 border-transparent px-1 pt-1 pb-2.5 text-kumo-subtle hover:text-kumo-default aria-[current=page]:border-kumo-brand aria-[current=page]:font-medium aria-[current=page]:text-kumo-strong'

export function TokensPage() {
  const accountId = useAccountId()
  const search = useSearch({ from: '/signed-in/$accountId/r2/api-tokens' })
  const can = useActions()
  const mayReadAccount = can('AccountTokensRead')
  const kind: TokenOwner['kind'] = mayReadAccount && search.owner !== 'user' ? 'account' : 'user'
  const mayWrite = kind === 'user' || can('AccountTokensWrite')
  const owner: TokenOwner = kind === 'account' ? { kind, accountId } : { kind }
  const [rolled, setRolled] = useState<{ token: Token; value: string } | null>(null)

  if (rolled !== null) {
    return (
      <OneTimePage title="API token rolled" token={rolled.token} value={rolled.value} onDone={() => setRolled(null)} />
    )
  }
  return (
    <>
      <PageHeader
        title="R2 API tokens"
        description="A token is an access key for S3 clients and a bearer of the management API at once."
        breadcrumbs={[
          <TextLink key="r2" look="quiet" to="/$accountId/r2" params={{ accountId }}>
            R2
          </TextLink>,
          <span key="tokens">API tokens</span>,
        ]}
        actions={
          <ButtonLink
            to="/$accountId/r2/api-tokens/create"
            params={{ accountId }}
            search={kind === 'user' ? { owner: 'user' } : {}}
            variant="primary"
            icon={<PlusIcon aria-hidden />}
          >
            Create API token
          </ButtonLink>
        }
      />
      <nav aria-label="Whose tokens" className="mb-4 border-b border-kumo-hairline">
        <ul className="-mb-px flex flex-wrap gap-x-5">
          {mayReadAccount && (
            <li>
              <Link
                to="/$accountId/r2/api-tokens"
                params={{ accountId }}
                search={{}}
                className={tab}
                aria-current={kind === 'account' ? 'page' : undefined}
                activeProps={{ 'aria-current': undefined }}
              >
                Account API tokens
              </Link>
            </li>
          )}
          <li>
            <Link
              to="/$accountId/r2/api-tokens"
              params={{ accountId }}
              search={{ owner: 'user' }}
              className={tab}
              aria-current={kind === 'user' ? 'page' : undefined}
              activeProps={{ 'aria-current': undefined }}
            >
              User API tokens
            </Link>
          </li>
        </ul>
      </nav>
      <p className="mb-5 flex items-start gap-2 text-kumo-subtle">
        <KeyIcon aria-hidden className="mt-0.5 size-4 shrink-0" />
        <span>
          {kind === 'account'
            ? ownerDescriptions.account
            : `Yours, for all accounts that you are a member of. ${ownerDescriptions.user}`}
        </span>
      </p>
      <TokenList
        key={kind}
        owner={owner}
        mayWrite={mayWrite}
        onRolled={(token, value) => setRolled({ token, value })}
      />
    </>
  )
}
