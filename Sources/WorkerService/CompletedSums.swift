import TensorKernels

/// A part of a step's sums that its worker will add nothing more to: the exchange has it until the step is finished.
///
/// Sendable, although sums are shared memory without a lock: from when a part is handed over until the exchange has
/// returned, which the step awaits in any case, only the exchanger's thread reads or writes the part's elements. What
/// else it reads of the sums (exponents, addresses, sizes) nobody changes in that time; what the compute thread changes
/// meanwhile (other elements, counts of cut-off addends) the exchange does not look at.
struct CompletedSums: @unchecked Sendable {
    let sums: any GradientSums
    /// One of `TrainingSession.exchangedParts`.
    let elements: Range<Int>
}
