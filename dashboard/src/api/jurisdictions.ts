import type { Jurisdiction } from './client'

/** In the order in which they are shown. */
export const jurisdictions: readonly Jurisdiction[] = ['default', 'eu', 'fedramp', 'us']

const names: Record<Jurisdiction, string> = {
  default: 'Default',
  eu: 'European Union (EU)',
  fedramp: 'FedRAMP',
  us: 'United States (US)',
}

export function jurisdictionName(jurisdiction: Jurisdiction): string {
  return names[jurisdiction]
}

export function isJurisdiction(value: string): value is Jurisdiction {
  return Object.hasOwn(names, value)
}

/** The header that says which jurisdiction a call is about. */
export function jurisdictionHeader(jurisdiction: Jurisdiction): { 'cf-r2-jurisdiction': Jurisdiction } {
  return { 'cf-r2-jurisdiction': jurisdiction }
}
