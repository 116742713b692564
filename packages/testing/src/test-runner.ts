import type * as vitest from 'vitest'

/** The functions of the test runner that a suite uses: vitest, or one with the same functions. */
export type TestRunner = Pick<typeof vitest, 'afterAll' | 'afterEach' | 'beforeEach' | 'describe' | 'expect' | 'test'>
