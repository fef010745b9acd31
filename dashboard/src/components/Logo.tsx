/** Coffer's mark. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg aria-hidden width={size} height={size} viewBox="0 0 32 32" className="shrink-0">
      <rect width="32" height="32" rx="7" className="fill-kumo-brand" />
      <g fill="none" stroke="#fff" strokeWidth="1.9" strokeLinejoin="round">
        <path d="M7.5 15.5v-1.7L16 9l8.5 4.8v1.7z" />
        <path d="M9 15.5h14V22a2 2 0 0 1-2 2H11a2 2 0 0 1-2-2z" />
      </g>
      <circle cx="16" cy="19.6" r="2" fill="#fff" />
    </svg>
  )
}
