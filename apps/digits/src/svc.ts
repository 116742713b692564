import { loadLibsvm } from './libsvm.ts'
import { pixels } from './load.ts'

/** Rows are left out in turn: fold f tests the rows whose index leaves f when divided by this. */
export const folds = 5

/** The rows that are searched on. They are sent by value, as bytes: 117 kB a task. */
export interface Rows {
  readonly features: Uint8Array
  readonly labels: Uint8Array
}

/** One model to fit. */
export interface Fit {
  readonly C: number
  readonly gamma: number
  readonly fold: number
}

/** One cell of the grid. */
export interface FitResult extends Fit {
  readonly correct: number
  readonly total: number
  /** Milliseconds the fit took where it ran. */
  readonly durationMs: number
}

/** All fits of the search: 60, or 100 when `full`. */
export function gridOf(full: boolean): Fit[] {
  const costs = full ? [0.1, 1, 10, 100] : [1, 10, 100]
  const gammas = full ? [1e-4, 3e-4, 1e-3, 3e-3, 1e-2] : [1e-4, 3e-4, 1e-3, 3e-3]
  return costs.flatMap(C => gammas.flatMap(gamma => Array.from({ length: folds }, (_, fold) => ({ C, gamma, fold }))))
}

/**
 * Task: trains a support vector classifier (RBF kernel, one against one) on all folds but one, and tests it on that
 * one.
 *
 * The training rows are ordered by (label, index). LIBSVM numbers classes as they first appear and breaks ties by that
 * number; scikit-learn numbers them sorted. In the natural order 7 of 100 cells differ from scikit-learn by one row.
 */
export async function fitFold(rows: Rows, fit: Fit): Promise<FitResult> {
  const SVM = await loadLibsvm()
  const start = performance.now()
  const indices = Array.from(rows.labels.keys())
  const label = (i: number): number => rows.labels[i] ?? 0
  const sample = (i: number): number[] => Array.from(rows.features.subarray(i * pixels, (i + 1) * pixels))
  const training = indices.filter(i => i % folds !== fit.fold).toSorted((a, b) => label(a) - label(b) || a - b)
  const testing = indices.filter(i => i % folds === fit.fold)
  const svm = new SVM({
    type: SVM.SVM_TYPES.C_SVC,
    kernel: SVM.KERNEL_TYPES.RBF,
    cost: fit.C,
    gamma: fit.gamma,
    quiet: true,
  })
  try {
    svm.train(training.map(sample), training.map(label))
    const correct = testing.filter(i => svm.predictOne(sample(i)) === label(i)).length
    return { ...fit, correct, total: testing.length, durationMs: performance.now() - start }
  } finally {
    svm.free()
  }
}
