// Real packages in tasks, the way their READMEs show them: `imports`, then `expression` as the body of a task. With an
// `initializer` it is expected to be needed, and to be what helps. `quick` cases are part of `pnpm test`. `versions`
// are those that the cases were written for.
import { readFileSync } from 'node:fs'

export const { versions, cases } = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8'))
