import { ProcessPoolExecutor } from '../src/index.ts'
import { describeExecutor } from './suite/describe-executor.ts'

describeExecutor('ProcessPoolExecutor', options => new ProcessPoolExecutor(options))
