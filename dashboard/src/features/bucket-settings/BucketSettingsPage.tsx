import { Button } from '@cloudflare/kumo/components/button'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { isJurisdiction } from '~/api/jurisdictions'
import { useActions } from '~/api/queries'
import { Card } from '~/components/Card'
import { ErrorState, LoadingState } from '~/components/states'
import { bucketQuery } from '../buckets/buckets'
import { DeleteBucketDialog } from '../buckets/DeleteBucketDialog'
import { BucketFacts } from './BucketFacts'
import { StorageClassCard } from './StorageClassCard'
import { UnfinishedUploads } from './UnfinishedUploads'

export function BucketSettingsPage() {
  const params = useParams({ from: '/signed-in/$accountId/r2/buckets/$jurisdiction/$bucket/settings' })
  const jurisdiction = isJurisdiction(params.jurisdiction) ? params.jurisdiction : 'default'
  const ref = { account: params.accountId, jurisdiction, bucket: params.bucket }
  const bucket = useQuery(bucketQuery(params.accountId, jurisdiction, params.bucket))
  const can = useActions()
  if (bucket.isPending) return <LoadingState label="Loading the settings" />
  if (bucket.error) {
    return (
      <ErrorState error={bucket.error} title="The bucket could not be loaded" retry={() => void bucket.refetch()} />
    )
  }
  return (
    <div className="flex flex-col gap-5">
      <BucketFacts bucket={bucket.data} />
      <StorageClassCard bucket={bucket.data} canChange={can('BucketConfigWrite', 'ManageStorage')} />
      {can('ObjectsList', 'ManageStorage') && (
        <UnfinishedUploads bucket={ref} canWrite={can('ObjectWrite', 'ManageStorage')} />
      )}
      {can('BucketDelete', 'ManageStorage') && <DeleteCard name={params.bucket} jurisdiction={jurisdiction} />}
    </div>
  )
}

function DeleteCard(bucket: React.ComponentProps<typeof DeleteBucketDialog>['bucket']) {
  const [isOpen, setIsOpen] = useState(false)
  const navigate = useNavigate()
  const { accountId } = useParams({ strict: false })
  return (
    <Card title="Delete bucket">
      <div className="flex flex-wrap items-center justify-between gap-4">
        <p className="max-w-xl">
          Only an empty bucket can be deleted: neither objects nor unfinished uploads may be left. It cannot be undone.
        </p>
        <Button variant="secondary-destructive" onClick={() => setIsOpen(true)}>
          Delete bucket
        </Button>
      </div>
      {isOpen && (
        <DeleteBucketDialog
          bucket={bucket}
          onClose={() => setIsOpen(false)}
          onDeleted={() => accountId !== undefined && void navigate({ to: '/$accountId/r2', params: { accountId } })}
        />
      )}
    </Card>
  )
}
