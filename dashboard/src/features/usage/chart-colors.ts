/** Roles of kumo's palette that stay apart for people who see colours differently; each also has its own dash. */
export const seriesStyles = {
  blue: { color: '--color-kumo-badge-blue', swatch: 'bg-kumo-badge-blue', dash: [] },
  orange: { color: '--color-kumo-badge-orange', swatch: 'bg-kumo-badge-orange', dash: [7, 3] },
  teal: { color: '--color-kumo-badge-teal', swatch: 'bg-kumo-badge-teal', dash: [2, 3] },
  purple: { color: '--color-kumo-badge-purple', swatch: 'bg-kumo-badge-purple', dash: [9, 3, 2, 3] },
  red: { color: '--color-kumo-badge-red', swatch: 'bg-kumo-badge-red', dash: [] },
} as const satisfies Record<string, { color: string; swatch: string; dash: readonly number[] }>

export type SeriesStyle = keyof typeof seriesStyles

/** A canvas takes no var() and no light-dark(): the browser is asked what they come to here and now. */
export function resolveColor(within: Element, variable: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${variable})`
  within.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
