import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cases } from './packages/cases.mjs'
import { runCase } from './packages/run-case.mjs'

// Some of the packages of `npm run test:packages`: what a task gives inline it gives on a thread and in a process.

const home = join(import.meta.dirname, '..')
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(home, '.example-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test.for(cases.filter(({ quick }) => quick === true).map(item => [item.name, item] as const))(
  '%s',
  async ([, item]) => {
    const outcome = await runCase(item, { folder, environment: { options: ['--conditions=@manyhands/source'] } })
    // What is refused, or warned of, has a cure that works.
    expect(outcome).toMatchObject({ verdict: expect.stringMatching(/^(same|cured)$/) as string })
  },
)
