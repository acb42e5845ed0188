import TensorKernels

/// Scaled dot-product attention within each sequence, head by head (Vaswani et al. 2017):
/// softmax(Q Kᵀ / √(hidden / heads)) V. One operation, sequences of any lengths, no padding.
/// - Parameters:
///   - query, key, value: [tokens, hidden]; head h is columns h·hidden/heads and following.
///   - layout: the sequences; `tokenCount` is the number of rows.
///   - headCount: divides hidden.
///   - dropout: of the attention probabilities, with its key; `nil`: none.
/// - Returns: [tokens, hidden].
public func multiHeadAttention(
    query: Variable, key: Variable, value: Variable, layout: SequenceLayout, headCount: Int,
    dropout: (probability: Float, key: RandomKey)? = nil
) -> Variable {
    let mask = dropout.flatMap {
        $0.probability > 0 ? DropoutMask(probability: $0.probability, key: $0.key.bits) : nil
    }
    let attention = RaggedAttention(lengths: layout.lengths, headCount: headCount, mask: mask)
    let inputs = [query, key, value]
    let isRecorded = inputs.contains(where: \.requiresGradient)
    let (result, probabilities) = attention.forward(
        query: query.value, key: key.value, value: value.value, keepsProbabilities: isRecorded)
    guard let probabilities else { return Variable(result) }

    let slots = inputs.map(\.gradientSlot)
    let values = inputs.map(\.value)
    return Variable(recording: result, inputs: inputs) { upstream in
        let gradients = attention.backward(
            upstream: upstream, query: values[0], key: values[1], value: values[2],
            probabilities: probabilities)
        slots[0]?.add(gradients.query)
        slots[1]?.add(gradients.key)
        slots[2]?.add(gradients.value)
    }
}
