import { testConfig } from '../../vitest.shared.ts'
export default { ...testConfig, resolve: { ...testConfig.resolve, alias: { '@manyhands/closure': '/tmp/closure-shim.ts' } }, test: { ...testConfig.test, execArgv: ['--conditions=@manyhands/source', '--import', '/tmp/shim.mjs'] } }
