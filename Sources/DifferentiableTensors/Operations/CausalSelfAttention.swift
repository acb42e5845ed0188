import TensorKernels

/// Scaled dot-product attention within each sequence in which a token sees itself and those before it, head by
/// head (Radford et al. 2019). One operation, sequences of any lengths, no padding.
/// - Parameters:
///   - projected: [tokens, 3 · hidden]: queries, keys and values beside each other; head h is columns
///     h·hidden/heads and following of each.
///   - layout: the sequences; `tokenCount` is the number of rows.
///   - headCount: divides hidden.
///   - dropout: of the attention probabilities, with its key; `nil`: none.
/// - Returns: [tokens, hidden].
public func causalSelfAttention(
    _ projected: Variable, layout: SequenceLayout, headCount: Int,
    dropout: (probability: Float, key: RandomKey)? = nil
) -> Variable {
    let mask = dropout.flatMap {
        $0.probability > 0 ? DropoutMask(probability: $0.probability, key: $0.key.bits) : nil
    }
    let attention = CausalAttention(lengths: layout.lengths, headCount: headCount, mask: mask)
    let value = projected.value
    let (result, probabilities) = attention.forward(value, keepsProbabilities: projected.requiresGradient)
    guard let probabilities else { return Variable(result) }
    return Variable(
        recording: result, inputs: [projected],
        pullback: { [slot = projected.gradientSlot] upstream in
            slot?.add(
                attention.backward(upstream: upstream, projected: value, probabilities: probabilities))
        })
}
