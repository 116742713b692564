import { describeSignals } from '../suite/describe-signals.ts'

describeSignals('processes')
