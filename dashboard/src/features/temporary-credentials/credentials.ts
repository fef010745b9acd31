import { useMutation } from '@tanstack/react-query'
import { api, result, type Jurisdiction } from '~/api/client'
import { jurisdictionHeader } from '~/api/jurisdictions'
import type { PresetId } from '~/features/tokens/presets'

export interface CredentialRequest {
  accountId: string
  parentAccessKeyId: string
  jurisdiction: Jurisdiction
  bucket: string
  permission: PresetId
  /** Operations: only what is signed locally can be limited to some. */
  actions: string[]
  prefixes: string[]
  objects: string[]
  ttlSeconds: number
}

export interface Credential {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
}

/** Its result is shown once by the component that asked. */
export function useMakeCredential() {
  return useMutation({
    mutationFn: ({ accountId, jurisdiction, actions: _, ...body }: CredentialRequest): Promise<Credential> =>
      result(
        api.POST('/accounts/{account_id}/r2/temp-access-credentials', {
          params: { path: { account_id: accountId }, header: jurisdictionHeader(jurisdiction) },
          body: {
            ...body,
            prefixes: body.prefixes.length === 0 ? undefined : body.prefixes,
            objects: body.objects.length === 0 ? undefined : body.objects,
          },
        }),
      ),
    gcTime: 0,
  })
}

/** Operations that a credential can be limited to (src/auth/temporary_credential.cc). */
export const temporaryActions = [
  'GetObject',
  'HeadObject',
  'PutObject',
  'DeleteObject',
  'DeleteObjects',
  'CopyObject',
  'ListObjectsV1',
  'ListObjectsV2',
  'CreateMultipartUpload',
  'UploadPart',
  'UploadPartCopy',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'ListParts',
  'ListMultipartUploads',
  'GetBucketLocation',
] as const

export const pathsMax = 256

/** One key or prefix a line. Spaces belong to keys, so only empty lines are dropped. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}
