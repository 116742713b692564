import type { ViteUserConfig } from 'vitest/config'
import { testConfig } from '../../../../vitest.shared.ts'

const config: ViteUserConfig = {
  ...testConfig,
  test: {
    ...testConfig.test,
    setupFiles: [],
    include: ['test/support/vitest-smoke.ts'],
    testTimeout: 300_000,
    disableConsoleIntercept: true,
  },
}
export default config
