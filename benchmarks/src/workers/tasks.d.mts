export declare function inc(x: number): number
export declare function echo<T>(x: T): T
/** A loop of `turns` that no compiler can shorten. */
export declare function burn(turns: number): number
