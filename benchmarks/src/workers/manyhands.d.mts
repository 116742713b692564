/** Its argument arrives by transfer and leaves by transfer. */
export declare function bounce(array: Float64Array): Float64Array
