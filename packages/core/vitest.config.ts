import type { ViteUserConfig } from 'vitest/config'
import { testConfig } from '../../vitest.shared.ts'

const config: ViteUserConfig = {
  ...testConfig,
  test: { ...testConfig.test, execArgv: [...(testConfig.test?.execArgv ?? []), '--expose-gc'] },
}
export default config
