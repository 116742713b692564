import { join } from 'node:path'
import { describeExamples } from '../../../vitest.readme.ts'

describeExamples(join(import.meta.dirname, '../README.md'))
