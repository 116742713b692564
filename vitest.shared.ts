import { fileURLToPath } from 'node:url'
import type { ViteUserConfig } from 'vitest/config'

const source = '@manyhands/source'

/**
 * Tests run from the sources: the condition makes `@manyhands/*` resolve to `src`, here and in the workers that tests
 * start.
 */
export const testConfig: ViteUserConfig = {
  resolve: { conditions: [source] },
  ssr: { resolve: { conditions: [source, 'node', 'module', 'import', 'default'] } },
  test: {
    pool: 'forks',
    setupFiles: [fileURLToPath(new URL('./vitest.watchdog.ts', import.meta.url))],
    execArgv: [`--conditions=${source}`],
    // Most of a test's time is waiting for workers that start.
    maxWorkers: '100%',
    maxConcurrency: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    include: ['test/**/*.test.ts'],
  },
}
