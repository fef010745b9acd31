export const bucketNameMin = 3
export const bucketNameMax = 63

export interface NameRule {
  text: string
  /** `unmet` is what the name lacks so far, `broken` what typing on will not mend. */
  state: 'met' | 'unmet' | 'broken'
}

function state(met: boolean, mendable: boolean): NameRule['state'] {
  return met ? 'met' : mendable ? 'unmet' : 'broken'
}

/** R2's rules of a bucket's name, each with what `name` makes of it. */
export function bucketNameRules(name: string): NameRule[] {
  const { length } = name
  return [
    {
      text: `${bucketNameMin} to ${bucketNameMax} characters`,
      state: state(length >= bucketNameMin && length <= bucketNameMax, length < bucketNameMin),
    },
    {
      text: 'Lower-case letters, digits and hyphens',
      state: state(/^[a-z0-9-]+$/.test(name), length === 0),
    },
    {
      text: 'Begins and ends with a letter or digit',
      state: state(/^[a-z0-9]/i.test(name) && /[a-z0-9]$/i.test(name), !name.startsWith('-')),
    },
  ]
}

export function isBucketName(name: string): boolean {
  return bucketNameRules(name).every((rule) => rule.state === 'met')
}
