/**
 * Weight of a new measurement in a moving average. Larger: the first measurements, which include the compilation of a
 * function, are forgotten sooner; smaller: one slow batch (a pause of the garbage collector) matters less.
 */
const NEWEST = 0.3

/**
 * The expected cost of a task, from the previous estimate and a new measurement: an exponential moving average. Sizes
 * of batches are derived from it.
 *
 * Source of the numbers: joblib, `AutoBatchingMixin`.
 *
 * @param before - undefined when nothing was measured yet
 */
export function updateCost(before: number | undefined, measured: number): number {
  return before === undefined ? measured : (1 - NEWEST) * before + NEWEST * measured
}
