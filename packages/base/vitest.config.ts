import type { ViteUserConfig } from 'vitest/config'
import { testConfig } from '../../vitest.shared.ts'

const config: ViteUserConfig = testConfig
export default config
