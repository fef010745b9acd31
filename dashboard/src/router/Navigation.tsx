import {
  ClockCounterClockwiseIcon,
  DatabaseIcon,
  ChartLineIcon,
  HouseIcon,
  KeyIcon,
  QuestionIcon,
  TimerIcon,
  UsersIcon,
  type Icon,
} from '@phosphor-icons/react'
import { Link, useParams } from '@tanstack/react-router'
import { useQuery } from '@tanstack/react-query'
import { actionsQuery } from '~/api/queries'

interface Entry {
  label: string
  icon: Icon
  to: `/$accountId${'' | '/r2' | `/r2/${'api-tokens' | 'temporary-credentials' | 'explain'}` | '/usage' | '/activity' | '/members'}`
  /** Only on the page itself, not on those below. */
  exact?: boolean
  sub?: boolean
  /** Shown to who may do any of these; to everybody if there are none. */
  needs?: string[]
}

const entries: Entry[] = [
  { label: 'Account Home', icon: HouseIcon, to: '/$accountId', exact: true },
  { label: 'R2', icon: DatabaseIcon, to: '/$accountId/r2', exact: true },
  { label: 'API tokens', icon: KeyIcon, to: '/$accountId/r2/api-tokens', sub: true },
  { label: 'Temporary credentials', icon: TimerIcon, to: '/$accountId/r2/temporary-credentials', sub: true },
  {
    label: 'Explain access',
    icon: QuestionIcon,
    to: '/$accountId/r2/explain',
    sub: true,
    needs: ['AccountTokensRead'],
  },
  { label: 'Usage', icon: ChartLineIcon, to: '/$accountId/usage', needs: ['UsageRead'] },
  { label: 'Activity', icon: ClockCounterClockwiseIcon, to: '/$accountId/activity', needs: ['AuditLogRead'] },
  { label: 'Members', icon: UsersIcon, to: '/$accountId/members', needs: ['MembersRead'] },
]

const style =
  'flex items-center gap-2.5 rounded-lg px-3 py-2 text-kumo-default hover:bg-kumo-tint aria-[current=page]:bg-kumo-tint aria-[current=page]:font-medium aria-[current=page]:text-kumo-strong'

/** The account's pages that the person may use. */
export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const { accountId } = useParams({ strict: false })
  const query = useQuery({ ...actionsQuery(accountId ?? ''), enabled: accountId !== undefined })
  const actions = query.data
  // An error: there is no such account for this person.
  if (accountId === undefined || query.isError) {
    return (
      <nav aria-label="Main">
        <Link to="/" className={style} onClick={onNavigate}>
          <HouseIcon aria-hidden size={18} />
          Account Home
        </Link>
      </nav>
    )
  }
  const shown = entries.filter(({ needs }) => needs === undefined || needs.some((action) => actions?.has(action)))
  return (
    <nav aria-label="Main">
      <ul className="flex flex-col gap-0.5">
        {shown.map(({ label, icon: Icon, to, exact, sub }) => (
          <li key={label} className={sub ? 'pl-4 text-sm' : undefined}>
            <Link
              to={to}
              params={{ accountId }}
              activeOptions={{ exact: exact ?? false, includeSearch: false }}
              className={style}
              onClick={onNavigate}
            >
              <Icon aria-hidden size={18} className="shrink-0 text-kumo-subtle" />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
