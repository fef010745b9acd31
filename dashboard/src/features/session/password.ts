const bytesMin = 12
const bytesMax = 1024

/** What is wrong with a new password, as the server sees it; nothing if it may be one. */
export function passwordProblem(password: string): string | undefined {
  const bytes = new TextEncoder().encode(password).length
  if (bytes < bytesMin) return `At least ${bytesMin} characters; ${bytesMin - bytes} more.`
  if (bytes > bytesMax) return `At most ${bytesMax} bytes; this has ${bytes}.`
  return undefined
}

export const passwordRule = `At least ${bytesMin} characters. A few random words are better than one with signs in it.`
