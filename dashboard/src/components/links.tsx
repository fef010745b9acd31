import { cn } from '@cloudflare/kumo/utils'
import { LinkButton } from '@cloudflare/kumo/components/button'
import { linkVariants } from '@cloudflare/kumo/components/link'
import { createLink } from '@tanstack/react-router'
import type { ComponentProps } from 'react'

interface TextLinkProps extends ComponentProps<'a'> {
  /** `plain`: for names in tables and cards; `inline`: inside of sentences. */
  look?: 'inline' | 'plain' | 'quiet'
}

function TextAnchor({ look = 'plain', className, ...props }: TextLinkProps) {
  const style = look === 'quiet' ? 'hover:text-kumo-default hover:underline' : linkVariants({ variant: look })
  return <a {...props} className={cn(style, 'rounded-xs', className)} />
}

/** A link to a route, typed by the route tree. */
export const TextLink = createLink(TextAnchor)

/** A link to a route that looks like a button: for steps that open a page. */
export const ButtonLink = createLink(function ButtonAnchor({
  variant = 'secondary',
  ...props
}: ComponentProps<typeof LinkButton>) {
  return <LinkButton variant={variant} {...props} />
})
