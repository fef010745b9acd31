import { PlusIcon } from '@phosphor-icons/react'
import { useAccount, useActions } from '~/api/queries'
import { ButtonLink } from '~/components/links'
import { PageHeader } from '~/components/PageHeader'
import { AccountDetails } from '~/features/accounts/AccountDetails'
import { EnableR2 } from '~/features/accounts/EnableR2'
import { StorageSummary } from '~/features/accounts/StorageSummary'
import { BucketList } from './BucketList'

export function OverviewPage() {
  const account = useAccount()
  const can = useActions()
  const { enabled } = account.r2
  return (
    <>
      <PageHeader
        title="R2"
        heading="R2 Object Storage"
        description="Buckets of this account, and what S3 clients need to reach them."
        actions={
          enabled &&
          can('BucketCreate', 'ManageStorage') && (
            <ButtonLink
              to="/$accountId/r2/new"
              params={{ accountId: account.id }}
              variant="primary"
              icon={<PlusIcon aria-hidden />}
            >
              Create bucket
            </ButtonLink>
          )
        }
      />
      <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_17.25rem]">
        <div className="min-w-0">
          {enabled ? (
            <>
              {can('UsageRead') && <StorageSummary />}
              <BucketList />
            </>
          ) : (
            <EnableR2 />
          )}
        </div>
        <div className="max-xl:order-first xl:sticky xl:top-20">
          <AccountDetails />
        </div>
      </div>
    </>
  )
}
