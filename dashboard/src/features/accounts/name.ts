const charactersMax = 120

/** What is wrong with the name of an account or token, as the server sees it. */
export function nameProblem(name: string): string | undefined {
  const { length } = [...name]
  if (length === 0) return 'A name is needed.'
  if (length > charactersMax) return `At most ${charactersMax} characters; this has ${length}.`
  // Names stand in logs and on terminals.
  if (/\p{Cc}/u.test(name)) return 'No control characters.'
  return undefined
}
