import { Badge } from '@cloudflare/kumo/components/badge'
import { Link, Outlet, useParams } from '@tanstack/react-router'
import { isJurisdiction, jurisdictionName } from '~/api/jurisdictions'
import { useActions } from '~/api/queries'
import { CopyButton } from '~/components/copy'
import { PageHeader } from '~/components/PageHeader'
import { TextLink } from '~/components/links'

const pages = [
  { label: 'Objects', to: '/$accountId/r2/buckets/$jurisdiction/$bucket/objects', needs: 'ObjectsList' },
  { label: 'Settings', to: '/$accountId/r2/buckets/$jurisdiction/$bucket/settings', needs: 'BucketHead' },
  { label: 'Metrics', to: '/$accountId/r2/buckets/$jurisdiction/$bucket/metrics', needs: 'UsageRead' },
] as const

/** A bucket's heading and its pages; each is shown in the outlet and begins with an h2. */
export function BucketLayout() {
  const params = useParams({ from: '/signed-in/$accountId/r2/buckets/$jurisdiction/$bucket' })
  const { accountId, bucket, jurisdiction } = params
  const can = useActions()
  return (
    <>
      <PageHeader
        title={bucket}
        heading={
          <span className="inline-flex flex-wrap items-center gap-x-3 gap-y-1">
            {bucket}
            {isJurisdiction(jurisdiction) && jurisdiction !== 'default' && (
              <Badge variant="outline">{jurisdictionName(jurisdiction)}</Badge>
            )}
          </span>
        }
        breadcrumbs={[
          <TextLink key="r2" look="quiet" to="/$accountId/r2" params={{ accountId }}>
            R2
          </TextLink>,
          <span key="bucket">{bucket}</span>,
        ]}
        actions={<CopyButton text={bucket} label="bucket name" size="base" />}
      />
      <nav aria-label={`Bucket ${bucket}`} className="mb-6 border-b border-kumo-hairline">
        <ul className="-mb-px flex gap-5">
          {pages
            .filter(({ needs }) => can('ManageStorage', needs) || (needs === 'UsageRead' && can(needs)))
            .map(({ label, to }) => (
              <li key={label}>
                <Link
                  to={to}
                  params={params}
                  activeOptions={{ includeSearch: false }}
                  className="block border-b-2 border-transparent px-1 pt-1 pb-2.5 text-kumo-subtle hover:text-kumo-default aria-[current=page]:border-kumo-brand aria-[current=page]:font-medium aria-[current=page]:text-kumo-strong"
                >
                  {label}
                </Link>
              </li>
            ))}
        </ul>
      </nav>
      <Outlet />
    </>
  )
}
