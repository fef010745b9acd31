import { Badge } from '@cloudflare/kumo/components/badge'
import type { Token } from '~/api/client'

export function TokenStatus({ token }: { token: Token }) {
  if (token.status === 'disabled') return <Badge variant="secondary">Disabled</Badge>
  if (token.status === 'expired') return <Badge variant="warning">Expired</Badge>
  if (token.not_before !== undefined && new Date(token.not_before) > new Date()) {
    return <Badge variant="info">Not yet valid</Badge>
  }
  return <Badge variant="success">Active</Badge>
}
