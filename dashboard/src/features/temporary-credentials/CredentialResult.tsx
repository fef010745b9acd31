import { Button } from '@cloudflare/kumo/components/button'
import { useLayoutEffect, useRef } from 'react'
import { Card } from '~/components/Card'
import { CodeBlock, CopyField } from '~/components/copy'
import { plural } from '~/components/format'
import type { Credential, CredentialRequest } from './credentials'

interface Props {
  credential: Credential
  request: CredentialRequest
  endpoint: string
  onDone: () => void
}

/** Shown once, kept nowhere. */
export function CredentialResult({ credential, request, endpoint, onDone }: Props) {
  const heading = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => {
    window.scrollTo(0, 0)
    heading.current?.focus({ preventScroll: true })
  }, [])
  const { accessKeyId, secretAccessKey, sessionToken } = credential
  const paths = request.prefixes.length + request.objects.length
  return (
    <div className="flex max-w-4xl flex-col gap-6">
      <div>
        <h2 ref={heading} tabIndex={-1} className="text-xl font-semibold text-kumo-strong outline-none">
          Temporary credentials for {request.bucket}
        </h2>
        <p className="text-kumo-subtle">
          All three values are needed. They are not shown again
          {paths > 0 && `, and reach ${plural(paths, 'prefix or key', 'prefixes and keys')} only`}.
        </p>
      </div>
      <Card>
        <div className="flex flex-col gap-4">
          <CopyField label="Access Key ID" value={accessKeyId} />
          <CopyField label="Secret Access Key" value={secretAccessKey} />
          <CopyField label="Session Token" value={sessionToken} />
          <CopyField label="Endpoint" value={endpoint} />
        </div>
      </Card>
      <Card title="AWS CLI">
        <CodeBlock
          label="AWS CLI example"
          code={`export AWS_ACCESS_KEY_ID=${accessKeyId}
export AWS_SECRET_ACCESS_KEY=${secretAccessKey}
export AWS_SESSION_TOKEN=${sessionToken}
export AWS_DEFAULT_REGION=auto
export AWS_ENDPOINT_URL=${endpoint}

aws s3 ls s3://${request.bucket}/`}
        />
      </Card>
      <div>
        <Button variant="primary" onClick={onDone}>
          I have saved these
        </Button>
      </div>
    </div>
  )
}
